# SPDX-License-Identifier: Apache-2.0
"""What builds the example's guests, and boots them on a plain machine without the hypervisor."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.build.recipe import CORE

if TYPE_CHECKING:
    from types import ModuleType

    from mvpsdk import build

EXAMPLE = Path(__file__).parents[3] / "examples" / "demo-handset"
GUESTS = Path(__file__).parents[1] / "guests"
STUB = GUESTS / "stub"
HARNESS = GUESTS / "harness"
COMPILERS = {"gcc": "aarch64-linux-gnu-gcc", "clang": "clang"}
LIMIT = 150  # seconds of the host's time that a machine may take, on a busy host
STUB_FLAGS = (
    *("-std=c11", "-O1", "-ffreestanding", "-fno-pic", "-mgeneral-regs-only", "-mstrict-align"),
    *("-Wall", "-Wextra", "-Werror", "-nostdlib", "-static", "-no-pie"),
    *("-Wl,--build-id=none,--no-warn-rwx-segments", f"-I{CORE / 'include'}"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """A machine that has powered itself off."""

    status: int
    console: str


def boot(
    *arguments: str, keys: bytes = b"", prompt: bytes = b"", deterministic: bool = False
) -> Ended:
    """Run QEMU to its end; the keys are typed when the prompt has come.

    Fails the test if the machine doesn't power off in time.
    """
    icount = ("-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm")
    command = [
        *("qemu-system-aarch64", "-cpu", "cortex-a53", "-nographic", "-nic", "none"),
        *(icount if deterministic else ()),
        *arguments,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
        alarm = threading.Timer(LIMIT, qemu.kill)
        alarm.start()
        assert qemu.stdout is not None
        seen = b""
        while prompt not in seen and (piece := os.read(qemu.stdout.fileno(), 4096)):
            seen += piece
        rest, _ = qemu.communicate(keys)
        alarm.cancel()
    return Ended(qemu.returncode, (seen + rest).decode().replace("\r", ""))


def personal_os(compiler: str, out: Path, folder: Path = EXAMPLE / "personal-os") -> Path:
    """Build the personal OS by its own Makefile."""
    arguments = [f"CC={COMPILERS[compiler]}", f"OUT={out}"]
    subprocess.run(["make", "-s", "-j2", "-C", str(folder), *arguments], check=True)
    return out / "personal-os.bin"


def script(name: str) -> ModuleType:
    """One of the example's scripts as a module, by its path in the example."""
    path = EXAMPLE / name
    spec = spec_from_loader(
        f"example_{path.stem}", SourceFileLoader(f"example_{path.stem}", str(path))
    )
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def images(out: Path, only: str) -> Path:
    """Run the example's own `prepare`."""
    command = [sys.executable, str(EXAMPLE / "prepare"), "--images", str(out), "--only", only]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


def on_stub(
    firmware: build.Image, folder: Path, *, gic: int, run_ms: int, stall_ms: int = 0
) -> Ended:
    """Run firmware above a stub at EL2 that answers its calls; see stub/stub.c.

    The machine has two CPUs, of which the second stays off: on GICv2 a lone CPU gets every
    interrupt, wherever it is routed.
    """
    stub, tree, binary = folder / "stub.elf", folder / "firmware.dtb", folder / "firmware.bin"
    sources = [str(STUB / "entry.S"), str(STUB / "stub.c")]
    times = [f"-DRUN_MS={run_ms}", f"-DSTALL_MS={stall_ms}"]
    script = ["-T", str(STUB / "stub.ld")]
    gcc = COMPILERS["gcc"]
    subprocess.run([gcc, *STUB_FLAGS, *times, *script, *sources, "-o", str(stub)], check=True)
    flat = ["aarch64-linux-gnu-objcopy", "-O", "binary", str(stub), str(stub.with_suffix(".bin"))]
    subprocess.run(flat, check=True)
    dtc = ["dtc", "-q", "-O", "dtb", "-o", str(tree), str(STUB / f"gic{gic}.dts")]
    subprocess.run([*dtc, "-i", str(STUB)], check=True)
    binary.write_bytes(firmware.binary)
    return boot(
        *("-M", f"virt,virtualization=on,gic-version={gic}", "-m", "128M", "-smp", "2"),
        *("-kernel", str(stub.with_suffix(".bin"))),
        *("-device", f"loader,file={binary},addr=0x46000000,force-raw=on"),
        *("-device", f"loader,file={tree},addr=0x467f0000,force-raw=on"),
        deterministic=True,
    )
