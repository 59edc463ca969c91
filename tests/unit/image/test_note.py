# SPDX-License-Identifier: Apache-2.0
"""The MVPABI block in an image."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from mvpsdk import image
from mvpsdk.core import facade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[bytes], Path]

ROW = "<8sHBBHHQQIIQ32sIIII"
ANYWHERE = (1 << 64) - 1


def note(role: int = 1, size: int = 96) -> bytes:
    """A block as abi.h lays it out, with a right checksum."""
    fields = (size, role, 1, 1, 0, 3, 7, 8, 1, ANYWHERE, b"\x11" * 32, 0, 0, 0)
    block = struct.pack(ROW, b"MVPABI\0\1", *fields, 0)
    return block[:-4] + struct.pack("<I", facade.checksum(block) & 0xFFFFFFFF)


def test_a_note_is_found_in_any_image(write: Write) -> None:
    """The block is found at any multiple of eight, and its fields are facts."""
    facts = image.open(write(bytes(0x1238) + note()), "work/kernel")
    assert facts.note == image.AbiNote(
        offset=0x1238,
        role=1,
        psci_conduits=1,
        abi_major=1,
        abi_minor=0,
        features=3,
        calls=7,
        vgic_versions=8,
        page_sizes=1,
        linked_ipa=ANYWHERE,
        layouts="11" * 32,
    )
    assert facts.faults == ()


def test_a_damaged_note_is_told(write: Write) -> None:
    """A block whose checksum is wrong is a fault; an intact one behind it counts."""
    damaged = note()[:32] + b"\xff" + note()[33:]
    facts = image.open(write(damaged), "k")
    assert facts.note is None
    assert facts.faults == ("the MVPABI block at 0x0 is damaged: its checksum is wrong",)
    both = image.open(write(damaged + note()), "k")
    assert both.note
    assert both.note.offset == 96


@pytest.mark.parametrize(
    "content",
    [b"MVPABI\0\1", note(role=9), note(size=80), b"\0" * 4 + note(), note()[:-1]],
    ids=["magic alone", "no such role", "another size", "unaligned", "cut off"],
)
def test_what_only_looks_like_a_note_is_none(write: Write, content: bytes) -> None:
    """Eight bytes that happen to be the magic make no note, and no fault."""
    facts = image.open(write(content), "k")
    assert facts.note is None
    assert facts.faults == ()


def test_a_wrapped_image_has_no_note(write: Write) -> None:
    """Inside a compressed file the bytes mean something else."""
    assert image.open(write(b"\x1f\x8b" + bytes(6) + note()), "k").note is None
