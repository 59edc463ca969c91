# SPDX-License-Identifier: Apache-2.0
"""`new-board` and `new-handset`, given what no board or handset can be made of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardship import on_a_small_disk, run, without_rights
from phone_folder import sparse
from refusing import everything
from tree_tables import blob, phone

if TYPE_CHECKING:
    from collections.abc import Callable

    from refusing import Refusal

    Refused = Callable[..., Refusal]

MIB = 1 << 20
NEW_BOARD = ("new-board", "mine", "--from-dtb", "vendor.dtb")
NEW_HANDSET = ("new-handset", "mine", "--board", "qemu-virt")

# What stands at the tree's path; what is said of it, as a blob and as a source.
DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "missing": (lambda _path: None, "there is no such file", "there is no such file"),
    "folder": (lambda path: path.mkdir(), "is a folder", "is a folder"),
    "empty": (lambda path: path.write_bytes(b""), "the file is empty", "the file is empty"),
    "pipe": (os.mkfifo, "is no regular file", "is no regular file"),
    "device": (
        lambda path: path.symlink_to("/dev/zero"),
        "is no regular file",
        "is no regular file",
    ),
    "5 GiB": (
        sparse,
        "5 GiB is too large for a device tree (at most 2 MiB)",
        "5 GiB is too large for a device tree's source (at most 16 MiB)",
    ),
    "no tree": (lambda path: path.write_bytes(b"\x7fELF" + bytes(96)), "no flattened", "syntax"),
    "cut short": (lambda path: path.write_bytes(blob(phone())[:-99]), "cut short", "no source"),
    "source": (lambda path: path.write_text("/dts-v1/;\n"), "no flattened device tree", "syntax"),
    "text": (lambda path: path.write_text("[board]\n"), "no flattened device tree", "syntax"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("option", ["--from-dtb", "--from-live-fdt", "--from-dts"])
def test_no_tree_is_there(refused: Refused, option: str, damage: str) -> None:
    """The path, what stands there, and no board."""
    make, as_blob, as_source = DAMAGE[damage]
    make(Path("bad"))

    refusal = refused("new-board", "mine", option, "bad")

    assert [place.partition(":")[0] for place in refusal.places] == ["bad"]
    assert refusal.says(as_source if option == "--from-dts" else as_blob)


@pytest.mark.parametrize("option", ["--from-dtb", "--from-dts"])
def test_5_gib_of_tree_take_no_memory(option: str) -> None:
    """It is refused by its size, unread."""
    sparse(Path("bad"))
    ended = run("new-board", "mine", option, "bad")
    assert (ended.code, ended.out) == (2, "")
    assert ended.peak < 200 * MIB


def vendor() -> None:
    """Write a tree that is right."""
    Path("vendor.dtb").write_bytes(blob(phone()))


@pytest.mark.parametrize("words", [NEW_BOARD, NEW_HANDSET])
def test_what_is_there_is_not_overwritten(
    cli: Callable[..., object], refused: Refused, words: tuple[str, ...]
) -> None:
    """The second call changes nothing, and names the way to mean it."""
    vendor()
    cli(*words)
    assert refused(*words).says("already", "--force")


@pytest.mark.parametrize("words", [NEW_BOARD, NEW_HANDSET])
def test_a_file_stands_where_the_folder_should(refused: Refused, words: tuple[str, ...]) -> None:
    """It is left alone."""
    vendor()
    Path("place").write_text("mine")
    refused(*words, "--dir", "place")


@pytest.mark.parametrize("words", [NEW_BOARD, NEW_HANDSET])
def test_a_folder_that_may_not_be_written(words: tuple[str, ...]) -> None:
    """Exit 2, where, and nothing of it there."""
    vendor()
    Path("place").mkdir(mode=0o555)

    ended = run(*words, "--dir", "place", before=without_rights)

    assert (ended.code, ended.out) == (2, "")
    assert "can't write: permission denied" in ended.err
    assert "next: " in ended.err
    assert list(Path("place").iterdir()) == []


@pytest.mark.parametrize("words", [NEW_BOARD, NEW_HANDSET])
def test_a_full_disk(words: tuple[str, ...]) -> None:
    """Exit 3, and not a file of it."""
    vendor()
    Path("disk").mkdir()

    ended = on_a_small_disk(Path("disk").absolute(), 4096, *words, "--dir", "disk")

    out, _, left = ended.out.partition("-----\n")
    assert (ended.code, out) == (3, "")
    assert "no space left on device" in ended.err
    assert left == ""


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("new-board ../mine --from-dtb vendor.dtb", "../mine"),
        ("new-board Mine --from-dtb vendor.dtb", "Mine"),
        ("new-board mine --from-dtb vendor.dtb --el2 maybe", "maybe"),
        ("new-board mine --from-dtb vendor.dtb --memory lots", "lots"),
        ("new-board mine --from-dtb vendor.dtb --set cpu.cout=3", "cout"),
        ("new-board mine --from-dtb vendor.dtb --from-dts vendor.dtb", "two trees"),
        ("new-board mine", "nothing to make the board of"),
        ("new-handset ../mine --board qemu-virt", "../mine"),
        ("new-handset mine --board qemu-vitr", "qemu-vitr"),
        ("new-handset mine", "at least one board"),
        ("new-handset mine --board qemu-virt --kernel nowhere", "there is no such file"),
    ],
)
def test_a_call_that_can_t_be_meant(refused: Refused, words: str, what: str) -> None:
    """What is wrong is named, and nothing is made."""
    vendor()
    before = everything(Path())
    assert refused(*words.split()).says(what)
    assert everything(Path()) == before
