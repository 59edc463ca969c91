# SPDX-License-Identifier: Apache-2.0
"""Sizes, durations, ranges and errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mvpsdk
from mvpsdk import errors
from mvpsdk.units import (
    GIB,
    KIB,
    MIB,
    Range,
    align_down,
    align_up,
    describe_size,
    format_size,
    parse_duration,
    parse_size,
)

numbers = st.integers(min_value=0, max_value=1 << 48)


@given(numbers)
def test_sizes_round_trip(size: int) -> None:
    """What is written as a size is read as the same size."""
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [("8 MiB", 8 * MIB), ("64KiB", 64 * KIB), (" 1 GiB ", GIB), ("0 B", 0), ("2 TiB", 2048 * GIB)],
)
def test_sizes_have_binary_units(text: str, size: int) -> None:
    """A size is a whole number with a unit, with or without a space."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["8", "8 MB", "8 mib", "-8 MiB", "1.5 MiB", "", "MiB", "8 MiB x"])
def test_other_sizes_are_refused(text: str) -> None:
    """What is not exactly a size is refused rather than guessed at."""
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize(("text", "meant"), [("8 MB", "8 MiB"), ("64k", "64 KiB")])
def test_decimal_units_are_answered_with_the_binary_one(text: str, meant: str) -> None:
    """Whoever writes MB is told how to write MiB."""
    with pytest.raises(ValueError, match=f'did you mean "{meant}"'):
        parse_size(text)


def test_durations_are_milliseconds() -> None:
    """A duration is read in milliseconds."""
    assert [parse_duration(text) for text in ("3 s", "250 ms", "2 min")] == [3000, 250, 120_000]


def test_a_size_is_no_duration() -> None:
    """A duration with another unit is refused, and the units are named."""
    with pytest.raises(ValueError, match="is no duration; write a number and one of ms, s, min"):
        parse_duration("3 MiB")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (512, "512 B"), (8 * MIB, "8 MiB"), (33619968, "32.1 MiB"), (3 * GIB, "3 GiB")],
)
def test_sizes_for_people_are_rounded(size: int, text: str) -> None:
    """A size for people has one decimal at most."""
    assert describe_size(size) == text


@given(numbers, st.integers(min_value=1, max_value=1 << 30))
def test_alignment_brackets_a_value(value: int, step: int) -> None:
    """Aligned down and up, a value lies between two multiples less than a step away."""
    down, up = align_down(value, step), align_up(value, step)
    assert down % step == up % step == 0
    assert value - step < down <= value <= up < value + step


@given(numbers, numbers, numbers, numbers)
def test_ranges_overlap_when_they_share_a_byte(a: int, b: int, c: int, d: int) -> None:
    """Two ranges overlap exactly if one of their ends' bytes is in both."""
    first, second = Range(a, b), Range(c, d)
    shared = b > 0 and d > 0 and (a <= c < a + b or c <= a < c + d)
    assert first.overlaps(second) == second.overlaps(first) == shared


def test_a_range_is_half_open() -> None:
    """A range ends before its end, and is written so."""
    low, high = Range(0x4000_0000, 0x1000), Range(0x4000_1000, 0x1000)
    assert not low.overlaps(high)
    assert low.end == high.base
    assert str(low) == "[0x40000000..0x40001000)"
    assert Range(0x4000_0000, 0x2000).contains(high)
    assert not low.contains(high)


def test_a_place_is_written_as_compilers_do() -> None:
    """An editor can jump to a place."""
    places = [
        errors.Place(file="a.toml"),
        errors.Place(file="a.toml", line=3),
        errors.Place(file="a.toml", line=3, column=7),
    ]
    assert [str(place) for place in places] == ["a.toml", "a.toml:3", "a.toml:3:7"]


def test_an_error_carries_all_its_faults() -> None:
    """An error of several faults tells each with its place and its hint."""
    place = errors.Place(file="a.toml", line=3, column=7)
    faults = [errors.Fault(message="one", place=place, hint="do this"), errors.Fault(message="two")]
    error = errors.BoardError.of(faults)
    assert str(error) == "a.toml:3:7: one\n  do this\ntwo"
    assert (error.message, error.place, error.hint) == ("one", place, "do this")
    assert error.faults == tuple(faults)


def test_exit_codes_follow_the_kind_of_error() -> None:
    """Every error for people has the exit code that the command line promises."""
    codes = {
        errors.CheckFailed: 1,
        errors.InputError: 2,
        errors.BoardError: 2,
        errors.HandsetError: 2,
        errors.ImageError: 2,
        errors.PlanError: 2,
        errors.BundleError: 2,
        errors.ToolFailedError: 2,
        errors.MissingToolError: 3,
        errors.TimeoutError_: 4,
        errors.RefusedError: 5,
    }
    assert {kind: kind("what").exit_code for kind in codes} == codes


def test_rooms_are_imported_when_touched() -> None:
    """The package offers its rooms as attributes, and nothing else."""
    assert mvpsdk.units.MIB == MIB
    assert "plan" in dir(mvpsdk)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = mvpsdk.nonsense
