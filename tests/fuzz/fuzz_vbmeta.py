# SPDX-License-Identifier: Apache-2.0
"""The long run over damaged vbmeta images, Android containers and papers, part of `make fuzz`.

It takes FUZZ_SECONDS; the mutants' numbers go on from 0, or from VBMETA_FROM.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz" / "support"))

import vbmeta_mutants  # noqa: E402 - the path comes first

SLICE = 500


def main() -> int:
    """Read mutants until the time is over. Returns 1 if anything was found."""
    end = time.monotonic() + int(os.environ.get("FUZZ_SECONDS", "600"))
    at, total = int(os.environ.get("VBMETA_FROM", "0")), vbmeta_mutants.Result()
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end and not total.faults:
            found = vbmeta_mutants.run(range(at, at + SLICE), Path(folder))
            at += SLICE
            total.count += found.count
            total.accepted += found.accepted
            total.faults |= found.faults
    for name, why in total.faults.items():
        sys.stdout.write(f"vbmeta mutant {name}: {why}\n")
    sys.stdout.write(f"vbmeta {total.count} mutants, {total.accepted} accepted\n")
    return int(bool(total.faults))


if __name__ == "__main__":
    sys.exit(main())
