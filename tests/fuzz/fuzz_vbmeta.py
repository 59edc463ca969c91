# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged vbmeta images, Android containers and papers, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from VBMETA_FROM.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz" / "support"))

import vbmeta_mutants  # noqa: E402 - the path comes first
from long_run import long_run, tell  # noqa: E402

SLICE = 500


def main() -> int:
    """Read mutants until the time is over. Returns 1 if anything was found."""
    with tempfile.TemporaryDirectory() as folder:
        total = long_run(
            vbmeta_mutants.Result(),
            "VBMETA_FROM",
            SLICE,
            lambda numbers: vbmeta_mutants.run(numbers, Path(folder)),
        )
    return tell("vbmeta", total, f"vbmeta {total.count} mutants, {total.accepted} accepted")


if __name__ == "__main__":
    sys.exit(main())
