# SPDX-License-Identifier: Apache-2.0
"""A process that writes a bill of materials, begun before it is known what is to be listed.

The library that writes it takes longer to load than a bundle to be packed. Beside one that plans
and packs, on another processor, that costs no time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvpsdk.bundle.sbom import Bill

__all__ = ["scribe"]

SCRIPT = Path(__file__).with_name("_scribe.py")
PATIENCE = 120.0
"""Seconds after which what takes a tenth of one must have failed."""


@contextmanager
def scribe() -> Iterator[Callable[[Bill], bytes]]:
    """Start the process; yield what has it write one bill. It does not outlive the block.

    What is yielded raises ToolFailedError if the process fails.
    """
    pipe = subprocess.PIPE
    command = [sys.executable, "-P", str(SCRIPT)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield lambda bill: _written(process, bill)
        finally:
            process.kill()


def _written(process: subprocess.Popen[bytes], bill: Bill) -> bytes:
    try:
        written, said = process.communicate(json.dumps(bill).encode(), PATIENCE)
    except subprocess.TimeoutExpired as error:
        hint = "is the machine overloaded? If not, this is a fault of mvpsdk: report it"
        message = f"the bill of materials was not written within {PATIENCE:.0f} s"
        raise ToolFailedError(message, hint=hint) from error
    if process.returncode:
        last = (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        hint = "is cyclonedx-python-lib installed as mvpsdk wants it? Install mvpsdk again"
        raise ToolFailedError(f"the bill of materials was not written: {last}", hint=hint)
    return written
