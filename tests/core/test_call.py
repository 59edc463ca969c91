# SPDX-License-Identifier: Apache-2.0
"""SMCCC and MVP calls of a guest (Arm DEN0028, include/mvp/abi.h)."""

import uuid
from collections.abc import Iterator

import pytest

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from rig import Rig

NOT_SUPPORTED, INVALID, DENIED = -1, -2, -3
RAM = 0x40000000


class Guest(Rig):
    """The second of two partitions, with 4 KiB of RAM."""

    def __init__(self) -> None:
        super().__init__()
        self.partition.index = 1

    def call(self, function: int, *arguments: int) -> int:
        """Call, and return x0 as a signed number."""
        for n, value in enumerate((function, *arguments)):
            self.vcpu().x[n] = value
        assert lib.call_dispatch(self.vcpu()) in (lib.CALL_DONE, lib.CALL_SAID)
        return int(ffi.cast("int64_t", self.vcpu().x[0]))

    def sent(self) -> bytes:
        """What is on the board's console."""
        while lib.console_send():
            pass
        return bytes(self.host.sent[0 : self.host.sent_count])


@pytest.fixture
def guest() -> Iterator[Guest]:
    """The machine has two partitions, of which the guest is the second."""
    guest = Guest()
    lib.machine.partition_count = 2
    lib.machine.time_of_day = 0
    yield guest
    lib.machine.partition_count = 0
    lib.machine.pack = ffi.NULL


@pytest.fixture
def memory(guest: Guest, pack: core.Pack) -> Iterator[bytearray]:
    """The guest's RAM, as the pack's second partition has it, of which the start is there."""
    metadata = ffi.from_buffer(core.pack_write(pack))
    memory = bytearray(8192)
    lib.machine.pack = metadata
    region = next(
        region
        for region in pack.regions
        if region.partition == 1 and region.kind == core.RegionKind.RAM
    )
    lib.host.memory = ffi.from_buffer("uint8_t[]", memory)
    lib.host.memory_base, lib.host.memory_size = region.pa, len(memory)
    yield memory
    del metadata, guest


@pytest.mark.parametrize("function", [0, 0x86000000, 0xC6000005, 0xC600FFFF, 0x84000050, 0xFFFF])
def test_an_unknown_call_is_not_supported(guest: Guest, function: int) -> None:
    """Whatever its range; the result is -1 in all 64 bits, and no other register changes."""
    assert guest.call(function, 1, 2, 3) == NOT_SUPPORTED
    assert list(guest.vcpu().x[1:4]) == [1, 2, 3]


def test_only_the_lower_half_of_the_register_is_the_function(guest: Guest) -> None:
    """As the calling convention has it."""
    assert guest.call(0xFFFFFFFF_80000000) == 0x10002


def test_smccc_1_2_says_what_it_offers(guest: Guest) -> None:
    """Its own two functions; no work-around of the firmware's."""
    assert guest.call(0x80000000) == 0x10002
    assert guest.call(0x80000001, 0x80000000) == 0
    assert guest.call(0x80000001, 0x80000001) == 0
    assert guest.call(0x80000001, 0x80008000) == NOT_SUPPORTED


def test_the_uid_is_ours(guest: Guest) -> None:
    """Four registers of four bytes each, little-endian."""
    guest.call(lib.MVP_CALL_UID)
    words = [int(word) for word in guest.vcpu().x[0:4]]
    text = b"".join(word.to_bytes(4, "little") for word in words)
    assert uuid.UUID(bytes=text) == uuid.UUID("6d767073-646b-4d56-8950-000000000001")


def test_version_and_features_are_told(guest: Guest) -> None:
    """The ABI's major and minor number, and one bit for each thing that is there."""
    assert guest.call(lib.MVP_CALL_REVISION) == 1
    assert guest.vcpu().x[1] == 0
    assert guest.call(lib.MVP_CALL_FEATURES) == 0x7DF
    assert guest.vcpu().x[1] == 0x10000
    assert guest.call(lib.MVP_CALL_COUNT) == 10


def test_a_guest_learns_which_partition_it_is(guest: Guest) -> None:
    """Its index, how many there are, and its kind."""
    assert guest.call(lib.MVP_CALL_PARTITION_INFO) == 1
    assert list(guest.vcpu().x[1:3]) == [2, lib.MVP_PERSONA]


def test_only_the_realtime_partition_learns_others_states(guest: Guest) -> None:
    """Personas know nothing of one another."""
    lib.machine.partitions[1].state = lib.MVP_PARTITION_CRASHED
    assert guest.call(lib.MVP_CALL_PARTITION_STATE, 1) == DENIED
    guest.config.kind = lib.MVP_REALTIME
    assert guest.call(lib.MVP_CALL_PARTITION_STATE, 1) == lib.MVP_PARTITION_CRASHED
    assert guest.call(lib.MVP_CALL_PARTITION_STATE, 2) == INVALID
    lib.machine.partitions[1].state = lib.MVP_PARTITION_OFF


def test_only_the_realtime_partition_sets_the_time_of_day(guest: Guest) -> None:
    """It is kept relative to the counter."""
    guest.host.time = 10 * guest.host.frequency
    assert guest.call(lib.MVP_CALL_TIME_OF_DAY, 1000) == DENIED
    assert lib.machine.time_of_day == 0
    guest.config.kind = lib.MVP_REALTIME
    assert guest.call(lib.MVP_CALL_TIME_OF_DAY, 1000) == 0
    assert lib.machine.time_of_day == 990


def test_a_mark_is_a_line_in_the_log(guest: Guest) -> None:
    """With the partition and the value, in hex."""
    assert guest.call(lib.MVP_CALL_TRACE_MARK, 0xABC) == 0
    assert b"mark partition=0x1 value=0xabc\r\n" in guest.sent()


def test_text_goes_to_the_console_under_the_partitions_name(
    guest: Guest, memory: bytearray
) -> None:
    """A line if it is short; of a long one the first 32 bytes, so that no interrupt waits long."""
    memory[16:24] = b"\nready!\n"
    assert guest.call(lib.MVP_CALL_CONSOLE_WRITE, RAM + 16, 8) == 1
    assert guest.call(lib.MVP_CALL_CONSOLE_WRITE, RAM + 17, 7) == 7
    assert b"[guest] ready!\r\n" in guest.sent()
    assert guest.call(lib.MVP_CALL_CONSOLE_WRITE, RAM, 0) == 0
    assert guest.call(lib.MVP_CALL_CONSOLE_WRITE, RAM + 32, 33) == 32


@pytest.mark.parametrize(
    ("address", "size"),
    [(RAM, 257), (RAM, 1 << 32), (RAM - 1, 4), (0x9000000, 4), (0xFFFFFFFFFFFFFFF8, 16)],
)
@pytest.mark.usefixtures("memory")
def test_text_from_nowhere_or_too_long_is_refused(guest: Guest, address: int, size: int) -> None:
    """Nothing is printed."""
    assert guest.call(lib.MVP_CALL_CONSOLE_WRITE, address, size) == INVALID
    assert guest.sent() == b""
