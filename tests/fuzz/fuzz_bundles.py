# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged and forged bundles, keys and device facts, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from BUNDLES_FROM.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / part / "support") for part in ("fuzz", "unit")]

import bundle_mutants  # noqa: E402 - the path comes first
from long_run import long_run, tell  # noqa: E402

SLICE = 500


def main() -> int:
    """Try mutants until the time is over. Returns 1 if anything was found."""
    with tempfile.TemporaryDirectory() as folder:
        total = long_run(
            bundle_mutants.Result(),
            "BUNDLES_FROM",
            SLICE,
            lambda numbers: bundle_mutants.run(numbers, Path(folder)),
        )
    counts = (
        f"bundles {total.count} mutants, {total.refused} bundles refused, {total.same} unchanged"
    )
    return tell("bundle", total, counts)


if __name__ == "__main__":
    sys.exit(main())
