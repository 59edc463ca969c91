# SPDX-License-Identifier: Apache-2.0
"""Debian's packages by name: the machine's own apt says where one is and what it must be.

apt has checked the signature of the lists that it answers from, so its SHA-256 can be pinned.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass

from mvpsdk.errors import MissingToolError, TimeoutError_, ToolFailedError

__all__ = ["Package", "package"]

PATIENCE = 60.0
"""Seconds that apt may take: it asks no server, it reads its lists."""

_URI = re.compile(r"^'(\S+)' \S+ \d+ SHA256:([0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """Where a package's file is, and its SHA-256."""

    url: str
    sha256: str


def package(name: str) -> Package:
    """Return what apt would download for a name.

    Raises MissingToolError if there is no apt here, or it knows no such package; ToolFailedError
    if its answer is of no use; TimeoutError_ if there is none in time.
    """
    said = _ask(["apt-get", "download", "--print-uris", name], name)
    found = _URI.search(said)
    if found is None:
        raise ToolFailedError(
            f"apt tells no URL and SHA-256 of {name}: {said.strip() or 'nothing'}",
            hint="see what it knows with: apt-cache policy " + name,
        )
    return Package(url=found[1], sha256=found[2])


def _ask(command: list[str], name: str) -> str:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise MissingToolError(
            f"{name} is a package of Debian's, and apt-get is not installed",
            hint="lock it on Debian or in a container of it: fetching needs no apt;"
            ' or name the file itself: { url = "…", member = "…" }',
        ) from None
    except subprocess.TimeoutExpired:
        raise TimeoutError_(
            f"apt-get did not say in {PATIENCE:.0f} s where {name} is", hint="try again later"
        ) from None
    if done.returncode:
        raise MissingToolError(
            f"apt knows no package {name}: {done.stderr.strip()}",
            hint="renew its lists with: apt-get update; then see: apt-cache policy " + name,
        )
    return done.stdout
