# SPDX-License-Identifier: Apache-2.0
"""Opens a device tree's source: dtc, the device tree compiler, makes a flattened tree of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, MissingToolError, Place, TimeoutError_, ToolFailedError
from mvpsdk.tree.opening import MAGIC, read_file, survey_bytes
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.tree.model import Survey

__all__ = ["open_source"]

LONGEST = 16 * MIB
"""No source of a tree that fits into 2 MiB is longer."""
TIMEOUT = 60.0
"""Seconds after which dtc counts as hung."""
PREPROCESS = (
    "run the C preprocessor over it first, as Linux does:"
    " cpp -nostdinc -undef -x assembler-with-cpp -I include F.dts > one.dts; dtc reads no #include"
)
_COMPLAINT = re.compile(r"^Error: [^:]+:(\d+)\.(\d+)(?:-[\d.]+)?:? *(.*)$", re.MULTILINE)


def open_source(path: Path, *, live: bool = False, console: str = "") -> Survey:
    """Compile a device tree's source (.dts) and survey it.

    Args:
        path: of the file.
        live: it was decompiled from the tree of a running device.
        console: path or alias of the UART to take, whatever the tree says.

    Raises InputError if it can't be read or compiled, MissingToolError if there is no dtc.
    """
    if read_file(path, LONGEST, "a device tree's source").startswith(MAGIC):
        place = Place(file=str(path))
        raise InputError("is a flattened tree, no source", place=place, hint="use --from-dtb")
    return survey_bytes(_compiled(path), path, live=live, console=console)


def _compiled(path: Path) -> bytes:
    tool = shutil.which("dtc")
    if tool is None:
        raise MissingToolError(
            "dtc, the device tree compiler, is not installed",
            hint="apt-get install device-tree-compiler; or use --from-dtb with the compiled tree",
        )
    command = [tool, "-q", "-I", "dts", "-O", "dtb", "-o", "-", "--", str(path)]
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError_(f"dtc still ran after {TIMEOUT:g} seconds") from error
    except OSError as error:
        raise MissingToolError(
            f"can't run {tool}: {error.strerror}", hint="apt-get install device-tree-compiler"
        ) from error
    if done.returncode:
        raise _failure(path, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def _failure(path: Path, said: str) -> InputError:
    """Put dtc's first complaint into words."""
    found = _COMPLAINT.search(said)
    if found is None:
        last = (said.strip().splitlines() or ["no reason given"])[0]
        return ToolFailedError(f"dtc: {last}", place=Place(file=str(path)), hint=PREPROCESS)
    place = Place(file=str(path), line=int(found[1]), column=int(found[2]))
    return InputError(f"dtc: {found[3] or 'syntax error'}", place=place, hint=PREPROCESS)
