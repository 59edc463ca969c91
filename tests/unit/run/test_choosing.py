# SPDX-License-Identifier: Apache-2.0
"""Of several QEMUs, the first that has a board's machine runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import doctor
from mvpsdk.errors import MissingToolError
from mvpsdk.run import Machine, choosing

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
#!/bin/sh
case "$1" in
--version) echo "QEMU emulator version {version}.1 (Debian)" ;;
*) printf 'Supported machines are:\\n{rows}none  empty machine\\n' ;;
esac
"""


def qemu(path: Path, version: str, *machines: str) -> str:
    """A QEMU that tells its version and its machines, and does nothing else."""
    path.parent.mkdir(exist_ok=True)
    rows = "".join(f"{name}  A machine\\n" for name in machines)
    path.write_text(SCRIPT.format(version=version, rows=rows))
    path.chmod(0o755)
    return str(path)


def machine(kind: str, least: str = "") -> Machine:
    """A machine of this kind."""
    return Machine(machine=f"{kind},secure=on", cpu="max", memory=1 << 20, qemu=least)


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An old one on PATH, and a later one that lies beside this Python."""
    old = qemu(tmp_path / "bin" / "qemu-system-aarch64", "7.2", "virt", "board")
    later = qemu(tmp_path / "venv" / "qemu-system-aarch64-10", "10.0", "virt", "board", "phone")
    monkeypatch.setenv("PATH", f"/nonexistent:{tmp_path / 'bin'}")
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "venv"))
    monkeypatch.delenv("MVPSDK_QEMU", raising=False)
    return old, later


def test_the_first_that_has_the_machine_is_taken(both: tuple[str, str]) -> None:
    """The one on PATH where that will do, else the later one."""
    old, later = both
    assert choosing.choose(machine("virt")) == old
    assert choosing.choose(machine("phone")) == later


def test_a_board_may_ask_for_a_later_version(both: tuple[str, str]) -> None:
    """Versions are numbers: 10 is later than 7.2."""
    old, later = both
    assert choosing.choose(machine("board", "7.2")) == old
    assert choosing.choose(machine("board", "7.10")) == later


def test_the_one_that_is_named_is_taken(
    both: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the caller, or by the environment: it is not asked what it has."""
    old, later = both
    assert choosing.choose(machine("phone"), old) == old
    monkeypatch.setenv("MVPSDK_QEMU", later)
    assert choosing.choose(machine("virt")) == later


def test_a_machine_that_none_has_is_told_with_all_that_were_asked(both: tuple[str, str]) -> None:
    """What is needed, what is there, and the way out."""
    old, later = both
    with pytest.raises(MissingToolError) as told:
        choosing.choose(machine("tablet", "11.1"))
    assert 'QEMU 11.1 or later with the machine "tablet"' in told.value.message
    assert f"{old} (7.2), {later} (10.0)" in told.value.message
    assert "MVPSDK_QEMU" in told.value.hint


def test_no_qemu_at_all_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the way to get one."""
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.delenv("MVPSDK_QEMU", raising=False)
    with pytest.raises(MissingToolError) as told:
        choosing.choose(machine("virt"))
    assert "qemu-system-aarch64" in told.value.message
    assert "apt install qemu-system-arm" in told.value.hint


def test_the_doctor_names_the_boards_that_no_qemu_has(
    both: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no error: the other boards run."""
    (check,) = [each for each in doctor.examine() if each.name == "QEMU's machines"]
    assert check.status == "old" or not check.hint
    old, _ = both
    monkeypatch.setenv("MVPSDK_QEMU", old)
    (check,) = [each for each in doctor.examine() if each.name == "QEMU's machines"]
    assert (check.status, check.ok) == ("ok", True)


def test_every_board_that_qemu_knows_has_its_qemu_here() -> None:
    """The setup installs what the boards' tests need, later QEMUs too."""
    (check,) = [each for each in doctor.examine() if each.name == "QEMU's machines"]
    shipped, _, known = check.found.partition(" of ")
    assert shipped == known
    assert int(known) >= 2


@pytest.mark.parametrize(
    ("told", "ram", "least"),
    [
        ("", 0x4000_0000, ""),
        ("9.0", 0, "9.0"),
        ("", 1 << 32, "10.0"),
        ("9.0", 1 << 40, "10.0"),
        ("10.2", 1 << 40, "10.2"),
    ],
)
def test_memory_that_begins_beyond_4_gib_wants_a_later_qemu(
    told: str, ram: int, least: str
) -> None:
    """Version 7.2 cuts the ramdisk's address, and the board says nothing at all."""
    assert choosing.least(told, ram) == least
