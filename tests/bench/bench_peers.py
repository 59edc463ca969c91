# SPDX-License-Identifier: Apache-2.0
"""The tools that ours is held against: each installed here, none of them into what we use."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from bench_machine import run

__all__ = ["Peer", "install"]

HOME = Path(__file__).parents[2] / "build/bench"
PYPI = {
    "imgtool": ("imgtool==2.5.0",),
    "dt-validate": ("dtschema==2026.9",),
    "esptool": ("esptool==5.6.0",),
    "lopper": ("lopper[yaml]==1.6.0",),
}
DEBIAN = {"mkbootimg": "usr/bin/mkbootimg"}  # package, and what is run of it
SYSTEM = {"mkimage": "-V"}  # of packages that the tests need as well: how it tells its version


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A tool of others."""

    program: str
    version: str


def install() -> dict[str, Peer]:
    """Install what is not there yet, by pip and apt; all peers by name.

    avbtool is neither on PyPI nor in Debian 12.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    found = {name: _from_pypi(name, pins) for name, pins in PYPI.items()}
    found |= {name: _from_debian(name, path) for name, path in DEBIAN.items()}
    return found | {name: _of_system(name, option) for name, option in SYSTEM.items()}


def _from_pypi(name: str, pins: tuple[str, ...]) -> Peer:
    """A virtual environment of its own."""
    folder = HOME / f"venv-{name}"
    stamp = folder / "installed"
    if not stamp.is_file() or stamp.read_text() != "\n".join(pins):
        venv.create(folder, clear=True, with_pip=False)
        python = str(folder / "bin/python")
        run([sys.executable, "-m", "pip", "-q", "--python", python, "install", *pins], timeout=600)
        stamp.write_text("\n".join(pins))
    return Peer(program=str(folder / "bin" / name), version=pins[0].partition("==")[2])


def _from_debian(package: str, path: str) -> Peer:
    """Unpacked, not installed: it takes no root, and only apt's lists."""
    folder = HOME / package
    if not (folder / path).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        run(["apt-get", "-qq", "download", package], cwd=folder)
        (file,) = folder.glob("*.deb")
        run(["dpkg", "-x", str(file), str(folder)])
    file = next(folder.glob("*.deb"))
    told = subprocess.run(
        ["dpkg-deb", "-f", str(file), "Version"], capture_output=True, text=True, check=True
    )
    return Peer(program=str(folder / path), version=told.stdout.strip())


def _of_system(name: str, option: str) -> Peer:
    told = subprocess.run([name, option], capture_output=True, text=True, check=True)
    return Peer(program=name, version=told.stdout.split()[-1])
