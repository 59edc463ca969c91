# SPDX-License-Identifier: Apache-2.0
"""The console is taken apart into what each source said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.run.demux import Demux

if TYPE_CHECKING:
    from mvpsdk.run import Line

SOURCES = ("mvp", "realtime", "work")


class Console:
    """The hypervisor's console as core/src/console.c does it, for the other side of the test."""

    def __init__(self) -> None:
        """Begin with nobody's line open."""
        self.out = bytearray()
        self.owner: str | None = None
        self.midline: set[str] = set()

    def put(self, source: str, byte: int) -> None:
        """A byte from a source."""
        if self.owner != source:
            self.out += b"\r\n" if self.owner else b""
            self.out += f"[{source}{'+' if source in self.midline else ']'} ".encode()
            self.midline.add(source)
            self.owner = source
        if byte == ord("\n"):
            self.out += b"\r"
            self.owner = None
            self.midline.discard(source)
        self.out.append(byte)


def joined(lines: list[Line], source: str) -> list[str]:
    """The lines of one source, each in its last state."""
    whole = {line.number: line.text for line in lines if line.partition == source}
    return [whole[number] for number in sorted(whole)]


text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
streams = st.fixed_dictionaries({source: st.lists(text, max_size=5) for source in SOURCES})


@given(streams=streams, data=st.data())
def test_any_interleaving_comes_apart_into_the_streams(
    streams: dict[str, list[str]], data: st.DataObject
) -> None:
    """Whatever the order of the bytes and however they are cut, each source's lines come out."""
    console, demux, lines = Console(), Demux(), []
    left = {name: "".join(f"{x}\n" for x in texts).encode() for name, texts in streams.items()}
    while any(left.values()):
        name = data.draw(st.sampled_from([name for name in left if left[name]]))
        count = data.draw(st.integers(1, len(left[name])))
        for byte in left[name][:count]:
            console.put(name, byte)
        left[name] = left[name][count:]
    step = data.draw(st.integers(1, 64))
    for at in range(0, len(console.out), step):
        lines += demux.feed(bytes(console.out[at : at + step]))
    lines += demux.close()
    assert {name: joined(lines, name) for name in SOURCES} == streams


@given(st.binary(max_size=400))
def test_any_bytes_are_taken(noise: bytes) -> None:
    """Noise never raises, and is told once at most."""
    demux = Demux()
    lines = [*demux.feed(noise), *demux.close()]
    assert all(line.told <= len(line.text) for line in lines)


def test_broken_line_is_told_again_as_a_whole() -> None:
    """The first part comes at once; the whole has the same number and says what was told."""
    first, other, whole = Demux().feed(b"[work] ab\r\n[mvp] x\r\n[work+ cd\r\n")
    assert (first.text, first.number, first.told) == ("ab", 1, 0)
    assert (other.partition, other.text) == ("mvp", "x")
    assert (whole.text, whole.number, whole.told) == ("abcd", 1, 2)


def test_line_without_prefix_is_the_boards() -> None:
    """What comes before the hypervisor, a boot loader's text, belongs to `board`."""
    lines = Demux().feed(b"U-Boot 2023.01\n[ 0.000] x\r\n")
    assert [(line.partition, line.text) for line in lines] == [
        ("board", "U-Boot 2023.01"),
        ("board", "[ 0.000] x"),
    ]


def test_continuation_of_nothing_begins_a_line() -> None:
    """A reader that comes late may see a continuation first."""
    (line,) = Demux().feed(b"[work+ cd\r\n")
    assert (line.text, line.number, line.told) == ("cd", 1, 0)


def test_open_line_shows_a_prompt() -> None:
    """A prompt can be seen, a prefix that is still coming can't."""
    demux = Demux()
    demux.feed(b"[wor")
    assert demux.open_line() is None
    demux.feed(b"k] login: ")
    prompt = demux.open_line()
    assert prompt
    assert (prompt.partition, prompt.text, prompt.number) == ("work", "login: ", 1)


def test_line_without_end_is_cut() -> None:
    """A guest that never ends its line can't fill the host's memory."""
    (line,) = Demux().feed(b"[work] " + b"x" * 70000)
    assert len(line.text) == 70000
