# SPDX-License-Identifier: Apache-2.0
"""What this machine has of what mvpsdk needs: `examine` looks, and changes nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mvpsdk.errors import MvpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mvpsdk.board.schema import VirtualTable
    from mvpsdk.build import Toolchain

__all__ = ["Check", "Status", "examine"]

Status = Literal["ok", "missing", "old", "broken"]

_QEMU_LEAST = (7, 1)  # the first with dtb-randomness=off on -machine virt
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that mvpsdk needs or can use."""

    name: str
    purpose: str
    required: bool
    status: Status
    found: str = ""  # version or place
    path: str = ""  # of a program
    hint: str = ""  # how to get it, if it isn't there

    @property
    def ok(self) -> bool:
        """Whether mvpsdk can do its work with this."""
        return self.status == "ok" or not self.required


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tool:
    """A program that can be missed: its package on Debian, Fedora and Homebrew."""

    name: str
    purpose: str
    packages: tuple[str, str, str]

    def hint(self) -> str:
        debian, fedora, homebrew = self.packages
        return (
            f"Debian, Ubuntu: apt install {debian}\n"
            f"Fedora: dnf install {fedora}\n"
            f"macOS: brew install {homebrew}"
        )


_LATER_QEMU = "put a later qemu-system-aarch64 on PATH, also as qemu-system-aarch64-VERSION"

_OPTIONAL = (
    _Tool(name="mkimage", purpose="look at a bundle as U-Boot does (mkimage -l)",
          packages=("u-boot-tools", "uboot-tools", "u-boot-tools")),
    _Tool(name="dumpimage", purpose="take a bundle apart as U-Boot does",
          packages=("u-boot-tools", "uboot-tools", "u-boot-tools")),
    _Tool(name="dtc", purpose="read and write device trees as text",
          packages=("device-tree-compiler", "dtc", "dtc")),
)  # fmt: skip


def examine() -> tuple[Check, ...]:
    """Look at everything. Raises nothing: what is wrong is in the checks."""
    looks = (_python, _core, _compiler, _qemu, _boards, _machines, _cache)
    return (*(look() for look in looks), *map(_optional, _OPTIONAL), _boot_loader())


def _python() -> Check:
    return Check(
        name="Python",
        purpose="run mvpsdk",
        required=True,
        status="ok",
        found=platform.python_version(),
        path=sys.executable,
    )


def _core() -> Check:
    purpose = "judge packs as the hypervisor will"

    def look() -> tuple[str, str]:
        from mvpsdk.core.facade import FINGERPRINT

        return f"fingerprint {FINGERPRINT.hex()[:16]}", ""

    return _attempt("C core", purpose, look)


def _compiler() -> Check:
    def look() -> tuple[str, str]:
        from mvpsdk import build

        chain: Toolchain = build.find()
        return chain.identity.partition(";")[0], chain.compiler[0]

    return _attempt("cross compiler", "build the hypervisor and firmware", look)


def _qemu() -> Check:
    purpose = "the virtual handset (mvpsdk run)"

    def look() -> tuple[str, str]:
        from mvpsdk.build.tool import run
        from mvpsdk.run import command

        path = command.executable()
        return _version(run([path, "--version"])), path

    check = _attempt("QEMU", purpose, look)
    numbers = _VERSION.match(check.found)
    if numbers and tuple(map(int, numbers.groups())) < _QEMU_LEAST:
        least = ".".join(map(str, _QEMU_LEAST))
        return Check(
            name=check.name,
            purpose=purpose,
            required=True,
            status="old",
            found=check.found,
            path=check.path,
            hint=f"version {least} or later is needed",
        )
    return check


def _boards() -> Check:
    def look() -> tuple[str, str]:
        from mvpsdk import board

        return f"{len(board.find())} found", str(board.built_in())

    return _attempt("boards", "describe the hardware", look)


def _machines() -> Check:
    """For each board that QEMU knows, whether one that is here has its machine."""
    from mvpsdk import board
    from mvpsdk.run import choosing, model

    lacking: list[str] = []
    machines = {
        name: model.Machine(
            machine=virtual.machine, cpu=virtual.cpu, memory=virtual.memory, qemu=virtual.qemu or ""
        )
        for name, path in board.find().items()
        if (virtual := _virtual(path)) is not None
    }
    for name, machine in machines.items():
        try:
            choosing.choose(machine)
        except MvpError:
            lacking.append(name)
    return Check(
        name="QEMU's machines",
        purpose="run the boards that QEMU knows",
        required=False,
        status="old" if lacking else "ok",
        found=f"{len(machines) - len(lacking)} of {len(machines)}",
        hint=f"{_LATER_QEMU}; lacking: {', '.join(lacking)}" if lacking else "",
    )


def _virtual(path: Path) -> VirtualTable | None:
    from mvpsdk import board

    try:
        return board.draft(path).content.virtual
    except MvpError:
        return None  # `mvpsdk boards` says what is wrong with it


def _cache() -> Check:
    from mvpsdk.store import Cache

    root = Cache.default().root
    nearest = next(folder for folder in (root, *root.parents) if folder.exists())
    writable = os.access(nearest, os.W_OK)
    return Check(
        name="cache",
        purpose="keep what was fetched and built",
        required=True,
        status="ok" if writable else "broken",
        found="" if writable else f"{nearest} can't be written to",
        path=str(root),
        hint="" if writable else "name another folder in MVPSDK_CACHE_DIR",
    )


def _optional(tool: _Tool) -> Check:
    path = shutil.which(tool.name)
    return Check(
        name=tool.name,
        purpose=tool.purpose,
        required=False,
        status="ok" if path else "missing",
        path=path or "",
        hint="" if path else tool.hint(),
    )


def _boot_loader() -> Check:
    """Debian's U-Boot for QEMU, which no program's name leads to."""
    from mvpsdk.run.via.u_boot import HINT, PROGRAM

    there = PROGRAM.is_file()
    return Check(
        name="U-Boot",
        purpose="boot a bundle as a phone does (mvpsdk run --via u-boot)",
        required=False,
        status="ok" if there else "missing",
        path=str(PROGRAM) if there else "",
        hint="" if there else HINT,
    )


def _attempt(name: str, purpose: str, look: Callable[[], tuple[str, str]]) -> Check:
    """A check of something that is required: what it finds, or why it can't."""
    try:
        found, path = look()
    except MvpError as error:
        status: Status = "missing" if error.exit_code == 3 else "broken"  # noqa: PLR2004 - errors.py
        return Check(
            name=name,
            purpose=purpose,
            required=True,
            status=status,
            found=error.message,
            hint=error.hint,
        )
    return Check(name=name, purpose=purpose, required=True, status="ok", found=found, path=path)


def _version(text: str) -> str:
    found = _VERSION.search(text)
    return found.group(0) if found else text.partition("\n")[0]
