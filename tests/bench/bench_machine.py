# SPDX-License-Identifier: Apache-2.0
"""What the hypervisor costs a guest: the bench guest built, bundled, booted and listened to.

The method is in README.md. Everything is exact: the same build gives the same figures each time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.build import find, image, recipe
from mvpsdk.core import facade
from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import ToolFailedError
from mvpsdk.run import Machine, choosing
from mvpsdk.store import Cache
from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "HERE",
    "MACHINE",
    "QEMU",
    "Spread",
    "build_firmware",
    "exactly",
    "floor",
    "mvpsdk",
    "native",
    "of_gicv2",
    "of_soft_gic",
    "ours",
    "run",
    "sizes",
    "start_parts",
    "two_cpus",
    "two_cpus_native",
]

HERE = Path(__file__).parent
TABLE = 4 * KIB  # a page of the pool that translation tables come from
FLOOR_GUEST = 0x4400_0000  # GUEST of floor.S
QEMU = (
    "qemu-system-aarch64",
    *("-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"),
    *("-cpu", "cortex-a53,cntfrq=1000000000", "-nic", "none"),
    *("-display", "none", "-monitor", "none"),
)
LISTENING = (
    *("-m", "1G", "-serial", "none"),
    *("-semihosting-config", "enable=on,target=native,chardev=said"),
)
MACHINE = "virt,gic-version=3,dtb-randomness=off"
MACHINES = {2: MACHINE.replace("gic-version=3", "gic-version=2"), 3: MACHINE}
BOARDS = {2: "qemu-virt-gicv2", 3: "qemu-virt"}
FLAGS = (
    *("-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wsign-conversion"),
    *("-ffreestanding", "-fPIE", "-fvisibility=hidden", "-mgeneral-regs-only", "-mstrict-align"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
    *("-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments"),
)
FIRMWARE_FLAGS = (
    *("-nostdlib", "-static-pie"),
    "-Wl,--no-dynamic-linker,-z,max-page-size=4096,-z,norelro,--build-id=none",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """A figure's least, middle and greatest value."""

    min: int
    median: int
    max: int

    def __str__(self) -> str:
        """`7`, or `7-9`."""
        return str(self.min) if self.min == self.max else f"{self.min}-{self.max}"


def exactly(value: int) -> Spread:
    """A figure that is one value."""
    return Spread(min=value, median=value, max=value)


def build_image(sources: list[Path], size: int, output: Path, *flags: str) -> None:
    """Compile an arm64 Image of so many bytes."""
    compiler = find("gcc").compiler[0]
    script = ["-Wl,-T", str(HERE / "guest/guest.ld"), f"-Wl,--defsym,IMAGE_BYTES={size}"]
    elf = output.with_suffix(".elf")
    include = f"-I{recipe.CORE / 'include'}"
    run([compiler, *FLAGS, *flags, include, *script, *map(str, sources), "-o", str(elf)])
    objcopy = compiler.removesuffix("gcc") + "objcopy"
    run([objcopy, "-O", "binary", str(elf), str(output)])


def build_guest(output: Path, size: int = 8 * KIB, gic: int = 3, cpus: int = 1) -> None:
    """Build the bench guest for a GIC of this version."""
    sources = [HERE / "guest/probe.S", HERE / "guest/bench.c"]
    build_image(sources, size, output, f"-DBENCH_GIC={gic}", f"-DBENCH_CPUS={cpus}")


def build_firmware(work: Path) -> None:
    """Build the realtime firmware that sleeps: firmware.elf."""
    files = [str(HERE / "firmware.S"), "-o", str(work / "firmware.elf")]
    run([find("gcc").compiler[0], *FIRMWARE_FLAGS, *files])


def native(work: Path, gic: int = 3) -> dict[str, Spread]:
    """Measure with no hypervisor; there is nobody to call then."""
    build_guest(work / "guest.bin", gic=gic)
    rows = _boot([*("-M", MACHINES[gic]), *("-kernel", str(work / "guest.bin"))], work)
    return {row: spread for row, spread in rows.items() if "call" not in row}


def floor(work: Path) -> dict[str, Spread]:
    """Measure on floor.S, which only traps and returns."""
    build_guest(work / "guest.bin")
    build_image([HERE / "floor.S"], 12 * KIB, work / "floor.bin")
    guest = f"loader,file={work / 'guest.bin'},addr={FLOOR_GUEST:#x},force-raw=on"
    return _boot([*_at_el2(work / "floor.bin"), "-device", guest], work)


def ours(
    work: Path,
    *,
    memory: int = 64 * MIB,
    size: int = 8 * KIB,
    gic: int = 3,
    vgic: int = 0,
    options: tuple[str, ...] = (),
) -> dict[str, Spread]:
    """Bundle the bench handset as any handset is, and measure on the hypervisor in it.

    gic: the board's. vgic: the guest's; 0: the same. options: of `mvpsdk bundle`.
    """
    build_guest(work / "guest.bin", size, vgic or gic)
    build_firmware(work)
    text = (HERE / "handset.toml").read_text().replace("64 MiB", f"{memory // MIB} MiB")
    asked = f"rtc = false\nvgic = {vgic}" if vgic else "rtc = false"
    (work / "handset.toml").write_text(text.replace("rtc = false", asked))
    board = ["--board", BOARDS[gic], *options]
    mvpsdk(work, "bundle", "handset.toml", *board, "--unsigned", "-o", "bench.itb")
    mvpsdk(work, "extract", "bench.itb", "hypervisor", "pack", "-o", ".")
    return _boot([*_at_el2(work / "hypervisor", gic), "-initrd", str(work / "pack")], work)


def two_cpus(work: Path) -> dict[str, Spread]:
    """Measure what one vCPU does to another, each on a CPU of its own; by QEMU 10."""
    build_guest(work / "guest.bin", 12 * KIB, cpus=2)
    build_firmware(work)
    text = (HERE / "handset.toml").read_text()
    (work / "handset.toml").write_text(text.replace("rtc = false", "rtc = false\ncpus = [0, 1]"))
    board = ["--board", BOARDS[3]]
    mvpsdk(work, "bundle", "handset.toml", *board, "--unsigned", "-o", "bench.itb")
    mvpsdk(work, "extract", "bench.itb", "hypervisor", "pack", "-o", ".")
    machine = [*_at_el2(work / "hypervisor"), "-initrd", str(work / "pack"), "-smp", "2"]
    return _boot(machine, work, _of_several())


def two_cpus_native(work: Path) -> dict[str, Spread]:
    """Measure the same with no hypervisor; PSCI is QEMU's own then."""
    build_guest(work / "guest.bin", 12 * KIB, cpus=2)
    machine = ["-M", MACHINE, "-kernel", str(work / "guest.bin"), "-smp", "2"]
    return _boot(machine, work, _of_several())


def _of_several() -> str:
    """The QEMU that gives each CPU its turn: a bundle for several asks for the same."""
    return choosing.choose(Machine(machine="virt", cpu="", cpus=2, memory=0, qemu="10.0"))


def of_gicv2(rows: dict[str, Spread]) -> dict[str, Spread]:
    """The same rows, told apart by their names."""
    return {f"{row}-gicv2": spread for row, spread in rows.items()}


def of_soft_gic(rows: dict[str, Spread]) -> dict[str, Spread]:
    """The rows of a guest with a GICv2 on a board with a GICv3."""
    return {f"{row}-soft-gic": spread for row, spread in rows.items()}


def start_parts(work: Path, first: dict[str, Spread]) -> dict[str, Spread]:
    """Take the start apart: more RAM and a larger image tell what a byte of each costs.

    first: what `ours` gave in this folder, whose pack is still there.
    """
    total = first["start"].median
    pack = facade.pack_read((work / "pack").read_bytes())
    bytes_placed = sum(entry.size for entry in pack.images)
    ram = [entry for entry in pack.regions if entry.kind is facade.RegionKind.RAM]
    bytes_scrubbed = sum(entry.size for entry in ram)
    scrub = ours(work, memory=128 * MIB)["start"].median - total
    place = ours(work, size=264 * KIB)["start"].median - total
    scrubbing, placing = scrub * bytes_scrubbed // (64 * MIB), place * bytes_placed // (256 * KIB)
    return {
        "start": exactly(total - scrubbing - placing),
        "start-scrub": exactly(scrub * 1000 // (64 * MIB)),
        "start-image": exactly(place * 1000 // (256 * KIB)),
    }


def sizes(
    work: Path, driver: str = "pl011", features: Collection[str] = (), **options: Any
) -> dict[str, Spread]:
    """Measure the hypervisor as the bench handset asks for it: with a PL011, without features.

    work: where `ours` left the pack whose tables count as memory. options: of `build.image`.
    """
    built = image(driver, features=features, cache=Cache.default(), **options)
    tables = int(lib.memory_tables(ffi.from_buffer((work / "pack").read_bytes())))
    unused = lib.TABLE_POOL_PAGES - tables
    found = {
        "size-text": built.total.text,
        "size-file": built.total.file,
        "size-image": len(built.binary),
        "size-memory": built.memory_size - unused * TABLE,
        "lines": _lines(built.recipe),
    }
    return {row: exactly(value) for row, value in found.items()}


def _lines(made: recipe.Recipe) -> int:
    """Lines of everything that is compiled, comments and all."""
    sources = [source.folder / source.name for source in made.sources]
    headers = [path for folder in made.includes for path in folder.rglob("*.h")]
    return sum(len(path.read_text().splitlines()) for path in {*sources, *headers})


def _at_el2(kernel: Path, gic: int = 3) -> list[str]:
    return ["-M", f"{MACHINES[gic]},virtualization=on", "-kernel", str(kernel)]


def _boot(arguments: list[str], work: Path, qemu: str = QEMU[0]) -> dict[str, Spread]:
    """Run a machine until the guest has said all; its lines of JSON, by row."""
    said = work / "said.jsonl"
    run(
        [qemu, *QEMU[1:], *LISTENING, "-chardev", f"file,id=said,path={said}", *arguments],
        timeout=60,
    )
    rows = [json.loads(line) for line in said.read_text().splitlines()]
    return {
        row["row"]: Spread(min=row["min"], median=row["median"], max=row["max"]) for row in rows
    }


def mvpsdk(work: Path, *arguments: str) -> None:
    """Run the command line in a folder."""
    run([sys.executable, "-m", "mvpsdk_cli", "--quiet", *arguments], cwd=work)


def run(command: list[str], cwd: Path | None = None, timeout: float = 120) -> None:
    """Run a tool. Raises ToolFailedError with what it said, if it fails."""
    done = subprocess.run(  # noqa: PLW1510 - the status is looked at below
        command, cwd=cwd, timeout=timeout, capture_output=True, text=True
    )
    if done.returncode:
        raise ToolFailedError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
