# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged and forged bundles, keys and device facts, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from BUNDLES_FROM.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / part / "support") for part in ("fuzz", "unit")]

import bundle_mutants  # noqa: E402 - the path comes first

SLICE = 500


def main() -> int:
    """Try mutants until the time is over. Returns 1 if anything was found."""
    end = time.monotonic() + int(os.environ.get("FUZZ_SECONDS", "600"))
    at, total = int(os.environ.get("BUNDLES_FROM", "0")), bundle_mutants.Result()
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end and not total.faults:
            found = bundle_mutants.run(range(at, at + SLICE), Path(folder))
            at += SLICE
            total.count += found.count
            total.refused += found.refused
            total.same += found.same
            total.faults |= found.faults
    for name, why in total.faults.items():
        sys.stdout.write(f"bundle mutant {name}: {why}\n")
    sys.stdout.write(
        f"bundles {total.count} mutants, {total.refused} bundles refused, {total.same} unchanged\n"
    )
    return int(bool(total.faults))


if __name__ == "__main__":
    sys.exit(main())
