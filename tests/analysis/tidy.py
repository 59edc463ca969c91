# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over all C of the core, two files at a time; whatever it finds is a failure.

    tidy.py [--core FOLDER] [NAME...]

The portable sources and the host's twins are read as the host compiles them, what is for the board
as its compiler has it, with the driver of each GIC and all features in. NAMEs: those sources alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mvpsdk.build.recipe import CORE, hypervisor
from mvpsdk.core.drivers import gic_drivers

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
BOARD = ("arch/aarch64/", "drivers/")
"""Where sources lie that only a board's compiler takes."""
TARGET = ("--target=aarch64-none-elf", "-mgeneral-regs-only")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A source and the flags that it is read with."""

    source: Path
    flags: tuple[str, ...]


def _flags(*folders: Path) -> tuple[str, ...]:
    return ("-std=c11", "-ffreestanding", *(f"-I{folder}" for folder in folders))


def _host(core: Path, made: Path) -> list[Reading]:
    flags = _flags(core / "include", core / "src", core / "arch" / "host", made)
    sources = sorted([*core.glob("src/*.c"), *core.glob("arch/host/*.c")])
    return [Reading(source=source, flags=flags) for source in sources]


def _board(core: Path, made: Path) -> list[Reading]:
    """Each driver once; the architecture's files once with each GIC's."""
    found = {}
    for gic in gic_drivers(core):
        recipe = hypervisor("none", core, gic=gic, trace=True)
        flags = (*TARGET, *_flags(*recipe.includes, made))
        names = {each.name for each in recipe.sources if each.name.startswith(BOARD)}
        names |= {path.relative_to(core).as_posix() for path in core.glob("drivers/*.c")}
        for name in sorted(names):
            key = (name, gic if name.startswith("arch/") else None)
            if name.endswith(".c"):
                found[key] = Reading(source=core / name, flags=flags)
    return list(found.values())


def readings(core: Path, made: Path) -> list[Reading]:
    """All there is to read; `made` gets the headers that the build makes."""
    for name, text in hypervisor("none", core, trace=True).generated.items():
        (made / name).write_text(text, encoding="ascii")
    return [*_host(core, made), *_board(core, made)]


def tidy(reading: Reading) -> str:
    """Return what clang-tidy finds; empty: nothing."""
    command = ["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}"]
    words = [*command, str(reading.source), "--", *reading.flags]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    """Read what is asked for. Returns 1 if anything is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", type=Path, default=CORE)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    core: Path = options.core.resolve()
    wanted = {core / name for name in options.names}
    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor(AT_ONCE) as pool:
        all_there_is = readings(core, Path(made))
        chosen = [each for each in all_there_is if not wanted or each.source in wanted]
        if missing := wanted - {each.source for each in chosen}:
            parser.error(f"no such source: {', '.join(sorted(map(str, missing)))}")
        found = [said for said in pool.map(tidy, chosen) if said]
    sys.stderr.write("".join(found))
    sys.stdout.write(f"clang-tidy: {len(chosen)} readings, {len(found)} with findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
