# SPDX-License-Identifier: Apache-2.0
"""Handsets in folders of their own, bundled as a user would."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import bundle as bundles
from mvpsdk import run
from mvpsdk.run import starting
from workshop import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "bundled",
    "bundled_for",
    "copied",
    "heard",
    "mvpsdk",
    "on_disk",
    "once",
    "played",
    "with_compiler",
]

LIMIT = 120  # seconds of the host's time that a command may take
SYSTEM = "personal-os.bin"


def once(folder: Path, make: Callable[[Path], Path]) -> Path:
    """Make something in a folder for all of the test run's processes: the first one makes it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            made.write_text(str(make(folder)))
        return Path(made.read_text())


def mvpsdk(folder: Path, *arguments: str, cache: Path, before: Sequence[str] = ()) -> str:
    """Call the command line in a folder; what it prints."""
    done = subprocess.run(  # noqa: PLW1510 - the status is looked at below
        [*before, sys.executable, "-m", "mvpsdk_cli", *arguments],
        cwd=folder,
        env={**os.environ, "MVPSDK_CACHE_DIR": str(cache), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def copied(folder: Path, images: Path) -> Path:
    """Copy the example, with Debian's images; its other system is yet to be built."""
    ignored = shutil.ignore_patterns("images", "build", "__pycache__")
    shutil.copytree(EXAMPLE, folder, ignore=ignored)
    shutil.copytree(images, folder / "images", ignore=shutil.ignore_patterns(SYSTEM))
    return folder


def bundled(folder: Path, *before: str, cache: Path) -> Path:
    """Build what is to be built in a copy of the example, and bundle it for the first board."""
    prepare = [*before, sys.executable, "prepare", "--only", "personal"]
    subprocess.run(prepare, cwd=folder, check=True, capture_output=True, timeout=LIMIT)
    return bundled_for(folder, "qemu-virt", "demo.itb", *before, cache=cache)


def bundled_for(folder: Path, board: str, name: str, *before: str, cache: Path) -> Path:
    """Bundle a handset for one of its boards, under this name in its folder."""
    arguments = ["--board", board, "-o", name, "--unsigned"]
    mvpsdk(folder, "bundle", ".", *arguments, cache=cache, before=before)
    return folder / name


def with_compiler(demo: Path, family: str, cache: Path) -> Path:
    """Bundle the handset in a bundle's folder once more, by another compiler."""
    arguments = ["--board", "qemu-virt", "-o", f"{family}.itb", "--unsigned"]
    mvpsdk(demo.parent, "bundle", ".", *arguments, "--toolchain", family, cache=cache)
    return demo.parent / f"{family}.itb"


def played(bundle: Path, options: run.Options) -> tuple[dict[str, list[str]], run.Exit]:
    """Run a bundle to its end: the lines of each partition, and how it ended."""
    with run.start(bundle, options) as session:
        return heard(session)


def on_disk(bundle: Path, disk: Path, folder: Path) -> run.Bootable:
    """A disk in the machine that a bundle was made for; folder: for what QEMU is given beside."""
    contents = bundles.open(bundle)
    assert contents.manifest
    return run.Bootable(
        machine=starting._machine(contents.manifest, contents),
        facts=contents.pack,
        flashed=disk,
        folder=folder,
        personas=contents.manifest.personas,
    )


def heard(session: run.Session) -> tuple[dict[str, list[str]], run.Exit]:
    """Listen to the end: the lines of each partition, and how it ended."""
    events = list(session)
    lines: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, run.Line):
            lines.setdefault(event.partition, []).append(event.text)
    last = events[-1]
    assert isinstance(last, run.Exit)
    return lines, last
