# SPDX-License-Identifier: Apache-2.0
"""Each command, given a path that leads to nothing that it can use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phone_folder import sparse, spoil

if TYPE_CHECKING:
    from collections.abc import Callable

    from refusing import Refusal

    Refused = Callable[..., Refusal]

pytestmark = pytest.mark.usefixtures("phone")

DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda _path: None,
    "folder": lambda path: path.mkdir(),
    "empty": lambda path: path.write_bytes(b""),
    "blank": lambda path: path.write_bytes(b" \n\n"),
    "binary": lambda path: path.write_bytes(b"\x13\x37\xff\xfe" + bytes(100)),
    "5 GiB": sparse,
    "loop": lambda path: path.symlink_to(path.name),
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "behind a file": lambda path: path.parent.write_bytes(b"x"),
    "long name": lambda _path: None,
}
"""What stands at the path."""

HANDSETS = ["lint", "plan", "bundle -o out.itb --unsigned", "build -o out", "lock", "fetch"]
BUNDLES = ["inspect", "extract -o out", "run"]

# What each family of commands says of it; the bundle readers know images too.
HANDSET_SAYS = {
    "missing": "there is no such file",
    "folder": "is a folder, not a file",
    "empty": "the file is empty",
    "blank": "the file is empty",
    "binary": "not text: byte 2 (0xff) is no UTF-8",
    "5 GiB": "5 GiB is too large for a configuration file (at most 1 MiB)",
    "loop": "too many levels of symbolic links",
    "pipe": "is no regular file",
    "device": "is no regular file",
    "behind a file": "not a directory",
    "long name": "file name too long",
}
BUNDLE_SAYS = {
    "missing": "no such file or directory",
    "folder": "this is a folder",
    "empty": "no bundle: the file is empty",
    "blank": "no bundle: the file begins with 20 0a 0a",
    "binary": "no bundle: the file begins with 13 37 ff fe",
    "5 GiB": "5 GiB is more than 4 GiB",
    "loop": "too many levels of symbolic links",
    "pipe": "this is no regular file",
    "device": "this is no regular file",
    "behind a file": "not a directory",
    "long name": "file name too long",
}
IMAGE_SAYS = {
    "missing": "image: there is no such file",
    "folder": "image: is a folder",
    "empty": "image: the file is empty",
    "5 GiB": "image: 5 GiB is more than 4 GiB",
    "loop": "too many levels of symbolic links",
    "pipe": "image: is no regular file",
    "device": "image: is no regular file",
    "behind a file": "not a directory",
    "long name": "file name too long",
}


def place(damage: str) -> Path:
    """Make the path of a kind of damage."""
    path = Path({"long name": "x" * 300, "behind a file": "file/x"}.get(damage, "bad"))
    DAMAGE[damage](path)
    return path


def given(command: str, path: Path) -> list[object]:
    """Words of a call with the path as the command's argument."""
    verb, *options = command.split()
    return [verb, path, *options]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("command", HANDSETS)
def test_no_handset_is_there(refused: Refused, command: str, damage: str) -> None:
    """The path is told as it was given, with what stands there."""
    path = place(damage)

    refusal = refused(*given(command, path))

    assert [where.partition(":")[0] for where in refusal.places] == [str(path)]
    assert refusal.says(HANDSET_SAYS[damage])


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("command", BUNDLES)
def test_no_bundle_is_there(refused: Refused, command: str, damage: str) -> None:
    """What reads a bundle says what it found instead."""
    path = place(damage)

    refusal = refused(*given(command, path))

    assert refusal.places == [str(path)]
    assert refusal.says(BUNDLE_SAYS[damage])


@pytest.mark.parametrize("damage", IMAGE_SAYS)
def test_no_image_is_there(refused: Refused, damage: str) -> None:
    """An image that is linted alone."""
    path = place(damage)

    refusal = refused("lint", "--image", path)

    assert refusal.places == [str(path)]
    assert refusal.says(IMAGE_SAYS[damage])


@pytest.mark.parametrize("damage", IMAGE_SAYS)
@pytest.mark.parametrize("key", ["linux", "initrd", "firmware.elf"])
@pytest.mark.parametrize("command", ["lint", "plan", "bundle -o out.itb --unsigned"])
def test_an_image_of_the_handset_is_not_there(
    refused: Refused, command: str, key: str, damage: str
) -> None:
    """The image is told by its role, and the file by its path."""
    path = place(damage)
    spoil("handset.toml", f'"{key}"', f'"{path}"')
    role = {"linux": "work/kernel", "initrd": "work/ramdisk", "firmware.elf": "realtime"}[key]

    refusal = refused(*given(command, Path()))

    assert refusal.places == [str(path)]
    assert refusal.says(f"{role}: ", IMAGE_SAYS[damage].removeprefix("image: "))


@pytest.mark.parametrize("damage", [name for name in IMAGE_SAYS if name not in ("empty", "5 GiB")])
def test_an_image_to_be_locked_is_not_there(refused: Refused, damage: str) -> None:
    """The lock pins every input or none; how large one may be is not the lock's business."""
    path = place(damage)
    spoil("handset.toml", '"linux"', f'"{path}"')

    refusal = refused("lock", ".")

    assert refusal.places == [str(path)]
    assert refusal.says(BUNDLE_SAYS[damage])


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_board_is_there(refused: Refused, damage: str) -> None:
    """A board by its file; the same words as for a handset."""
    folder = Path("boards/new")
    folder.mkdir()
    path = folder / "board.toml"
    if damage == "long name":
        path = folder / ("x" * 300)
    elif damage == "behind a file":
        path = Path("linux/board.toml")
    else:
        DAMAGE[damage](path)

    refusal = refused("lint", path)

    assert [where.partition(":")[0] for where in refusal.places] == [str(path)]
    assert refusal.says(HANDSET_SAYS[damage])


@pytest.mark.parametrize("command", [*HANDSETS, *BUNDLES, "lint --image"])
def test_a_name_with_a_zero_byte_is_no_name(refused: Refused, command: str) -> None:
    """No shell can type it, but a program can."""
    words = given(command, Path("a\0b"))
    if command == "lint --image":
        words = [*command.split(), "a\0b"]
    assert refused(*words).says("null byte")
