# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk lint BUNDLE`: what is flashed, against what it says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board, bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]


@pytest.fixture
def phone(handset: Any, cli: Cli) -> Path:
    """A bundle of a handset that is lint-clean."""
    handset()
    assert cli("bundle", ".", "-o", "phone.itb", "--unsigned").code == 0
    return Path("phone.itb")


def found(cli: Cli, *words: str) -> dict[str, Any]:
    """The report, with the exit code."""
    result = cli("lint", *words, "--format", "json")
    return {"code": result.code, "err": result.err, **json.loads(result.out)}


def test_a_bundle_as_it_was_made(cli: Cli, phone: Path) -> None:
    """It is unsigned, which is a note in a day's work and an error in a release."""
    report = found(cli, str(phone))
    assert (report["code"], report["statistics"]) == (0, {"BND002": 1})
    outcomes = {check["rule"]: check["outcome"] for check in report["checks"]}
    assert outcomes["BND001"] == outcomes["BND004"] == "pass"
    assert outcomes["MEM001"] == outcomes["BRD001"] == "not-applicable"
    assert found(cli, str(phone), "--profile", "release")["code"] == 1


def test_a_damaged_byte_is_found(cli: Cli, phone: Path) -> None:
    """In an image of the pack: the part's digest and the image's are wrong."""
    data = bytearray(phone.read_bytes())
    data[bundle.open(phone).images[0].span.offset + 100] ^= 1
    phone.write_bytes(data)
    report = found(cli, str(phone), "--select", "BND001")
    assert report["code"] == 1
    assert all(" has SHA-256 " in each["message"] for each in report["findings"])
    assert report["findings"][0]["place"]["file"] == "phone.itb"


def test_the_bundle_before_had_a_higher_index(cli: Cli, phone: Path) -> None:
    """An update that the phone would refuse."""
    text = Path("handset.toml").read_text()
    higher = text.replace("[handset]", "[handset]\nrollback-index = 99", 1)
    if "rollback-index" in text:
        higher = text.replace("rollback-index = 3", "rollback-index = 99")
    Path("handset.toml").write_text(higher)
    assert cli("bundle", ".", "-o", "old.itb", "--unsigned").code == 0
    report = found(cli, str(phone), "--previous", "old.itb", "--select", "BND003")
    assert (report["code"], report["statistics"]) == (1, {"BND003": 1})
    assert "old.itb before it has 99" in report["findings"][0]["message"]


def test_a_slot_of_the_board_is_too_small(cli: Cli, phone: Path) -> None:
    """The board's file says where the bundle goes."""
    text = board.find()["qemu-virt"].read_text()
    Path("mine/qemu-virt").mkdir(parents=True)
    slot = '\n[[slot]]\nname = "hyp_a"\nsize = "4 KiB"\n'
    Path("mine/qemu-virt/board.toml").write_text(text + slot)
    report = found(cli, str(phone), "--board-dir", "mine", "--select", "BND005")
    assert (report["code"], report["statistics"]) == (1, {"BND005": 1})
    assert report["findings"][0]["place"]["file"].endswith("mine/qemu-virt/board.toml")


def test_a_release_without_a_lock_names_every_input(cli: Cli, phone: Path) -> None:
    """Each at its line; with a lock there is nothing to say, and --locked still wants one."""
    assert phone.exists()
    report = found(cli, ".", "--profile", "release", "--select", "REP001")
    assert report["code"] == 1
    assert set(report["statistics"]) == {"REP001"}
    assert all(each["place"]["line"] for each in report["findings"])
    assert cli("lint", ".", "--locked").code == 2
    assert cli("lock", ".").code == 0
    assert found(cli, ".", "--profile", "release", "--select", "REP001")["code"] == 0


def test_a_container_of_somebody_else_is_told(cli: Cli, phone: Path) -> None:
    """A device tree is judged as a board; what is cut short is exit 2."""
    Path("short.itb").write_bytes(phone.read_bytes()[:-100])
    result = cli("lint", "short.itb")
    assert (result.code, "cut short" in result.err) == (2, True)
