# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk abi show` and `mvpsdk abi diff`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mvpsdk import abi
from mvpsdk.core import facade
from mvpsdk_cli import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hypervisors, and a folder of images, each a note and little else."""
    monkeypatch.chdir(tmp_path)
    Path("images").mkdir()
    old, new = abi.offered(3, {"power", "rtc"}), abi.offered(3, {"rtc", "smp", "vgic2"})
    write("old.bin", old)
    write("new.bin", new)
    write("images/pins.bin", old, role=1, features=0x41, calls=0x4E, vgic_versions=12)
    write("images/plain.bin", old, role=1, features=1, calls=0xE, vgic_versions=12)
    Path("images/other.bin").write_bytes(b"no note")
    Path("images/empty.bin").touch()
    write("images/hypervisor.bin", new)


def write(name: str, note: facade.Note, **changes: int) -> None:
    """A flat file with a note in it."""
    fields = {field: getattr(note, field) for field in facade.Note.__dataclass_fields__}
    Path(name).write_bytes(bytes(64) + facade.note_write(facade.Note(**{**fields, **changes})))


def golden(name: str, shown: str) -> None:
    """Hold a text to its file; MVPSDK_UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / name
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        path.write_text(shown)
    assert path.read_text() == shown


@pytest.mark.parametrize("name", ["old.bin", "images/plain.bin", "images/other.bin", "1.0"])
def test_an_abi_is_shown(cli: Cli, name: str) -> None:
    """What a hypervisor offers, what an image needs, what a version says; or that it is silent."""
    result = cli("abi", "show", name)
    assert result.code == 0
    golden(f"abi-show-{Path(name).name}.txt", result.out)


def test_two_hypervisors_are_compared(cli: Cli) -> None:
    """What breaks gives exit code 1; what is only added, 0."""
    result = cli("abi", "diff", "old.bin", "new.bin")
    assert result.code == 1
    golden("abi-diff.txt", result.out)
    assert cli("abi", "diff", "old.bin", "old.bin").code == 0


def test_a_folder_of_images_is_judged(cli: Cli) -> None:
    """Each image by name; other hypervisors and empty files are no images of it."""
    result = cli("abi", "diff", "new.bin", "images")
    assert result.code == 1
    golden("abi-diff-folder.txt", result.out)
    assert cli("abi", "diff", "old.bin", "images").code == 0


@pytest.mark.parametrize(
    "words", [("show", "old.bin"), ("diff", "old.bin", "new.bin"), ("diff", "new.bin", "images")]
)
def test_json_is_as_the_schema_says(cli: Cli, words: tuple[str, ...]) -> None:
    """One shape for all three."""
    document = json.loads(cli("abi", *words, "--format", "json").out)
    jsonschema.validate(document, schemas.schema("abi"))
    assert document["schema"] == "mvpsdk.abi/1"
    assert document["broke"] is (words[0] == "diff")


def test_images_that_offer_nothing_are_no_pair(cli: Cli) -> None:
    """The error says what to name."""
    result = cli("abi", "diff", "images/plain.bin", "images/other.bin")
    assert result.code == 2
    assert "neither images/plain.bin nor images/other.bin offers an ABI" in result.err


def test_a_header_that_is_not_there_is_named(cli: Cli) -> None:
    """Before any compiler is looked for."""
    result = cli("abi", "diff", "1.0", "none.h")
    assert result.code == 2
    assert "can't be read: No such file or directory\n  at:   none.h" in result.err


def test_a_header_needs_a_compiler(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, exit code 3 and how to get one."""
    Path("abi.h").write_text("#define MVP_ABI_MAJOR 1\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("mvpsdk.build.toolchain.find_spec", lambda _: None)
    result = cli("abi", "show", "abi.h")
    assert result.code == 3
    assert "no AArch64 cross compiler" in result.err
