# SPDX-License-Identifier: Apache-2.0
"""Two parsers' opinions on a file that nobody trusts."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.image import Stop, views
from mvpsdk.image.raw import mapped
from mvpsdk.image.views import PARSERS, View, Views

if TYPE_CHECKING:
    from pathlib import Path


def elf(*, segments: int = 1, machine: int = 183) -> bytes:
    """A small ELF file."""
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = struct.pack(
        "<HHIQQQIHHHHHH", 3, machine, 1, 0x80, 64, 0, 0, 64, 56, segments, 64, 0, 0
    )
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x10, 0x20, 0x100, 0x200, 0x1000)
    return (ident + header + program * segments).ljust(0x100, b"\0")


def seen(path: Path, data: bytes, kind: str = "") -> Any:
    """What both parsers say of these bytes."""
    path.write_bytes(data)
    with mapped(path, "realtime") as mapping:
        raw = replace(mapping, format=kind) if kind else mapping
        for parser in (views.lief, views.pyelftools):
            raw.found.update(parser(raw))
        return raw.found.get("views")


def test_both_parsers_agree_on_a_good_file(tmp_path: Path) -> None:
    """Every field of every header, and by the same names."""
    said = seen(tmp_path / "f.elf", elf())
    assert said.differences() == []
    for parser in PARSERS:
        fields = said.by_parser[parser].fields
        assert fields["machine"] == 183
        assert fields["byte order"] == 1
        assert fields["class"] == 2
        assert fields["entry"] == 0x80
        assert fields["segment 0 physical address"] == 0x20
        assert fields["segment 0 memory size"] == 0x200


def test_what_is_no_elf_file_is_not_looked_at(tmp_path: Path) -> None:
    """Parsers of ELF files have nothing to say of others."""
    assert seen(tmp_path / "f", b"070701") is None


def test_both_refuse_what_is_none(tmp_path: Path) -> None:
    """A refusal is a view with a reason, not an exception."""
    said = seen(tmp_path / "f.elf", b"junk", kind="elf")
    assert set(said.failed("refused")) == set(PARSERS)
    assert all(view.detail for view in said.by_parser.values())


def test_a_table_of_segments_without_end_is_cut(tmp_path: Path) -> None:
    """Facts are as many as an image for a phone has, at most."""
    said = seen(tmp_path / "f.elf", elf(segments=300).ljust(0x8000, b"\0"))
    assert said.differences() == []
    for view in said.by_parser.values():
        assert view.fields["segment count"] == 300
        assert "segment 127 offset" in view.fields
        assert "segment 128 offset" not in view.fields


def test_an_unknown_machine_stays_a_number(tmp_path: Path) -> None:
    """Pyelftools has names for machines that it knows; for others there is the number."""
    said = seen(tmp_path / "f.elf", elf(machine=0xFEED))
    assert said.by_parser["pyelftools"].fields["machine"] == 0xFEED


@pytest.mark.parametrize("raised", [ImportError("no such module"), MemoryError()])
def test_a_parser_that_cannot_work_here_has_not_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    """That is no word about the file."""

    def fail(_raw: object) -> dict[str, int]:
        raise raised

    monkeypatch.setattr(views, "lief_fields", fail)
    with pytest.raises(type(raised)):
        seen(tmp_path / "f.elf", elf())


def test_differences_are_by_field() -> None:
    """A field that only one of them has is a difference, too; a refusal is none."""
    said = Views(
        by_parser={
            "a": View(fields={"entry": 1, "same": 2}),
            "b": View(fields={"entry": 3, "same": 2, "extra": 4}),
            "c": View(failure="refused"),
        }
    )
    assert said.differences() == [("entry", {"a": 1, "b": 3}), ("extra", {"a": None, "b": 4})]


def test_a_parser_that_was_stopped_has_a_view_that_says_so() -> None:
    """Beside what the other one said; other readers are none of them."""
    said = Views(by_parser={"pyelftools": View(fields={"entry": 1})})
    stop = Stop(reader="lief", failure="crashed", detail="signal 11, Segmentation fault")
    whole = views.complete(said, (stop, Stop(reader="contents", failure="failed", detail="")))
    assert whole is not None
    assert set(whole.by_parser) == set(PARSERS)
    assert whole.by_parser["lief"] == View(failure="crashed", detail=stop.detail)
    assert views.complete(said, ()) is said
