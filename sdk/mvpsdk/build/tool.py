# SPDX-License-Identifier: Apache-2.0
"""Running a tool: its output, or an error that says what went wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import MissingToolError, TimeoutError_, ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["run"]

TIMEOUT = 120.0
"""Seconds after which a compiler counts as hung."""

_SHOWN = 40  # lines of a tool's complaint


def run(
    argv: Sequence[str],
    cwd: Path | None = None,
    timeout: float = TIMEOUT,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a tool and return what it printed (standard output, then complaints).

    environment: what its environment has beside ours. Messages come in English and unlocalised,
    whatever the user's language, since they are parsed.

    Raises MissingToolError if it isn't there, TimeoutError_ if it hangs, ToolFailedError if it
    fails, with the end of what it said.
    """
    try:
        done = subprocess.run(  # noqa: PLW1510 - the status is looked at below
            argv,
            cwd=cwd,
            env={**os.environ, **(environment or {}), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
        )
    except OSError as error:
        hint = "see what is installed with: mvpsdk doctor"
        raise MissingToolError(f"can't run {argv[0]}: {error.strerror}", hint=hint) from error
    except subprocess.TimeoutExpired as error:
        hint = "try again when this machine is less busy"
        raise TimeoutError_(f"{argv[0]} still ran after {timeout:g} seconds", hint=hint) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        head = _failure(Path(argv[0]).name, done.returncode)
        hint = "mend what it complains of; what is installed here: mvpsdk doctor"
        raise ToolFailedError("\n".join([head, *said[:_SHOWN]]), hint=hint)
    return done.stdout + done.stderr


def _failure(tool: str, status: int) -> str:
    how = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
    return f"{tool} {how}:"
