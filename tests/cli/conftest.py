# SPDX-License-Identifier: Apache-2.0
"""Runs the command line, inside this process or as a program."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import build
from mvpsdk.bundle import Content, Manifest, Virtual, fit
from mvpsdk.units import MIB
from mvpsdk_cli import main
from workbench import stand_in, write_handset

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = [str(Path(__file__).parents[2] / folder) for folder in ("sdk", "cli")]
PROGRAM = [sys.executable, "-m", "mvpsdk_cli"]


@dataclass(frozen=True)
class Result:
    """What a command line did."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A neutral environment in an empty folder, so that output is the same everywhere."""
    for name in ("NO_COLOR", "CI", "MVPSDK_DEBUG", "MVPSDK_BOARD_PATH", "MVPSDK_QEMU"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """A function that runs the command line here: `cli("boards", "--format", "json")`."""

    def run(*words: object) -> Result:
        code = main.main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def program() -> Callable[..., subprocess.Popen[str]]:
    """A function that starts the command line as a program of its own."""

    def start(
        *words: object, preexec_fn: Callable[[], None] | None = None, **environment: str
    ) -> subprocess.Popen[str]:
        path = os.pathsep.join([*SOURCES, os.environ.get("PYTHONPATH", "")])
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            env={**os.environ, "PYTHONPATH": path, **environment},
            text=True,
            preexec_fn=preexec_fn,  # noqa: PLW1509 - no threads in a test of the command line
            **options,
        )

    return start


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a bundle whose hypervisor is a script for tests' stand-in QEMU."""

    def make(*steps: list[object], virtual: bool = True) -> Path:
        script = json.dumps(steps).encode().ljust(fit.ALIGN)
        pack = bytes(fit.ALIGN)
        manifest = manifest_of(virtual=virtual).json()
        parts, offset = [], 0
        for name, data in (("hypervisor", script), ("pack", pack), ("manifest", manifest)):
            digest = hashlib.sha256(data).hexdigest()
            parts.append(
                fit.Part(
                    name=name,
                    type="kernel",
                    description=name,
                    offset=offset,
                    size=len(data),
                    sha256=digest,
                )
            )
            offset += len(data)
        path = tmp_path / ("phone.itb" if virtual else "odd.itb")
        head = fit.header(
            fit.tree(parts, description="a phone", compatible="acme,phone", rollback_index=0)
        )
        path.write_bytes(head + script + pack + manifest)
        return path

    return make


def manifest_of(*, virtual: bool) -> Manifest:
    """A manifest with everything that a run needs."""
    machine = Virtual(machine="virt", cpu="max", memory=64 * MIB, cpus=1, clock=0x901_0000)
    return Manifest(
        handset="phone",
        version="1.0",
        rollback_index=0,
        board="acme-board",
        compatible="acme,phone",
        profile="dev",
        signed=False,
        personas=("work", "personal"),
        fingerprint="",
        sources="",
        toolchain="",
        sdk="",
        virtual=machine if virtual else None,
        parts=(Content(name="pack", kind="ramdisk", size=0, sha256=""),),
        images=(),
    )


@pytest.fixture(scope="session")
def known_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was found in images: most tests have the same ones."""
    return tmp_path_factory.mktemp("facts")


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_facts: Path) -> Path:
    """A cache for one test, but for the facts of images, which go by content."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "facts").symlink_to(known_facts)
    monkeypatch.setenv("MVPSDK_CACHE_DIR", str(cache))
    return cache


@pytest.fixture
def handset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> Callable[..., None]:
    """Writes a handset into the working directory; the compiler is a stand-in."""
    assert own_cache.is_dir()
    chain = build.Toolchain(family="gcc", compiler=("gcc",), linker=("ld",), identity="gcc 1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(build, "find", lambda _family=None: chain)
    monkeypatch.setattr(build, "image", lambda *_a, **_k: stand_in("hypervisor"))
    monkeypatch.setattr(build, "firmware", lambda *_a, **_k: stand_in("firmware"))
    return write_handset
