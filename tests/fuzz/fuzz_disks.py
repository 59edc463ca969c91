# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged partition tables, sparse images and block maps, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from DISK_FROM.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz" / "support"))

import disk_mutants  # noqa: E402 - the path comes first
from long_run import long_run, tell  # noqa: E402

SLICE = 1000


def main() -> int:
    """Read mutants until the time is over. Returns 1 if anything was found."""
    total = long_run(disk_mutants.Result(), "DISK_FROM", SLICE, disk_mutants.run)
    return tell("disk", total, f"disks {total.count} mutants, {total.accepted} accepted")


if __name__ == "__main__":
    sys.exit(main())
