# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged images, part of `make fuzz`: 20 000 of them, or IMAGE_MUTANTS."""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz" / "support"))

import image_mutants  # noqa: E402 - the path comes first
from image_mutants import Result  # noqa: E402

COUNT, SLICE = 20_000, 500


def part(first: int, last: int) -> Result:
    """Read some mutants."""
    with tempfile.TemporaryDirectory() as folder:
        return image_mutants.run(range(first, last), Path(folder))


def main() -> int:
    """Read them all, two slices at a time. Returns 1 if anything was found."""
    count = int(os.environ.get("IMAGE_MUTANTS", COUNT))
    image_mutants.prepare()
    total = Result()
    with ProcessPoolExecutor(2) as pool:
        starts = range(0, count, SLICE)
        for result in pool.map(part, starts, [min(at + SLICE, count) for at in starts]):
            total.add(result)
    for name, why in {**total.stopped, **total.killed}.items():
        sys.stdout.write(f"image mutant {name}: {why}\n")
    late = total.slowest > image_mutants.PATIENCE or total.peak > image_mutants.MEMORY
    sys.stdout.write(
        f"images {total.count} mutants, {total.linted} linted; slowest {total.slowest:.2f} s,"
        f" at most {total.peak >> 20} MiB; {len(total.stopped)} stopped a reader,"
        f" {len(total.killed)} a process\n"
    )
    return int(bool(total.stopped or total.killed or late or total.count != count))


if __name__ == "__main__":
    sys.exit(main())
