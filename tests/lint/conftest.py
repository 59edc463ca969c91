# SPDX-License-Identifier: Apache-2.0
"""Reads a rule's cases.

A case is a small TOML file: what differs from a handset that is good. Tables `kernel`, `ramdisk`
and `firmware` change how that file is made, `persona` and `realtime` change keys of the handset
file, `board` replaces text of the board file, `plan` moves by hand what the planner placed, `views`
puts words into a parser's mouth, `stopped` has readers fail at a file. With `alone = true` there is
no handset; with `tree`, the board's facts are those of a device tree: `nodes` says from which node
each comes, `remarks` what its reader saw.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import lzma
import struct
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import image_seeds
from abi_evidence import btf_of, note_of
from linux_cases import driver_strings, in_kernel, make_config
from moving import move
from mvpsdk import board as boards
from mvpsdk import handset, image, lint, plan
from mvpsdk.board import Draft, Remark
from mvpsdk.core import facade
from mvpsdk.errors import BoardError, Place, PlanError
from mvpsdk.image import views
from mvpsdk.lint import baseline
from mvpsdk.lint.delivery import Delivered, Delivery
from sections import with_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.board import Board
    from mvpsdk.errors import Fault
    from mvpsdk.handset import Handset
    from mvpsdk.image import ImageFacts
    from mvpsdk.lint import Bench, Report
    from mvpsdk.plan import Plan

TODAY = dt.date(2026, 1, 1)
BASELINE = "lint-baseline.json"

HANDSET: dict[str, dict[str, Any]] = {
    "handset": {"name": "two-in-one", "version": "1.0.0", "boards": ["qemu-virt"]},
    "realtime": {"image": "firmware.elf", "memory": "2 MiB", "devices": ["gpio"]},
    "persona": {
        "name": "work",
        "kernel": "kernel.bin",
        "ramdisk": "ramdisk.cpio",
        "memory": "32 MiB",
        "cpus": [0],
    },
    "boot": {"mode": "exclusive", "default": "work"},
}

HEADS = {"persona": "[[persona]]"}


def make_kernel(
    *,
    text_offset: int = 0,
    image_size: int = 0x20_0000,
    flags: int = 0xA,
    reserved: int = 0,
    magic: str = "ARM\x64",
    size: int = 0x1000,
    section: int = 0,
    release: str = "",
    wrap: str = "",
    without: tuple[str, ...] = (),  # drivers, by the device
    config: dict[str, str] | None = None,  # in the kernel
) -> bytes:
    """An arm64 Image: its header, that of a PE file with one section, and zeros for code.

    With a release it is a Linux, as its banner says, with drivers.
    """
    header = struct.pack(
        "<IIQQQQQQ4sI",
        *(0x91005A4D, 0x14000000, text_offset, image_size, flags),
        *(reserved, 0, 0, magic.encode("latin-1"), 64 if section else 0),
    )
    if section:  # its characteristics
        header += struct.pack("<4sHHIIIHH", b"PE", 0xAA64, 1, 0, 0, 0, 0, 0)
        header += struct.pack("<8sIIIIIIHHI", b".text", size, 0, size, 0, 0, 0, 0, 0, section)
    banner = f"Linux version {release} (gcc)".encode() if release else b""
    linux = driver_strings(without) if release else b""
    carried = in_kernel(config) if config is not None else b""
    data = (header.ljust(0x400, b"\0") + banner + linux + carried).ljust(size, b"\0")
    return WRAP[wrap](data)


def zipped(data: bytes) -> bytes:
    """As gzip does it, without the time."""
    return gzip.compress(data, mtime=0)


WRAP: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": zipped,
    "android-boot": lambda data: image_seeds.boot(4, zipped(data), image_seeds.ramdisk()),
    "efi-zboot": lambda data: image_seeds.zboot(zipped(data)),
    "uimage": lambda data: image_seeds.uimage(zipped(data)),
}


def make_ramdisk(
    *,
    magic: str = "070701",
    end: str = "TRAILER!!!",
    modules: str = "",
    module: str = "virtio_blk",
    vermagic: str = "",
    init: bool = False,
    megabytes: int = 0,
    pack: str = "",
    vendor: bool = False,
    cut: int = 0,
) -> bytes:
    """A cpio archive: perhaps with a module for a release, and a file of so many MiB."""
    data = b""
    if modules:
        content = b"\x7fELF\0vermagic=" + (vermagic or modules).encode() + b" SMP\0"
        data += archived(magic, f"lib/modules/{modules}/kernel/{module}.ko", content)
    if init:
        data += archived(magic, "init", b"#!/bin/sh")
    if megabytes:
        data += archived(magic, "blob", bytes(megabytes << 20))
    data += archived(magic, end)
    if pack == "gzip":
        data = gzip.compress(data, mtime=0)
    elif pack == "xz":
        data = lzma.compress(data)
    elif not megabytes:
        data = data.ljust(0x200, b"\0")
    if vendor:
        return image_seeds.vendor_boot(4, [(1, "", zipped(data)), (3, "dlkm", data)])
    return data[: len(data) - cut]


def archived(magic: str, name: str, content: bytes = b"") -> bytes:
    """A file of a cpio archive; without a name, what is left of one that was cut off."""
    if not name:
        return (magic + "0" * 104).encode("latin-1")
    numbers = (1, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = magic + "".join(f"{number:08x}" for number in numbers) + name + "\0"
    return pad(head.encode("latin-1")) + pad(content)


def pad(data: bytes) -> bytes:
    """Up to the next multiple of four."""
    return data + bytes(-len(data) % 4)


def make_firmware(
    *,
    kind: int = 3,  # ET_DYN
    machine: int = 183,  # EM_AARCH64
    order: int = 1,  # ELFDATA2LSB
    base: int = 0,
    entry: int = 0x100,
    rights: int = 5,  # PF_R | PF_X
    file_size: int = 0x400,
    memory_size: int = 0x1000,
    segments: int = 1,
    cut: int = 0,
    text: str = "",
    holds: str = "",  # among its bytes
    code: tuple[int, ...] = (),  # words, at the entry
    stripped: bool = False,  # of its sections
    needs: dict[str, Any] | Literal[False] | None = None,  # fields of its ABI note; false: no note
    btf: dict[str, Any] | None = None,  # abi.h as it was compiled with, with some changes
    note: int = 0,  # versions of the GIC that its ABI note names, a bit for each; 0: no note
) -> bytes:
    """A static position-independent ELF file of one segment, or what comes near it."""
    if text:
        return text.encode()
    endian = "<" if order == 1 else ">"
    ident = b"\x7fELF" + bytes([2, order, 1]) + bytes(9)
    header = struct.pack(
        f"{endian}HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, segments, 64, 0, 0
    )
    program = struct.pack(
        f"{endian}IIQQQQQQ", 1, rights, 0, base, base, file_size, memory_size, 0x1000
    )
    whole = (ident + header + program).ljust(file_size, b"\0")
    if holds:
        whole = whole[:0x300] + holds.encode() + whole[0x300 + len(holds) :]
    if note:
        whole = whole[:0x200] + abi_note(note) + whole[0x200 + 96 :]
    if needs is not False and not note and len(whole) >= 0x200 + 96:
        whole = whole[:0x200] + note_of(needs or {}) + whole[0x200 + 96 :]
    if btf is not None:
        whole += btf_of(btf)
    if stripped:
        whole = (
            whole[:0x100] + struct.pack(f"<{len(code)}I", *code) + whole[0x100 + 4 * len(code) :]
        )
    elif (order, segments, cut) == (1, 1, 0):
        whole = with_code(whole, code)
    return whole[: len(whole) - cut]


def abi_note(vgic_versions: int) -> bytes:
    """The MVPABI block of a guest, as abi.h lays it out."""
    fields = (96, 1, 1, 1, 0, 0, 0, vgic_versions, 1, (1 << 64) - 1, bytes(32), 0, 0, 0)
    block = struct.pack("<8sHBBHHQQIIQ32sIII", b"MVPABI\0\1", *fields)
    return block + struct.pack("<I", facade.checksum(block + bytes(4)) & 0xFFFFFFFF)


MAKERS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "kernel": ("kernel.bin", make_kernel),
    "ramdisk": ("ramdisk.cpio", make_ramdisk),
    "firmware": ("firmware.elf", make_firmware),
    "config": ("kernel.config", make_config),
    "symbols": ("symbols.elf", make_firmware),
}


class Workshop:
    """Makes a handset in a folder, as a case wants it, and lints it."""

    TODAY = TODAY

    def __init__(self, folder: Path, known: dict[tuple[str, str], ImageFacts]) -> None:
        """Work in a folder, which should be the working directory, so that paths are short.

        known: what was found in files, by their digest and role; most cases have the same ones.
        """
        self.folder = folder
        self.known = known

    def bench(self, case: dict[str, Any]) -> Bench:
        """Everything of a case, loaded and planned as the command line does it."""
        self._write(case)
        draft = boards.draft(Path("board.toml"))
        if "tree" in case:
            draft = tree_draft(case["tree"])
        board = boards.whole(draft)
        if "bundle" in case:
            before = delivery(case["previous"]) if "previous" in case else None
            return lint.Bench(
                draft=draft,
                bundle=delivery(case["bundle"]),
                previous=before,
                release=bool(case.get("release")),
            )
        if case.get("alone") or "tree" in case:
            return lint.Bench(draft=draft, board=board)
        loaded = handset.load(Path("handset.toml"))
        files = {role: Path(str(file)) for role, file in loaded.inputs().items()}
        facts = _corrected(case, {role: self._facts(file, role) for role, file in files.items()})
        made, faults = planned(board, loaded, facts)
        if "plan" in case:
            assert made is not None, faults
            made = move(made, case["plan"])
        return lint.Bench(
            draft=draft,
            board=board,
            handset=loaded,
            images=tuple(facts.values()),
            plan=made,
            faults=faults,
            release=bool(case.get("release")),
            pinned=frozenset(case.get("pinned", [])),
        )

    def report(self, code: str, case: dict[str, Any]) -> Report:
        """What one rule says of a case."""
        bench = self.bench(case)
        select = [code, *case.get("select", [])]
        known = baseline.read(self._baseline(case))
        return lint.check(
            [bench], today=TODAY, select=select, baseline=known, baseline_file=BASELINE
        )

    def _baseline(self, case: dict[str, Any]) -> str:
        """What a case knows of before, as its file says it."""
        known = [baseline.Known(**entry) for entry in case.get("baseline", [])]
        text = baseline.write(known, "0.1.0")
        (self.folder / BASELINE).write_text(text)
        return text

    def _facts(self, file: Path, role: str) -> ImageFacts:
        """All that the readers find, in this process: these files are hostile to nobody."""
        key = (hashlib.sha256(file.read_bytes()).hexdigest(), role)
        if key not in self.known:
            self.known[key] = image.open_own(file, role)
        return replace(self.known[key], path=file)

    def _write(self, case: dict[str, Any]) -> None:
        for name, (file, make) in MAKERS.items():
            wanted = {key.replace("-", "_"): value for key, value in case.get(name, {}).items()}
            (self.folder / file).write_bytes(make(**wanted))
        text = (boards.find()["qemu-virt"]).read_text()
        for old, new in case.get("board", {}).items():
            assert old in text, f"the board file has no {old}"
            text = text.replace(old, new)
        (self.folder / "board.toml").write_text(text)
        (self.folder / "handset.toml").write_text(handset_text(case))


def delivery(said: dict[str, Any]) -> Delivery:
    """A bundle of one part; what is not said is good."""
    parts = tuple(
        Delivered(**{"found": "aa", "expected": "aa", "told": "aa", **part})
        for part in said.get("parts", [{"name": "pack"}])
    )
    whole = {"file": "phone.itb", "size": 1 << 20, "handset": "two-in-one", "board": "qemu-virt"}
    others = {"signed": True, "has_manifest": True, "reason": facade.Reason.OK}
    prints = {"fingerprint": "cc", "made_for": "cc"}
    changes = {key: value for key, value in said.items() if key != "parts"}
    if "reason" in changes:
        changes["reason"] = facade.Reason[changes["reason"]]
    for key in ("features", "missing"):
        changes[key] = tuple(changes.get(key, ()))
    return Delivery(**{**whole, **others, **prints, **changes, "parts": parts})


def planned(
    board: Board | None, loaded: Handset, facts: dict[str, ImageFacts]
) -> tuple[Plan | None, tuple[Fault, ...]]:
    """The plan, or why there is none."""
    if board is None:
        return None, ()
    try:
        return plan.make(board, loaded, facts), ()
    except PlanError as error:
        return None, error.faults


def tree_draft(tree: dict[str, Any]) -> Draft:
    """The board file's facts as if a device tree had said them."""

    def at(node: str) -> Place:
        return Place(file="vendor.dtb", node=node)

    values = tomllib.loads(Path("board.toml").read_text())
    remarks = [
        {**remark, "parties": tuple((name, value) for name, value in remark["parties"].items())}
        for remark in tree.get("remarks", [])
    ]
    return boards.draft_of(
        values,
        Path("vendor.dtb"),
        {"": at("/"), **{key: at(node) for key, node in tree.get("nodes", {}).items()}},
        error=BoardError,
        remarks=tuple(Remark(**{**one, "place": at(one["place"])}) for one in remarks),
    )


def handset_text(case: dict[str, Any]) -> str:
    """The handset file, with a case's keys in it; false: without the key."""
    lines = []
    for name, table in HANDSET.items():
        lines.append(HEADS.get(name, f"[{name}]"))
        merged = {**table, **case.get(name, {})}
        kept = {key: value for key, value in merged.items() if value is not False}
        lines += [f"{key} = {_value(value)}" for key, value in kept.items()]
        lines.append("")
    for allow in case.get("allow", []):
        lines.append("[[allow]]")
        lines += [f"{key} = {_value(value)}" for key, value in allow.items()]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _corrected(case: dict[str, Any], facts: dict[str, ImageFacts]) -> dict[str, ImageFacts]:
    """The facts with what a case has the parsers say, and which readers it has stopped."""
    for role, said in case.get("views", {}).items():
        views_ = views.Views(by_parser={name: views.View(**words) for name, words in said.items()})
        facts[role] = replace(facts[role], views=views_)
    for role, stops in case.get("stopped", {}).items():
        stopped = tuple(image.Stop(**stop) for stop in stops)
        facts[role] = replace(facts[role], stopped=stopped)
    return facts


@pytest.fixture(scope="session")
def known() -> dict[tuple[str, str], ImageFacts]:
    """What was found in the files of all cases."""
    return {}


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: Any) -> Workshop:
    """A place to make handsets in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return Workshop(tmp_path, known)


def read_case(path: Path) -> dict[str, Any]:
    """A case's tables."""
    return tomllib.loads(path.read_text())
