# SPDX-License-Identifier: Apache-2.0
"""Damaged device trees and TOML files: each is a value or an error for people, soon. Needs dtc.

No traceback, no hang, no memory without bound: nothing but MvpError may come out. The damages are
the same in each run.
"""

from __future__ import annotations

import datetime as dt
import struct
import subprocess
import time
import tomllib
import tracemalloc
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mutants
from mvpsdk import board, handset, lint, tree
from mvpsdk.errors import MvpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = ROOT / "tests" / "boards" / "trees"
TODAY = dt.date(2026, 1, 1)
TREES, FILES = 3000, 1000
PATIENCE = dt.timedelta(seconds=5)
"""For one example of some milliseconds, on a machine that has much else to do."""
MEMORY = 64 << 20
numbers = st.integers(0, 1 << 16)


def repeatable(examples: int) -> settings:
    """Return hypothesis's settings: the same examples in each run, none of them slow."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=PATIENCE,
        suppress_health_check=[HealthCheck.too_slow],
    )


@cache
def blobs() -> tuple[bytes, ...]:
    """The synthetic trees, compiled."""
    command = ["dtc", "-q", "-I", "dts", "-O", "dtb", "-i", str(CASES)]
    sources = sorted(CASES.glob("*/tree.dts"))
    return tuple(
        subprocess.run([*command, str(source)], check=True, capture_output=True).stdout
        for source in sources
    )


def texts(pattern: str, name: str) -> list[str]:
    """Return the files of that name that ship, and the one that has every table."""
    return [path.read_text() for path in [HERE / name, *sorted(ROOT.glob(pattern))]]


def read_tree(path: Path) -> Iterator[str]:
    """Take a tree as far as it goes: its facts, its board, what lint says, the board as a whole."""
    survey = tree.open(path).given({"board.el2": "free"})
    draft = survey.draft("mutant")
    lint.check([lint.Bench(draft=draft)], today=TODAY)
    yield "a draft"
    board.complete(draft)
    yield "whole"


def read_board(path: Path) -> Iterator[str]:
    """Take a board file as far as it goes."""
    lint.check([lint.Bench(draft=board.draft(path))], today=TODAY)
    yield "a draft"
    board.load(path)
    yield "whole"


def read_handset(path: Path) -> Iterator[str]:
    """Take a handset file as far as it goes."""
    handset.load(path)
    yield "whole"


def outcome(read: Callable[[Path], Iterator[str]], path: Path) -> str:
    """Return how far it went; an exception that is not for people is the test's failure."""
    stages = ["nothing"]
    try:
        stages.extend(read(path))
    except MvpError as error:
        stages[-1] = stages[-1] if str(error) else "no reason"
    return stages[-1]


def test_a_damaged_tree_is_a_board_or_an_error(tmp_path: Path) -> None:
    """Bits, words, header fields, tokens, lengths; cut, copied over, nested two thousand deep."""
    path, seen = tmp_path / "mutant.dtb", Counter[str]()

    @repeatable(TREES)
    @given(number=numbers, damages=mutants.tree_damages)
    def attempt(number: int, damages: list[mutants.Damage]) -> None:
        path.write_bytes(mutants.damaged(blobs()[number % len(blobs())], damages))
        seen[outcome(read_tree, path)] += 1

    attempt()
    assert seen.total() >= TREES
    assert min(seen["nothing"], seen["a draft"], seen["whole"]) > TREES // 10


@pytest.mark.parametrize(
    ("pattern", "name", "read"),
    [
        ("boards/*/board.toml", "board.toml", read_board),
        ("examples/*/handset.toml", "handset.toml", read_handset),
    ],
)
def test_a_damaged_file_is_a_board_or_handset_or_an_error(
    tmp_path: Path, pattern: str, name: str, read: Callable[[Path], Iterator[str]]
) -> None:
    """Other values and keys; lines dropped, twice, elsewhere; ended early."""
    path, seen, sources = tmp_path / name, Counter[str](), texts(pattern, name)

    @repeatable(FILES)
    @given(number=numbers, damages=mutants.toml_damages)
    def attempt(number: int, damages: list[tuple[str, int, str]]) -> None:
        text = mutants.rewritten(sources[number % len(sources)], damages)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        seen[outcome(read, path)] += 1
        seen["TOML"] += is_toml(text)

    attempt()
    assert seen["nothing"] + seen["a draft"] + seen["whole"] >= FILES
    assert seen["TOML"] > FILES // 2
    assert min(seen["nothing"], seen["whole"]) > FILES // 20


def is_toml(text: str) -> bool:
    """Tell whether a text is TOML at all."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("name", ["board.toml", "handset.toml"])
def test_what_is_damaged_is_sound(name: str) -> None:
    """Else nothing but its first fault would be tried."""
    read = {"board.toml": read_board, "handset.toml": read_handset}[name]
    assert outcome(read, HERE / name) == "whole"


HUGE = (
    *("&soc { #address-cells = <0xffffffff>; };", "&soc { #size-cells = <0xffffffff>; };"),
    *("&gic { #interrupt-cells = <0xffffffff>; };", "&gic { #interrupt-cells = <0>; };"),
    *("/ { #address-cells = <0>; #size-cells = <0>; };", "&soc { ranges = <0 0 0 0>; };"),
    "&memory { reg = <0xffffffff 0xffffffff 0xffffffff 0xffffffff>; };",
    "&uart0 { reg = <0xffffffff 0xffffffff>; reg-shift = <0xffffffff>; };",
    "&timer { interrupts = <1 0xffffffff 8>, <0xffffffff 0 0>; };",
    "&uart0 { interrupt-parent = <&uart0>; interrupts = <0 5 4>; };",
    "&soc { interrupt-map = <0 0 0>; interrupt-map-mask = <0>; #interrupt-cells = <1>; };",
    '&chosen { stdout-path = ":::::"; };',
    '/ { aliases { serial0 = "serial1"; serial1 = "serial0"; }; };',
)


@pytest.mark.parametrize("broken", HUGE)
def test_numbers_beyond_all_reason_cost_nothing(tmp_path: Path, broken: str) -> None:
    """Counts of cells, sizes, and references to oneself: neither time nor memory."""
    source, path = tmp_path / "huge.dts", tmp_path / "huge.dtb"
    source.write_text(f'/dts-v1/;\n/include/ "base.dtsi"\n{broken}\n')
    command = ["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-i", str(CASES), "-o", str(path)]
    subprocess.run([*command, str(source)], check=True)
    peak, seconds = cost(read_tree, path)
    assert peak < MEMORY
    assert seconds < 1.0


def test_a_property_of_a_mebibyte_costs_little(tmp_path: Path) -> None:
    """A list of 80 000 interrupts."""
    cells = " ".join(["0 5 4"] * 80_000)
    source, path = tmp_path / "long.dts", tmp_path / "long.dtb"
    source.write_text(f'/dts-v1/;\n/include/ "base.dtsi"\n&uart0 {{ interrupts = <{cells}>; }};\n')
    command = ["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-i", str(CASES), "-o", str(path)]
    subprocess.run([*command, str(source)], check=True)
    peak, seconds = cost(read_tree, path)
    assert peak < MEMORY
    assert seconds < 4.0


@pytest.mark.parametrize("size", [0, 1, 39, 40, 4096, 1 << 21])
def test_bytes_of_nothing_are_no_tree(tmp_path: Path, size: int) -> None:
    """Of any size, and with a header that claims more than there is."""
    for head in (b"", struct.pack(">10I", 0xD00DFEED, *[0xFFFFFFFF] * 9)):
        path = tmp_path / "nothing.dtb"
        path.write_bytes(head.ljust(size, b"\0")[:size])
        assert outcome(read_tree, path) == "nothing"


def cost(read: Callable[[Path], Iterator[str]], path: Path) -> tuple[int, float]:
    """Return the most memory and the CPU time that reading a file took."""
    outcome(read, path)  # what is imported and kept is not the file's
    begin = time.process_time()
    outcome(read, path)
    seconds = time.process_time() - begin
    tracemalloc.start()
    outcome(read, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, seconds
