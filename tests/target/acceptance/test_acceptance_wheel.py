# SPDX-License-Identifier: Apache-2.0
"""The wheel is all that a handset maker needs: no checkout is in sight."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from empty_venv import install
from phone import once, with_compiler

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]

CHECKOUT = Path(__file__).parents[3]
ROOMS = {"sdk/mvpsdk": "mvpsdk", "cli/mvpsdk_cli": "mvpsdk_cli", "boards": "mvpsdk/boards"}
SOURCES = {".py", ".c", ".h", ".S", ".ld", ".toml"}
LIMIT = 100  # seconds of the host's time that a command may take


@pytest.fixture(scope="session")
def wheel(shared: Path) -> Path:
    """The wheel, built from the checkout."""

    def build(folder: Path) -> Path:
        pip = [sys.executable, "-m", "pip", "-q", "wheel", "--no-deps", "--no-build-isolation"]
        place = [f"--config-settings=build-dir={folder / 'build'}", "-w", str(folder)]
        subprocess.run([*pip, *place, str(CHECKOUT)], check=True)
        return next(folder.glob("*.whl"))

    return once(shared / "wheel", build)


@dataclass(frozen=True)
class Maker:
    """A handset maker's machine: the installed wheel, a home, and a folder with a handset."""

    programs: Path
    home: Path
    phone: Path
    path: str = os.defpath  # where else programs are found

    def run(self, program: str, *arguments: str, status: int = 0) -> str:
        """Run a program in the handset's folder; what it prints."""
        done = subprocess.run(  # noqa: PLW1510 - the status is looked at below
            [self.programs / program, *arguments],
            cwd=self.phone,
            env={
                "PATH": f"{self.programs}:{self.path}",
                "HOME": str(self.home),
                "MVPSDK_CACHE_DIR": str(self.home / "cache"),
                "WITNESS": str(self.home / "witness"),
            },
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        assert done.returncode == status, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout + (done.stderr if status else "")


@pytest.fixture
def phone(demo: Path, tmp_path: Path) -> Path:
    """A copy of the example handset, its images prepared."""
    ignored = shutil.ignore_patterns("cache", "*.itb")
    return Path(shutil.copytree(demo.parent, tmp_path / "phone", ignore=ignored))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def maker(wheel: Path, phone: Path, home: Path, tmp_path: Path) -> Maker:
    """A machine with a copy of the example handset."""
    return Maker(install(wheel, tmp_path / "venv"), home, phone)


def shipped() -> Iterator[tuple[str, bytes]]:
    """What has to be in the wheel: each file of the rooms, under its name there."""
    for folder, name in ROOMS.items():
        for path in sorted((CHECKOUT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so":
                yield f"{name}/{path.relative_to(CHECKOUT / folder)}", path.read_bytes()


def test_wheel_holds_core_runtime_boards_and_command_line(wheel: Path) -> None:
    """Each file byte for byte, each source with its licence, the host library, the notices."""
    with ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for name, data in shipped():
        assert held.get(name) == data, name
        if Path(name).suffix in SOURCES:
            assert b"SPDX-License-Identifier: Apache-2.0" in data[:300], name
    for name in ("core/src/pack.c", "core/arch/aarch64/head.S", "core/rt/mvp_rt.h"):
        assert f"mvpsdk/{name}" in held
    assert "mvpsdk/boards/qemu-virt/board.toml" in held
    assert "mvpsdk/core/_lib.abi3.so" in held
    licences = {Path(name).name: data for name, data in held.items() if "/licenses/" in name}
    assert licences["LICENSE"] == (CHECKOUT / "LICENSE").read_bytes()
    assert b"cffi" in licences["THIRD-PARTY-NOTICES.txt"]


def test_installed_wheel_takes_a_handset_to_a_running_bundle(maker: Maker, demo: Path) -> None:
    """Lint, bundle, inspect and run in an empty folder; the bundle is the checkout's own."""
    home = maker.run("python", "-c", "import mvpsdk.core._lib as lib; print(lib.__file__)")
    assert Path(home.strip()).is_relative_to(maker.programs.parent)

    lint = json.loads(maker.run("mvpsdk", "lint", ".", "--format", "json"))
    assert lint["schema"] == "mvpsdk.lint/1"
    maker.run("mvpsdk", "bundle", ".", "--board", "qemu-virt", "-o", "phone.itb", "--unsigned")
    assert (maker.phone / "phone.itb").read_bytes() == demo.read_bytes()
    inspected = json.loads(maker.run("mvpsdk", "inspect", "phone.itb", "--format", "json"))
    assert inspected["schema"] == "mvpsdk.inspect/1"
    shown = maker.run("mvpsdk", "run", "phone.itb", "--persona", "personal", "--until-exit")
    assert "[personal] Personal OS" in shown

    witness = (maker.home / "witness").read_text()
    assert "board.toml" in witness
    assert "qemu-system-aarch64" in witness
    for folder in ("sdk", "cli", "boards", "examples", "tests", "build"):
        assert f"{CHECKOUT / folder}/" not in witness


COMPILER = ("bundle", ".", "--board", "qemu-virt", "-o", "phone.itb", "--unsigned")


def test_a_bare_machine_is_told_how_to_get_a_compiler(
    wheel: Path, phone: Path, home: Path, tmp_path: Path
) -> None:
    """The wheel alone, on a PATH with nothing on it, has none; one command brings one."""
    bare = Maker(install(wheel, tmp_path / "venv"), home, phone, path="")

    said = bare.run("mvpsdk", *COMPILER, status=3)

    assert "no Python package ziglang" in said
    assert "pip install 'mvpsdk[toolchain]'" in said
    assert not (phone / "phone.itb").exists()


def test_an_extra_is_all_that_a_bare_machine_needs(
    wheel: Path, demo: Path, phone: Path, home: Path, tmp_path: Path
) -> None:
    """mvpsdk[toolchain], no other program on PATH: the bundle is what Zig gives anywhere else."""
    bare = Maker(install(wheel, tmp_path / "venv", "toolchain"), home, phone, path="")

    bare.run("mvpsdk", *COMPILER)

    shown = json.loads(bare.run("mvpsdk", "doctor", "--format", "json", status=3))
    compiler = next(each for each in shown["checks"] if each["name"] == "cross compiler")
    assert (compiler["status"], compiler["found"].split()[0]) == ("ok", "zig")
    elsewhere = with_compiler(demo, "zig", tmp_path / "cache")
    assert (phone / "phone.itb").read_bytes() == elsewhere.read_bytes()
    assert {path.name for path in home.iterdir()} == {"cache", "witness"}
