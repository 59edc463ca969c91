# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk verify --rebuild`: the same bytes from the same inputs, and each other input is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mvpsdk
from mvpsdk import build
from workbench import arm64_image, stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def phone(handset: Any, cli: Cli) -> Path:
    """A bundle of a handset with a board of its own; its compiler is a stand-in."""
    shutil.copytree(ROOT / "boards/qemu-virt", "boards/acme")
    board = Path("boards/acme/board.toml")
    board.write_text(board.read_text().replace('name = "qemu-virt"', 'name = "acme"'))
    handset(boards='"acme"')
    call = ("bundle", ".", "-o", "phone.itb", "--unsigned", "--board-dir", "boards")
    done = cli(*call)
    assert done.code == 0, done.err
    return Path("phone.itb")


def verified(cli: Cli, phone: Path) -> tuple[int, dict[str, str]]:
    """The exit code, and what was found by each check that refused."""
    words = ("verify", phone, "--unsigned", "--rebuild", ".", "--board-dir", "boards")
    done = cli(*words, "--format", "json")
    found = json.loads(done.out)
    assert found["ok"] is (done.code == 0)
    refused = {check["name"]: check["found"] for check in found["checks"] if not check["ok"]}
    return done.code, refused


def edit(path: str, old: str, new: str) -> None:
    """Change a text file."""
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))


def test_the_same_inputs_give_the_same_bytes(cli: Cli, phone: Path) -> None:
    """Every part, and it is said how many inputs were compared."""
    assert verified(cli, phone) == (0, {})
    words = ("verify", phone, "--unsigned", "--rebuild", ".", "--board-dir", "boards")
    out = cli(*words).out
    assert "inputs" in out
    assert "all 5 as they were" in out
    assert out.count(", the same") == 5


CHANGES: dict[str, tuple[Callable[[], object], str, set[str]]] = {
    "kernel": (
        lambda: Path("linux").write_bytes(arm64_image(70_001)),
        "input work/kernel",
        {"pack", "sbom"},
    ),
    "ramdisk": (
        lambda: Path("initrd").write_bytes(b"\x1f\x8b\x08" + bytes(5001)),
        "input work/ramdisk",
        {"pack", "sbom"},
    ),
    "handset file": (
        lambda: edit("handset.toml", '"32 MiB"', '"64 MiB"'),
        "input handset.toml",
        {"pack", "sbom"},
    ),
    "a word in the handset file": (
        lambda: edit("handset.toml", "[handset]", "# a word\n[handset]"),
        "input handset.toml",
        set(),
    ),
    "board file": (
        lambda: edit("boards/acme/board.toml", "linux,dummy-virt", "linux,other"),
        "input board.toml",
        {"pack"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_input_is_told_by_its_digests(cli: Cli, phone: Path, name: str) -> None:
    """Exit code 1; that input alone is named, with its digest then and now, and what follows."""
    change, cause, parts = CHANGES[name]
    change()

    code, refused = verified(cli, phone)

    assert code == 1
    built = {f"rebuilt {part}" for part in (*parts, "provenance", "manifest")}
    assert set(refused) == {cause, *built}
    then, now = refused[cause].removesuffix(" now").split(" then, ")
    assert then != now
    assert {len(then), len(now)} == {64}


BUILDS: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "toolchain": ({"toolchain": "gcc 2"}, "toolchain", {"sbom"}),
    "core": ({"sources": "cd" * 32}, "input core", {"sbom"}),
    "compiled otherwise": (
        {"binary": arm64_image(4097), "sha256": "ef" * 32},
        "",
        {"hypervisor", "sbom"},
    ),
}


@pytest.mark.parametrize("name", BUILDS)
def test_another_build_is_told(
    cli: Cli, phone: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By the toolchain or the sources; bytes that nothing explains are called what they are."""
    values, cause, parts = BUILDS[name]
    built = replace(stand_in("hypervisor"), **values)
    monkeypatch.setattr(build, "image", lambda *_a, **_k: built)

    code, refused = verified(cli, phone)

    assert code == 1
    told = {f"rebuilt {part}" for part in (*parts, "provenance", "manifest")}
    assert set(refused) == told | ({cause} if cause else set())
    words = ("verify", phone, "--unsigned", "--rebuild", ".", "--board-dir", "boards")
    assert ("a build must be reproducible" in cli(*words).out) is (not cause)


def test_another_sdk_is_told_by_its_version(
    cli: Cli, phone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both versions, as text."""
    monkeypatch.setattr(mvpsdk, "__version__", "9.9.9")

    code, refused = verified(cli, phone)

    assert code == 1
    assert refused["SDK"] == "0.1.0 then, 9.9.9 now"


def test_an_input_that_is_gone_can_t_be_compared(cli: Cli, phone: Path) -> None:
    """That is no difference but an error, exit code 2."""
    Path("linux").unlink()

    done = cli("verify", phone, "--unsigned", "--rebuild", ".", "--board-dir", "boards")

    assert done.code == 2
    assert "work/kernel: there is no such file" in done.err


def test_a_real_build_from_a_copy_elsewhere_is_the_same(tmp_path: Path) -> None:
    """The cross compiler, no cache, another folder, another time zone: the same bytes."""
    source = ROOT / "examples/update-handset"
    folders = [tmp_path / "here", tmp_path / "some/where/else"]
    for folder in folders:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("build", "images"))
        (folder / "images").mkdir()
        (folder / "images/personal-os.bin").write_bytes(arm64_image(70_000))
    call = [sys.executable, "-m", "mvpsdk_cli"]
    make = ["bundle", ".", "--board", "qemu-virt", "-o", "phone.itb", "--sign", "test:"]
    check = ["verify", "phone.itb", "--key", "test:", "--rebuild", str(folders[1])]
    for words, zone in ((make, "Pacific/Kiritimati"), (check, "America/Los_Angeles")):
        cache = tmp_path / f"cache {zone[:2]}"
        environment = {**os.environ, "TZ": zone, "MVPSDK_CACHE_DIR": str(cache)}
        done = subprocess.run(
            [*call, *words],
            cwd=folders[0],
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(", the same") == 5
