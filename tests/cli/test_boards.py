# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk boards` lists and draws, `mvpsdk doctor` says what is missing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import doctor
from mvpsdk.build import toolchain
from mvpsdk.doctor import Check
from mvpsdk.units import Range
from mvpsdk_cli import board_map, schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Cli = Callable[..., Any]

GOLDEN = Path(__file__).parent / "golden"
BOARDS = Path(__file__).parents[2] / "boards"


def test_listing_names_the_built_in_boards(cli: Cli) -> None:
    """A board is listed with its processor, its memory, and where it stands."""
    result = cli("boards")
    (line,) = [line for line in result.out.splitlines() if line.startswith("qemu-virt ")]
    assert "8 x cortex-a53" in line
    assert "1 GiB" in line
    assert "virtual handset" in line
    assert line.endswith(os.path.join("qemu-virt", "board.toml"))  # noqa: PTH118 - a text


def test_no_boards_is_said(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty list is no riddle."""
    monkeypatch.setattr("mvpsdk.board.finding.built_in", lambda: tmp_path)
    result = cli("boards")
    assert result.code == 0
    assert "no boards found; name a folder" in result.err


def test_board_is_drawn(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory map goes from low addresses to high, gaps dotted."""
    monkeypatch.chdir(BOARDS.parent)
    shown = cli("boards", "show", "qemu-virt").out
    path = GOLDEN / "boards-show.txt"
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        path.write_text(shown)
    assert path.read_text() == shown


def test_board_without_extras_is_drawn(cli: Cli, tmp_path: Path) -> None:
    """A board that QEMU doesn't know, without a console, is a board too."""
    text = (BOARDS / "qemu-virt" / "board.toml").read_text()
    bare = text.partition("[console]")[0].replace('name = "qemu-virt"', 'name = "bare"')
    folder = tmp_path / "boards" / "bare"
    folder.mkdir(parents=True)
    (folder / "board.toml").write_text(bare)
    result = cli("boards", "show", "bare")
    assert result.code == 0
    assert "virtual handset" not in result.out
    document = json.loads(cli("boards", "show", "bare", "--format", "json").out)
    assert document["virtual"] is None
    assert {area["kind"] for area in document["areas"]} == {"memory", "reserved", "device"}


def test_areas_are_in_order() -> None:
    """What is drawn goes upwards, an enclosing area first."""
    from mvpsdk import board

    bases = [area.range.base for area in board_map.areas(board.sketch("qemu-virt"))]
    assert bases == sorted(bases)


def test_doctor_finds_what_this_machine_has(cli: Cli) -> None:
    """On a machine that can run these tests nothing that is required is missing."""
    result = cli("doctor")
    assert result.code == 0
    assert result.out.splitlines()[0].startswith("ok")


def test_doctor_tells_how_to_get_each_thing_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tools of one package have one hint; optional things don't fail."""
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(toolchain, "find_spec", lambda _name: None)
    shown = cli("doctor")
    assert shown.code == 3
    assert "missing (optional)" in shown.out
    assert shown.out.count("apt install u-boot-tools") == 1
    assert "to get mkimage, dumpimage:" in shown.out
    assert "to get cross compiler:" in shown.out
    document = json.loads(cli("doctor", "--format", "json").out)
    assert document["ok"] is False
    missing = {each["name"] for each in document["checks"] if each["status"] == "missing"}
    assert missing == {"cross compiler", "QEMU", "mkimage", "dumpimage", "dtc"}


def test_doctor_finds_a_compiler_among_pythons_packages(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zig counts, though no program of that name can be called."""
    monkeypatch.setenv("PATH", "/nonexistent")
    document = json.loads(cli("doctor", "--format", "json").out)
    (found,) = (each for each in document["checks"] if each["name"] == "cross compiler")
    assert (found["status"], found["found"][:4]) == ("ok", "zig ")
    assert Path(found["path"]).parent.name == "ziglang"


def test_old_qemu_is_not_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A QEMU that lacks what a run needs is called old."""
    old = tmp_path / "qemu"
    old.write_text("#!/bin/sh\necho QEMU emulator version 6.2.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("MVPSDK_QEMU", str(old))
    (check,) = [each for each in doctor.examine() if each.name == "QEMU"]
    assert (check.status, check.found, check.ok) == ("old", "6.2.0", False)
    assert "7.1 or later" in check.hint


def test_odd_qemu_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A version that nobody can read is told, and a tool that fails is broken."""
    odd = tmp_path / "qemu"
    odd.write_text("#!/bin/sh\necho from git\n")
    odd.chmod(0o755)
    monkeypatch.setenv("MVPSDK_QEMU", str(odd))
    (check,) = [each for each in doctor.examine() if each.name == "QEMU"]
    assert (check.status, check.found) == ("ok", "from git")
    odd.write_text("#!/bin/sh\nexit 3\n")
    (check,) = [each for each in doctor.examine() if each.name == "QEMU"]
    assert (check.status, check.ok) == ("broken", False)


def test_cache_that_cannot_be_written_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A cache that can't be written to is told with the way out."""
    monkeypatch.setenv("MVPSDK_CACHE_DIR", str(tmp_path / "deep" / "cache"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    (check,) = [each for each in doctor.examine() if each.name == "cache"]
    assert check.status == "broken"
    assert str(tmp_path) in check.found
    assert "MVPSDK_CACHE_DIR" in check.hint


def test_optional_things_never_fail() -> None:
    """What is optional is well even when it is missing."""
    assert Check(name="x", purpose="y", required=False, status="missing").ok


DRAFT = {
    'el2 = "free"': 'el2 = "TODO"',
    "count = 8": 'count = 2\ncores = ["cortex-a72", "cortex-a53"]',
    'size = "1 GiB"': 'size = "TODO"',
    "maintenance-irq = 25": 'maintenance-irq = "TODO"',
    "irq = 33": 'irq = "TODO"',
}


def drafted(folder: Path, changes: dict[str, str], name: str = "phone") -> Path:
    """A board in ./boards that differs from QEMU's."""
    text = (BOARDS / "qemu-virt" / "board.toml").read_text()
    for old, new in {'name = "qemu-virt"': f'name = "{name}"', **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "boards" / name).mkdir(parents=True)
    path = folder / "boards" / name / "board.toml"
    path.write_text(text)
    return path


def test_a_board_with_gaps_is_drawn_as_far_as_it_is_known(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is not known is TODO, and listed with the way to find it out."""
    monkeypatch.chdir(tmp_path)
    drafted(tmp_path, DRAFT)

    result = cli("boards", "show", "phone")

    assert result.code == 0
    path = GOLDEN / "boards-show-draft.txt"
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        path.write_text(result.out)
    assert path.read_text() == result.out
    document = json.loads(cli("boards", "show", "phone", "--format", "json").out)
    jsonschema.validate(document, schemas.schema("board-map"))
    assert document["el2"] is None
    assert [todo["key"] for todo in document["todos"]] == [
        "board.el2",
        "memory[0].size",
        "interrupt-controller.maintenance-irq",
        "console.irq",
    ]
    assert all(todo["how"] and todo["rule"].startswith("BRD") for todo in document["todos"])


def test_a_board_with_gaps_is_listed_as_such(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is not malformed; one that contradicts itself is."""
    monkeypatch.chdir(tmp_path)
    drafted(tmp_path, DRAFT)

    listed = cli("boards")

    assert listed.code == 0
    (line,) = [line for line in listed.out.splitlines() if line.startswith("phone ")]
    assert "1 x cortex-a72, 1 x cortex-a53" in line
    assert "4 TODO" in line
    document = json.loads(cli("boards", "--format", "json").out)
    jsonschema.validate(document, schemas.schema("boards"))
    (row,) = [row for row in document["boards"] if row["name"] == "phone"]
    assert row["memory"] is None
    assert "memory[0].size" in row["todos"]

    drafted(tmp_path, {"irq = 39": "irq = 33"}, "clash")
    listed = cli("boards")
    assert listed.code == 2
    assert "malformed: device[0].irq: INTID 33 is console.irq already" in listed.out
    jsonschema.validate(json.loads(cli("boards", "--format", "json").out), schemas.schema("boards"))
    shown = cli("boards", "show", "clash")
    assert shown.code == 2
    assert "gpio, interrupt 33" in shown.out
    assert "INTID 33 is console.irq already" in shown.err


def test_reserved_memory_is_drawn_inside_ram(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """RAM is cut around it; areas that overlap share a box; every edge is above the one before."""
    monkeypatch.chdir(tmp_path)
    area = '[[reserved]]\nname = "{}"\nbase = {:#x}\nsize = "{}"\n\n'
    areas = (("tz", 0x5000_0000, "16 MiB"), ("modem", 0x5080_0000, "16 MiB"))
    reserved = "".join(area.format(*each) for each in areas)
    drafted(tmp_path, {"[timer]": f"{reserved}[timer]"})

    out = cli("boards", "show", "phone").out

    edges = [int(edge, 16) for edge in re.findall(r"^ *(0x[0-9a-f]+) \+-", out, re.MULTILINE)]
    assert edges == sorted(set(edges))
    for name, size in (
        ("memory", "256 MiB"),
        ("tz (reserved)", "8 MiB"),
        ("tz (reserved) + modem (reserved)", "8 MiB"),
        ("modem (reserved)", "8 MiB"),
        ("memory", "744 MiB"),
    ):
        assert re.search(rf"\| {re.escape(name)} +{size} \|", out), (name, size)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            board_map.Area,
            kind=st.sampled_from(["memory", "reserved", "device", "iommu"]),
            name=st.text("abc", min_size=1, max_size=70),
            range=st.builds(Range, st.integers(0, 40), st.integers(1, 20)),
            irq=st.none() | st.integers(32, 1019),
        )
    )
)
def test_every_byte_is_drawn_once(found: list[board_map.Area]) -> None:
    """Whatever overlaps: boxes rise, each is as wide as the others, and all that is known is in."""
    lines = list(board_map.drawing(sorted(found, key=lambda area: area.range.base)))

    edges = [int(line.split()[0], 16) for line in lines if "+-" in line]
    assert edges == sorted(set(edges))
    assert len({len(line) for line in lines}) <= 1
    covered = {byte for area in found for byte in range(area.range.base, area.range.end)}
    drawn: set[int] = set()
    for above, inside, below in zip(lines, lines[1:], lines[2:], strict=False):
        if "|" in inside:
            drawn |= set(range(int(above.split()[0], 16), int(below.split()[0], 16)))
    assert drawn == covered
