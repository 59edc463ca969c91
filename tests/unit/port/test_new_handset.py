# SPDX-License-Identifier: Apache-2.0
"""The folder of a new handset: every file is whole, and what its readers expect."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mvpsdk import board, handset, port
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from mvpsdk.board import Draft

WORKFLOW, GITLAB = ".github/workflows/handset.yml", ".gitlab-ci.yml"


def draft(name: str = "qemu-virt", *, virtual: bool = True) -> Draft:
    """A board, also one that QEMU doesn't know."""
    found = board.sketch("qemu-virt")
    table = found.content.board.model_copy(update={"name": name})
    changes = {"board": table, **({} if virtual else {"virtual": None})}
    return replace(found, content=found.content.model_copy(update=changes))


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """The folder, with the files in it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_every_file_is_filled_in() -> None:
    """No hole is left, nor the template's own licence."""
    files = port.handset_files("acme-one", [draft()])

    assert set(files) == {
        WORKFLOW,
        GITLAB,
        ".gitignore",
        "README.md",
        "firmware/main.c",
        "handset.toml",
    }
    for name, data in files.items():
        assert not re.search(rb"@[A-Z_]+@|SPDX", data), name
        assert data.endswith(b"\n")
        assert not data.startswith(b"\n")


def test_the_handset_is_one(tmp_path: Path) -> None:
    """It loads as it is, with the name, the boards, and Debian for a persona."""
    files = port.handset_files("acme-one", [draft("a"), draft("b")])

    loaded = handset.load(written(tmp_path, files))

    assert (loaded.name, loaded.boards) == ("acme-one", ("a", "b"))
    (persona,) = loaded.personas
    assert persona.name == loaded.boot.default == "debian"
    assert persona.kernel
    assert persona.kernel.deb == "debian-installer-12-netboot-arm64"
    assert persona.command_line.endswith('-- -c "cat /etc/lsb-release; exec sh"')
    assert loaded.realtime
    assert loaded.realtime.source == tmp_path / "firmware/"


def test_the_examples_in_its_comments_hold(tmp_path: Path) -> None:
    """What a comment shows can be taken out of it."""
    files = port.handset_files("acme", [draft()])
    text = files["handset.toml"].decode()
    shown = re.sub(r"^#   (?=\S)", "", text, flags=re.MULTILINE)
    shown = shown.replace('# menu-timeout = "3 s"', 'menu-timeout = "3 s"')
    assert shown.count("\n[") == text.count("\n[") + 2

    loaded = handset.load(written(tmp_path, {"handset.toml": shown.encode()}))

    assert loaded.allow[0].rule == "MEM004"
    assert loaded.boot.menu_timeout == 3000
    realtime = loaded.for_board("qemu-virt").realtime
    assert realtime
    assert realtime.memory == 8 << 20


@pytest.mark.parametrize(
    ("kernel", "ramdisk"),
    [("Image", None), ("Image", "initrd.gz"), ("https://acme.example/Image", None)],
)
def test_a_persona_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: str, ramdisk: str | None
) -> None:
    """Files are named from the handset's folder; a URL stays one; any command line is quoted."""
    monkeypatch.chdir(tmp_path)
    for name in ("Image", "initrd.gz"):
        (tmp_path / name).write_bytes(b"x")
    for line in ('a="b c"', "it's", """ "' """, ""):
        persona = port.persona_of(kernel, ramdisk, line, Path("acme"))
        files = port.handset_files("acme", [draft()], persona)
        loaded = handset.load(written(tmp_path / "acme", files)).personas[0]
        assert loaded.command_line == line
        assert loaded.kernel
        if loaded.kernel.path:
            assert loaded.kernel.path.resolve() == tmp_path / "Image"
        assert (loaded.kernel.url == kernel) == kernel.startswith("https")
        assert (loaded.ramdisk is None) == (ramdisk is None)
        assert b"Debian GNU" not in files[WORKFLOW] + files[GITLAB]


def test_a_missing_image_is_told(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(InputError, match="no such file"):
        port.persona_of(str(tmp_path / "Image"), None, "", Path("acme"))


@pytest.mark.parametrize("name", ["Acme", "a b", "", "-a", "../x", "a" * 32])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """A handset is called as its bundle is."""
    with pytest.raises(InputError, match="no name for a handset"):
        port.handset_files(name, [draft()])


def test_a_handset_for_no_board_is_refused() -> None:
    """It could not be built."""
    with pytest.raises(InputError, match="at least one board"):
        port.handset_files("acme", [])


@pytest.mark.parametrize(
    ("name", "schema"), [(WORKFLOW, "github-workflows"), (GITLAB, "gitlab-ci")]
)
def test_pipelines_are_what_their_servers_read(tmp_path: Path, name: str, schema: str) -> None:
    """By the schemas that GitHub's and GitLab's own editors check with."""
    files = port.handset_files("acme", [draft("a"), draft("b", virtual=False)])
    file = written(tmp_path, files) / name
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]

    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

    file.write_text(file.read_text().replace("script:", "scripts:").replace("runs-on", "run-on"))
    assert subprocess.run([*command, file], capture_output=True, check=False).returncode == 1


def test_pipelines_fan_out_over_boards() -> None:
    """Each board is a job; one that QEMU can't build is not booted."""
    files = port.handset_files("acme", [draft("a"), draft("b", virtual=False)])
    github: dict[str, Any] = yaml.safe_load(files[WORKFLOW])
    gitlab: dict[str, Any] = yaml.safe_load(files[GITLAB])

    matrix = github["jobs"]["handset"]["strategy"]["matrix"]["include"]
    assert matrix == [{"board": "a", "boots": True}, {"board": "b", "boots": False}]
    assert gitlab["handset"]["parallel"]["matrix"] == [
        {"BOARD": "a", "BOOTS": "yes"},
        {"BOARD": "b", "BOOTS": "no"},
    ]
