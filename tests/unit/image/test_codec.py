# SPDX-License-Identifier: Apache-2.0
"""Facts as JSON, and back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mvpsdk.image import AbiNote, Elf, Segment, Stop
from mvpsdk.image.codec import CodecError, dumps, loads
from mvpsdk.image.views import View, Views

SEGMENT = Segment(
    index=0,
    virtual=1 << 63,
    physical=0,
    offset=0,
    file_size=1,
    memory_size=1,
    align=1,
    readable=True,
    writable=False,
    executable=True,
    sha256="ab",
)
ELF = Elf(
    bits=64,
    big_endian=False,
    type="DYN",
    machine="AARCH64",
    entry=0,
    segments=(SEGMENT, SEGMENT),
    relocations=0,
    foreign_relocations=0,
    interpreter="\x80\n",
    needed=(),
)
NOTE = AbiNote(
    offset=0,
    role=1,
    psci_conduits=1,
    abi_major=1,
    abi_minor=0,
    features=0,
    calls=0,
    vgic_versions=1,
    page_sizes=1,
    linked_ipa=0,
    layouts="",
)


@pytest.mark.parametrize(
    "facts",
    [
        ELF,
        Views(by_parser={"lief": View(fields={"entry": 1}), "b": View(failure="refused")}),
        {"elf": ELF, "note": None, "faults": ("a", "b")},
        ({"note": NOTE}, (Stop(reader="lief", failure="crashed", detail=""),)),
    ],
)
def test_facts_come_back_as_they_were(facts: object) -> None:
    """Nested, with tuples and without; on one line."""
    data = dumps(facts)
    assert b"\n" not in data
    assert loads(data) == facts


@pytest.mark.parametrize("value", [b"bytes", {1}, Fraction(1, 2), Segment])
def test_what_is_no_fact_is_not_written(value: object) -> None:
    """A reader that finds such a thing is wrong."""
    with pytest.raises(CodecError, match="is no fact"):
        dumps((value,))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        b'{"@": "model.Stop"}',
        b'{"@": "model.Stop", "reader": "", "failure": "", "detail": "", "more": 1}',
        b'{"@": "model.TYPE_CHECKING"}',
        b'{"@": "model.Absent"}',
        b'{"@": "absent.Stop"}',
        b'{"@": "worker.subprocess.Popen", "args": "true"}',
        b'{"@": "..plan.Plan"}',
        b'{"@": "raw.mapped"}',
        b'{"@": ["model", "Stop"]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_fact_is_not_read(data: bytes) -> None:
    """Nothing else is made, whatever stands in the cache or comes from a worker."""
    with pytest.raises(CodecError):
        loads(data)
