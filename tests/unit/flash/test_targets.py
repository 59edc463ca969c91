# SPDX-License-Identifier: Apache-2.0
"""Targets: what may be written, and who is asked."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from flashable import Phones, options, write_disk
from machine import Machine
from media import silent
from mvpsdk import flash
from mvpsdk.errors import CheckFailed, InputError, MissingToolError, Place, RefusedError
from mvpsdk.flash.safety import Disk, System, Use
from mvpsdk.flash.targets.block import allow

HERE = Place(file="/dev/sdb")
CARD = Disk(name="sdb", whole="sdb", what="ACME Card, 7.5 GiB", read_only=False)
USES = (Use(name="sdb2", why="is mounted (/media/card)"),)


class Person:
    """Somebody who is asked, and answers."""

    def __init__(self, answer: str) -> None:
        """With this answer, whatever the question."""
        self.answer = answer
        self.questions: list[str] = []

    def __call__(self, question: str) -> str:
        """Answer."""
        self.questions.append(question)
        return self.answer


@pytest.mark.parametrize(
    "address", ["", "phone.img", "ftp:phone.img", "/mnt/phone.img", "_blocks:x"]
)
def test_what_names_no_target_is_told(address: str) -> None:
    """With all the kinds that there are."""
    with pytest.raises(InputError, match="nothing that can be flashed") as caught:
        flash.open_target(address, flash.Access())
    assert "block, fastboot, file" in caught.value.hint


def allowed(*, uses: tuple[Use, ...], yes: bool, answer: str | None) -> bool:
    """Whether a card may be written."""
    person = None if answer is None else Person(answer)
    try:
        allow(CARD, uses, flash.Access(yes=yes, ask=person), HERE)
    except CheckFailed:
        return False
    return True


@pytest.mark.parametrize(
    ("uses", "yes", "answer", "expected"),
    [
        ((), False, None, False),
        ((), True, None, True),
        ((), False, "y", True),
        ((), False, "", False),
        ((), False, "sdb", False),
        (USES, False, None, False),
        (USES, True, None, False),
        (USES, False, "sdb", False),
        (USES, True, "y", False),
        (USES, True, "", False),
        (USES, True, "sdb2", False),
        (USES, True, "sdb", True),
    ],
)
def test_who_may_write_a_disk(
    uses: tuple[Use, ...], yes: bool, answer: str | None, expected: bool
) -> None:
    """What is in use only by --yes and its name typed; where nobody is asked, never."""
    assert allowed(uses=uses, yes=yes, answer=answer) is expected


def test_the_question_says_what_would_be_lost() -> None:
    """Its name, its maker, its size, and who uses it."""
    person = Person("n")
    with pytest.raises(CheckFailed):
        allow(CARD, USES, flash.Access(yes=True, ask=person), HERE)
    assert person.questions == [
        (
            "sdb (ACME Card, 7.5 GiB) is in use: sdb2 is mounted (/media/card)."
            " To overwrite it, type its name"
        )
    ]


def test_a_write_protected_disk_is_told() -> None:
    """Whatever was said."""
    card = Disk(name="sdb", whole="sdb", what="", read_only=True)
    with pytest.raises(CheckFailed, match="sdb is write-protected"):
        allow(card, (), flash.Access(yes=True), HERE)


def block_device(monkeypatch: pytest.MonkeyPatch, number: tuple[int, int]) -> None:
    """Every path in /dev is a block device of this number."""
    real = Path.stat

    def fake(path: Path, **words: bool) -> os.stat_result | SimpleNamespace:
        if str(path).startswith("/dev/"):
            return SimpleNamespace(st_mode=stat.S_IFBLK, st_rdev=os.makedev(*number))
        return real(path, **words)

    monkeypatch.setattr(Path, "stat", fake)


def test_a_disk_in_use_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's disk, with --yes, in a pipeline; by the machine's own answers."""
    machine = Machine(tmp_path)
    block_device(monkeypatch, (8, 0))

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(flash.FileBlocks, "open", opened)
    access = flash.Access(yes=True, system=machine.system)
    with pytest.raises(CheckFailed, match=r"sda .* is in use: sda1 is mounted \(the system") as it:
        flash.open_target("/dev/sda", access)
    assert "at a terminal, where its name is to be typed" in it.value.hint
    with pytest.raises(CheckFailed, match="in use"):
        flash.open_target("block:/dev/sda", access)


def test_a_partition_is_no_medium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is named in its place."""
    block_device(monkeypatch, (8, 49))
    access = flash.Access(yes=True, system=Machine(tmp_path).system)
    with pytest.raises(InputError, match="a part of the disk sdd") as caught:
        flash.open_target("/dev/sdd1", access)
    assert "--to /dev/sdd" in caught.value.hint


def test_a_free_disk_is_opened_alone_and_shared_only_when_its_name_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the kernel has the last word on what nobody was asked about (O_EXCL)."""
    machine = Machine(tmp_path)
    ways: list[dict[str, bool]] = []

    def opened(_path: Path, **how: bool) -> flash.MemoryBlocks:
        ways.append(how)
        return flash.MemoryBlocks(0)

    monkeypatch.setattr(flash.FileBlocks, "open", opened)
    block_device(monkeypatch, (8, 48))
    flash.open_target("/dev/sdd", flash.Access(yes=True, system=machine.system))
    block_device(monkeypatch, (8, 16))
    flash.open_target("/dev/sdb", flash.Access(write=False, system=machine.system))
    typed = flash.Access(yes=True, ask=Person("sdb"), system=machine.system)
    flash.open_target("/dev/sdb", typed)
    assert ways == [
        {"writable": True, "shared": False},
        {"writable": False, "shared": True},
        {"writable": True, "shared": True},
    ]


def test_what_is_no_device_is_told() -> None:
    """Not plugged in, or something else."""
    with pytest.raises(MissingToolError, match="no such device") as caught:
        flash.open_target("/dev/no-such-disk", flash.Access())
    assert caught.value.exit_code == 3
    with pytest.raises(InputError, match="no block device"):
        flash.open_target("/dev/null", flash.Access())


def test_files_that_are_no_media_are_told(tmp_path: Path, phones: Phones) -> None:
    """A folder, a device, a missing one, the bundle itself, and somebody's letters."""
    letters = tmp_path / "letters.txt"
    letters.write_text("Dear reader," * 100)
    cases: list[tuple[str, type[Exception], str]] = [
        ("", InputError, "names no file"),
        (str(tmp_path), InputError, "no regular file"),
        ("/dev/null", InputError, "no regular file"),
        (str(tmp_path / "no/disk.img"), InputError, "the folder .* does not exist"),
        (str(letters), CheckFailed, "something else than a disk: it begins with 44 65 61 72"),
    ]
    for address, kind, says in cases:
        with pytest.raises(kind, match=says):
            flash.open_target(f"file:{address}", flash.Access())
    with flash.open_target(f"file:{letters}", flash.Access(yes=True)) as target:
        assert target.name == str(letters)
    bundle = flash.open_flashable(phones.new)
    with (
        flash.open_target(f"file:{tmp_path / 'none.img'}", flash.Access()) as target,
        pytest.raises(InputError, match="there is no such file"),
    ):
        target.plan(bundle, options(), silent)
    with (
        flash.open_target(f"file:{phones.new}", flash.Access(write=False, yes=True)) as target,
        pytest.raises(InputError, match="can't go into itself"),
    ):
        target.plan(bundle, options(), silent)


def test_a_file_behind_a_loop_device_is_refused(tmp_path: Path, phones: Phones) -> None:
    """The kernel has it in hand."""
    machine = Machine(tmp_path / "machine")
    path = write_disk(tmp_path / "disk.img", a=phones.old)
    loop = machine.disk("loop0", 0, major=7)
    machine.write(loop / "loop/backing_file", str(path))
    with pytest.raises(CheckFailed, match="loop0 is a loop device on") as caught:
        flash.open_target(f"file:{path}", flash.Access(yes=True, system=machine.system))
    assert "losetup -d" in caught.value.hint
    with flash.open_target(f"file:{path}", flash.Access(system=System())):
        pass


JTAG = """
from mvpsdk.errors import RefusedError


def open_target(address, access):
    raise RefusedError(f"no answer from {address}")
"""


def test_a_target_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by its folder: what is added there can be named."""
    from mvpsdk.flash import targets

    (tmp_path / "jtag.py").write_text(JTAG)
    monkeypatch.setattr(targets, "__path__", [*targets.__path__, str(tmp_path)])
    assert flash.schemes() == ["block", "fastboot", "file", "jtag"]
    with pytest.raises(RefusedError, match="no answer from probe:1"):
        flash.open_target("jtag:probe:1", flash.Access())
