# SPDX-License-Identifier: Apache-2.0
"""Debian's fastboot client, and a device that speaks the protocol (support/fastboot_server.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fastboot_server import Device, FastbootServer
from flashable import Phones, facts, options
from media import silent
from mvpsdk import flash
from mvpsdk.errors import CheckFailed, InputError, MissingToolError, RefusedError, TimeoutError_
from mvpsdk.flash import fastboot_client
from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def device() -> Device:
    """A phone whose slot a is active and well."""
    return Device(
        partitions={"boot_a": bytearray(MIB), "boot_b": bytearray(MIB)},
        variables={
            "product": "qemu-virt",
            "current-slot": "a",
            "slot-count": "2",
            "slot-successful:a": "yes",
            "slot-successful:b": "no",
            "max-download-size": f"{16 * MIB:#x}",
            "MVP-compatible": "linux,dummy-virt",
            "MVP-rollback-index": "3",
        },
    )


@pytest.fixture
def server() -> Iterator[FastbootServer]:
    """It listens."""
    with FastbootServer(device()) as server:
        yield server


def planned(server: FastbootServer, path: Path, **changes: object) -> flash.Plan:
    """What would be done."""
    access = flash.Access(timeout=1.0 if server.device.hangs else 30.0)
    with flash.open_target(f"fastboot:{server.address}", access) as target:
        return target.plan(flash.open_flashable(path), options(**changes), silent)


def verbs(server: FastbootServer) -> list[str]:
    """What the device was told to do, and not only asked."""
    told = [command.partition(":")[0] for command in server.device.log]
    return [verb for verb in told if verb != "getvar"]


def test_a_bundle_goes_into_the_other_slot(server: FastbootServer, phones: Phones) -> None:
    """It is written, read back by its digest, made active; the active slot stays as it is."""
    found = planned(server, phones.new)
    assert verbs(server) == []
    assert (found.slot, found.parts[0].missing) == ("b", phones.new.stat().st_size)
    result = found.carry_out(silent)
    assert (result.changed, result.read_back) == (True, True)
    assert verbs(server) == ["download", "flash", "set_active"]
    data = phones.new.read_bytes()
    assert server.device.partitions["boot_b"][: len(data)] == data
    assert server.device.variables["current-slot"] == "b"
    assert not any(server.device.partitions["boot_a"])


def test_what_is_there_is_not_sent_again(server: FastbootServer, phones: Phones) -> None:
    """Neither after it was made active, nor where that alone is missing."""
    planned(server, phones.new).carry_out(silent)
    server.device.log.clear()
    assert not planned(server, phones.new).carry_out(silent).changed
    assert verbs(server) == []
    server.device.variables["current-slot"] = "a"
    assert planned(server, phones.new).carry_out(silent).changed
    assert verbs(server) == ["set_active"]


@pytest.mark.parametrize("room", [64 * KIB, 64 * KIB + 4096 * 3])
def test_a_device_of_little_memory_gets_pieces(
    server: FastbootServer, phones: Phones, room: int
) -> None:
    """The client cuts the bundle into sparse images; in the partition it is whole."""
    server.device.variables["max-download-size"] = f"{room:#x}"
    data = phones.new.read_bytes()
    assert len(data) % 4096, "else the client would cut it rightly by itself"
    assert planned(server, phones.new).carry_out(silent).read_back
    assert server.device.partitions["boot_b"][: len(data)] == data
    assert verbs(server).count("download") > len(data) // room


def test_a_device_that_knows_no_digest_is_flashed_blindly(
    server: FastbootServer, phones: Phones
) -> None:
    """And it is said that nothing was read back."""
    server.device.digests = False
    found = planned(server, phones.new)
    assert found.parts[0].missing is None
    assert not found.carry_out(silent).read_back
    assert verbs(server) == ["download", "flash", "set_active"]


def test_a_device_that_keeps_something_else_is_found_out(
    server: FastbootServer, phones: Phones
) -> None:
    """Before the slot is made active."""
    server.device.forgets = "boot_b"
    with pytest.raises(RefusedError, match="boot_b reads back as SHA-256"):
        planned(server, phones.new).carry_out(silent)
    assert verbs(server) == ["download", "flash"]


Case = tuple[str, dict[str, str], dict[str, object], str]
REFUSALS: list[Case] = [  # bundle, what the device says, what is asked for, what is told
    ("new", {"product": "acme"}, {}, "the bundle is for qemu-virt, the device is acme"),
    ("new", {"MVP-compatible": "acme,one"}, {}, "for linux,dummy-virt, the device is acme,one"),
    ("low", {}, {}, "the bundle has 1, the device 3"),
    ("unsigned", {}, {}, "the bundle is unsigned"),
    ("new", {}, {"keys": ()}, "the keys here: none"),
    ("new", {}, {"slot": "a"}, "slot a was asked for, and slot a is active"),
    ("new", {"slot-successful:a": "no", "slot-successful:b": "yes"}, {}, "slot b is the only one"),
    ("new", {}, {"device": facts("other")}, "by its boot loader it is qemu-virt, by facts.toml"),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case[3])
def test_what_must_not_be_is_refused(server: FastbootServer, phones: Phones, case: Case) -> None:
    """Before the first byte, each for its own reason alone."""
    bundle, said, changes, says = case
    server.device.variables |= said
    with pytest.raises(CheckFailed) as caught:
        planned(server, getattr(phones, bundle), **changes).carry_out(silent)
    assert says in str(caught.value)
    assert len({fault.message for fault in caught.value.faults}) <= 2
    assert verbs(server) == []


def test_room_is_looked_at(server: FastbootServer, phones: Phones) -> None:
    """What the device says of the partition, and that it says something."""
    server.device.partitions["boot_b"] = bytearray(256 * KIB)
    with pytest.raises(CheckFailed, match=f"the slot {256 * KIB}"):
        planned(server, phones.new).carry_out(silent)
    del server.device.partitions["boot_b"]
    with pytest.raises(CheckFailed, match="the device tells no size of boot_b"):
        planned(server, phones.new).carry_out(silent)


def test_the_device_s_own_words_are_told(server: FastbootServer, phones: Phones) -> None:
    """Exit code 5: a locked device refuses to be flashed, another to change its slot."""
    for command, verb in (("flash:", "flash boot_b"), ("set_active:", "make slot b active")):
        server.device.refuses = {command: "Device is locked"}
        with pytest.raises(RefusedError) as caught:
            planned(server, phones.new).carry_out(silent)
        assert caught.value.message == f"the device refused to {verb}: Device is locked"
        assert caught.value.exit_code == 5


@pytest.mark.parametrize("command", ["getvar:product", "flash:"])
def test_a_device_that_stops_to_answer_is_a_timeout(
    server: FastbootServer, phones: Phones, command: str
) -> None:
    """Exit code 4, and nothing of the client is left running."""
    server.device.hangs = command
    with pytest.raises(TimeoutError_, match=r"device tcp:.* did not answer (getvar|flash)") as it:
        planned(server, phones.new).carry_out(silent)
    assert it.value.exit_code == 4


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("current-slot", "", 'its current slot is ""'),
        ("MVP-rollback-index", "many", 'says MVP-rollback-index is "many"'),
    ],
)
def test_a_device_that_makes_no_sense_is_refused(
    server: FastbootServer, phones: Phones, name: str, value: str, says: str
) -> None:
    """Its answer is shown."""
    server.device.variables[name] = value
    with pytest.raises(RefusedError, match=says):
        planned(server, phones.new)


def test_no_device_is_a_timeout(phones: Phones) -> None:
    """The client would wait without end, for one on USB and for one that should listen."""
    with FastbootServer(device()) as gone:
        address = gone.address
    for where, serial in ((address, ""), ("", "no-such-device")):
        access = flash.Access(serial=serial, timeout=0.5)
        with (
            flash.open_target(f"fastboot:{where}", access) as target,
            pytest.raises(TimeoutError_, match=f"{where or serial} did not answer") as caught,
        ):
            target.plan(flash.open_flashable(phones.new), options(), silent)
        assert "is it attached, in its boot loader" in caught.value.hint


def test_no_client_is_something_that_is_missing(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the way to get it."""
    monkeypatch.setattr(fastboot_client, "PROGRAM", "no-such-fastboot")
    with (
        flash.open_target("fastboot:", flash.Access()) as target,
        pytest.raises(MissingToolError, match="can't run no-such-fastboot") as caught,
    ):
        target.plan(flash.open_flashable(phones.new), options(), silent)
    assert "apt-get install fastboot" in caught.value.hint


def test_addresses_that_are_none_are_told() -> None:
    """And a serial number where the address says which device it is."""
    for address in ("localhost", "tcp:", "usb:1"):
        with pytest.raises(InputError, match="fastboot reaches nothing called"):
            flash.open_target(f"fastboot:{address}", flash.Access())
    with pytest.raises(InputError, match="--serial is for devices on USB"):
        flash.open_target("fastboot:tcp:localhost", flash.Access(serial="1"))
