# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged partition tables, sparse images and block maps, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from DISK_FROM.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz" / "support"))

import disk_mutants  # noqa: E402 - the path comes first

SLICE = 1000


def main() -> int:
    """Read mutants until the time is over. Returns 1 if anything was found."""
    end = time.monotonic() + int(os.environ.get("FUZZ_SECONDS", "600"))
    at, total = int(os.environ.get("DISK_FROM", "0")), disk_mutants.Result()
    while time.monotonic() < end and not total.faults:
        found = disk_mutants.run(range(at, at + SLICE))
        at += SLICE
        total.count += found.count
        total.accepted += found.accepted
        total.faults |= found.faults
    for name, why in total.faults.items():
        sys.stdout.write(f"disk mutant {name}: {why}\n")
    sys.stdout.write(f"disks {total.count} mutants, {total.accepted} accepted\n")
    return int(bool(total.faults))


if __name__ == "__main__":
    sys.exit(main())
