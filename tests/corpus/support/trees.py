# SPDX-License-Identifier: Apache-2.0
"""Vendors' device trees for arm64, as Debian's kernel packages hold them, and their kernels.

They are other people's files: fetched by apt, which checks them against Debian's signed index, and
kept in the cache, never in this repository. Of each package only the trees and the kernel are kept.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LINES = ("6.1", "6.12")
"""Kernel lines: Debian 12's own, and the one that its backports have."""

SUITES = ("bookworm", "bookworm-backports")
DAY = 24 * 3600.0  # seconds that what apt said once is believed

METAS = {
    "6.1": "linux-image-arm64",
    "6.12": "linux-image-arm64",
    "6.1-cloud": "linux-image-cloud-arm64",
    "6.1-rt": "linux-image-rt-arm64",
    "6.12-16k": "linux-image-arm64-16k",
}
"""The packages that name the newest kernel of each line, and of flavours of it."""
KERNEL = "vmlinuz"


class CorpusError(Exception):
    """The trees can't be had: what is wrong, and what to do about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """All trees of one kernel package, and its kernel."""

    line: str  # 6.1
    version: str  # of the package: 6.1.176-1
    folder: Path

    @property
    def kernel(self) -> Path:
        """The kernel, as Debian built it."""
        return self.folder / KERNEL

    def trees(self) -> list[Path]:
        """Return the trees, in the order of their names."""
        return sorted(self.folder.rglob("*.dtb"))

    def tree(self, name: str) -> Path:
        """Return the tree of a name such as `arm/juno.dtb`."""
        return self.folder / name

    def name(self, tree: Path) -> str:
        """Return the name of a tree."""
        return str(tree.relative_to(self.folder))


@cache
def corpora() -> dict[str, Corpus]:
    """Return the trees of each kernel line, fetched unless they are there.

    Raises CorpusError if they can't be fetched.
    """
    home = _had(LINES)
    return {line: _read(home, line) for line in LINES}


@cache
def flavours() -> dict[str, Path]:
    """Return the kernel of each line and flavour, as Debian built it. Raises as `corpora` does."""
    home = _had(METAS)
    return {line: _read(home, line).kernel for line in METAS}


def _had(lines: Collection[str]) -> Path:
    """Fetch what is not there yet of these lines; return the folder of all."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        if not all(_known(home, line) for line in lines):
            _fetch(home, lines)
    return home


def _home() -> Path:
    """Return the folder of all this, in the cache that mvpsdk uses."""
    if named := os.environ.get("MVPSDK_CACHE_DIR"):
        return Path(named) / "vendor-trees"
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "mvpsdk" / "vendor-trees"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep the suite's other processes out: they would fetch the same."""
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _known(home: Path, line: str) -> bool:
    note = home / line
    fresh = note.is_file() and time.time() - note.stat().st_mtime < DAY
    return fresh and (_folder(note) / KERNEL).is_file()


def _read(home: Path, line: str) -> Corpus:
    note = home / line
    version = note.read_text().split()[0]
    return Corpus(line=line, version=version, folder=_folder(note))


def _folder(note: Path) -> Path:
    return note.parent / note.read_text().split()[1]


# ---- apt, in a folder of its own: the machine's lists and architectures stay as they are ----


def _fetch(home: Path, lines: Collection[str]) -> None:
    for tool in ("apt-get", "apt-cache", "dpkg-deb", "tar"):
        if not shutil.which(tool):
            raise CorpusError(f"{tool} is not installed: these tests need Debian's apt and dpkg")
    with tempfile.TemporaryDirectory(dir=home) as name:
        apt = _Apt(Path(name))
        for line in lines:
            package, version, digest = apt.package(line)
            folder = f"{version}_{digest[:16]}"
            if not (home / folder).is_dir():
                apt.unpack(package, home / folder, trees=line in LINES)
            (home / line).write_text(f"{version} {folder}\n")


class _Apt:
    """Debian's apt for arm64, with its lists in a folder that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "lists" / "partial").mkdir(parents=True)
        (folder / "status").touch()
        mirror = _mirror()
        lines = [f"deb [arch=arm64] {mirror} {suite} main\n" for suite in SUITES]
        (folder / "sources.list").write_text("".join(lines))
        self.run("apt-get", "-q", "update")

    def run(self, tool: str, *arguments: str) -> str:
        """Run one of apt's tools; returns what it prints, raises CorpusError if it fails."""
        options = {
            "Dir::Etc::SourceList": self.folder / "sources.list",
            "Dir::Etc::SourceParts": "-",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::State::Status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "APT::Architecture": "arm64",
            "APT::Architectures": "arm64",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        settings = [f"-o={key}={value}" for key, value in options.items()]
        return _output([tool, *settings, *arguments], self.folder)

    def package(self, line: str) -> tuple[str, str, str]:
        """Return the newest kernel package of a line or flavour: its name, version and SHA-256."""
        number = line.partition("-")[0]
        shown = self.run("apt-cache", "show", METAS[line])
        for package, version in re.findall(r"^Depends: (\S+) \(= (\S+)\)", shown, re.MULTILINE):
            if version.startswith(f"{number}."):
                about = self.run("apt-cache", "show", f"{package}={version}")
                digest = re.search(r"^SHA256: (\w{64})$", about, re.MULTILINE)
                if digest:
                    return package, version, digest[1]
        raise CorpusError(f"no kernel {line} in {SUITES}")

    def unpack(self, package: str, into: Path, *, trees: bool) -> None:
        """Fetch a kernel package and keep its kernel, and its trees if they are wanted."""
        self.run("apt-get", "-q", "download", package)
        archive = next(self.folder.glob(f"{package}_*.deb"))
        kept = self.folder / package
        kept.mkdir()
        names = ["--transform=s,.*/vmlinuz-.*,vmlinuz,", "--transform=s,./usr/lib/[^/]*/,,"]
        wanted = ["--wildcards", *names, "./boot/vmlinuz-*"]
        wanted += ["./usr/lib/linux-image-*/*.dtb"] if trees else []
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=-1) as unpacking:
            done = subprocess.run(
                ["tar", "-x", "-C", kept, *wanted],
                stdin=unpacking.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
        archive.unlink()
        whole = (any(kept.rglob("*.dtb")) or not trees) and (kept / KERNEL).is_file()
        if done.returncode or unpacking.returncode or not whole:
            raise CorpusError(f"{package} lacks trees or kernel: {done.stderr.strip()}")
        kept.rename(into)


def _mirror() -> str:
    """Return where this machine's apt has Debian from."""
    listed = _output(["apt-get", "update", "--print-uris"], Path())
    found = re.search(
        r"^'(\S+?)/dists/(?:bookworm|trixie|forky|sid|(?:old)?(?:old)?stable)/InRelease'",
        listed,
        re.MULTILINE,
    )
    if not found:
        raise CorpusError("this machine's apt knows no Debian mirror: see sources.list(5)")
    return found[1]


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        verb = command[-2] if command[-1].startswith("linux-") else command[-1]
        raise CorpusError(f"{command[0]} {verb}: {said[0]}")
    return done.stdout
