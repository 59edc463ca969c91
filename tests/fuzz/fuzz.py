# SPDX-License-Identifier: Apache-2.0
"""The long run, `make fuzz`: each harness for FUZZ_SECONDS, two at a time, with AddressSanitizer.

Logs and findings go to build/fuzz; a finding is made as small as it gets, and named at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / name / "support") for name in ("fuzz", "faults")]

import fuzzing  # noqa: E402 - the path comes first
from fuzzing import HARNESSES, Harness, Result  # noqa: E402

WORK = ROOT / "build" / "fuzz"
AT_ONCE = 2
SECONDS = 600
SHRINKING = 60
"""Seconds that a finding is made smaller for."""


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fuzz(harness: Harness, seconds: int) -> Result:
    """Build and run one harness; its log goes to build/fuzz, with a closing line."""
    program = fuzzing.build(harness, WORK / "bin")
    options = (f"-max_total_time={seconds}", "-print_final_stats=1")
    result = fuzzing.run(harness, program, WORK, *options)
    found = ", ".join(str(shrunk(harness, program, path)) for path in findings(harness))
    line = summary(result, found)
    (WORK / f"{harness.name}.log").write_text(f"{result.log}\n{line}\n", encoding="utf-8")
    say(line)
    return result


def findings(harness: Harness) -> list[Path]:
    """What has been found and not been fixed, as libFuzzer names it."""
    kinds = ("crash", "timeout", "oom", "leak")
    found = WORK / "found"
    return sorted(path for kind in kinds for path in found.glob(f"{harness.name}-{kind}-*"))


def shrunk(harness: Harness, program: Path, path: Path) -> Path:
    """The finding as small as it gets in a minute; else the finding itself."""
    small = path.with_name(path.name.replace(f"{harness.name}-", f"{harness.name}-small-", 1))
    limits = (f"-max_total_time={SHRINKING}", f"-exact_artifact_path={small}")
    words = [str(program), *fuzzing.LIMITS, "-minimize_crash=1", *limits, str(path)]
    subprocess.run(words, capture_output=True, env=fuzzing.environment(), check=False)
    return (small if small.exists() else path).relative_to(ROOT)


def summary(result: Result, found: str) -> str:
    """One line for a person."""
    seen = " ".join(f"{name}={count}" for name, count in result.seen.items())
    verdict = (
        f"FOUND {found or f'exit code {result.code}'}" if result.code or found else "no finding"
    )
    return (
        f"{result.harness:5} {result.seconds:4} s {result.runs:9} runs {result.coverage:5} edges"
        f"  {verdict}  {seen}"
    )


def main() -> int:
    """Run all that are named, or all there are. Returns 1 if anything was found."""
    seconds = int(os.environ.get("FUZZ_SECONDS", SECONDS))
    chosen = [one for one in HARNESSES if one.name in sys.argv[1:] or not sys.argv[1:]]
    for harness in chosen:
        for path in findings(harness):
            path.unlink()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda harness: fuzz(harness, seconds), chosen))
    bad = [result for result in results if result.code or findings_of(result)]
    say(f"{len(results)} harnesses, {seconds} s each: {len(bad)} with findings")
    return 1 if bad else 0


def findings_of(result: Result) -> list[Path]:
    """The findings of the harness that the result is of."""
    return [path for one in HARNESSES if one.name == result.harness for path in findings(one)]


if __name__ == "__main__":
    sys.exit(main())
