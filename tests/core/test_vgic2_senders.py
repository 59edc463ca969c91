# SPDX-License-Identifier: Apache-2.0
"""SGIs of a vGICv2: pending once for each sender, and taken as that sender's."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import rig
from mvpsdk.core._library import lib
from rig import NONE
from rig2 import CPENDSGIR, SENDER_SHIFT, SGIR, SPENDSGIR, Rig2
from rig_soft import SoftRig

ALL = range(3)


@pytest.fixture(params=[Rig2, SoftRig])
def guest(request: pytest.FixtureRequest) -> Rig2:
    """Three vCPUs with all SGIs enabled, the first on the CPU and the others waiting."""
    guest: Rig2 = request.param(vcpus=3)
    guest.set_up()
    for number in ALL:
        guest.write(rig.ISENABLER, 0xFFFF, vcpu=number)
    for number in (1, 2):
        guest.vcpu(number).state = lib.VCPU_WAITING
    return guest


def test_an_sgi_tells_whose_it_is(guest: Rig2) -> None:
    """The sender's number stands beside the INTID, and must come back with the EOI."""
    guest.sgi(5, targets=0b001, sender=2)
    assert guest.acknowledge() == 2 << SENDER_SHIFT | 5
    guest.end(2 << SENDER_SHIFT | 5)
    assert guest.acknowledge() == NONE


def test_an_sgi_reaches_its_list_the_others_or_the_sender(guest: Rig2) -> None:
    """GICD_SGIR's filter; its fourth value is none, and vCPUs that are not there hear nothing."""
    for value, expected in (
        (0b101 << 16 | 1, [True, False, True]),
        (1 << 24 | 0b111 << 16 | 2, [False, True, True]),
        (2 << 24 | 0b111 << 16 | 3, [True, False, False]),
        (3 << 24 | 0b111 << 16 | 4, [False, False, False]),
        (0xF8 << 16 | 5, [False, False, False]),
    ):
        guest.write(SGIR, value)
        assert [bool(guest.senders(value & 15, n)) for n in ALL] == expected
    assert [guest.vcpu(n).state for n in ALL] == [lib.VCPU_READY] * 3


def test_two_senders_are_heard_one_after_the_other(guest: Rig2) -> None:
    """The second one comes when the first has ended, in a list register or out of it."""
    for sender in (2, 1, 0):
        guest.sgi(7, sender=sender)
    assert guest.acknowledge() == 2 << SENDER_SHIFT | 7
    assert guest.senders(7) == 0b011
    assert guest.acknowledge() == NONE
    guest.end(2 << SENDER_SHIFT | 7)
    assert guest.drain() == [7, 1 << SENDER_SHIFT | 7]


def test_the_same_sender_is_heard_once_until_it_is_taken(guest: Rig2) -> None:
    """And again after that, though the first has not ended yet."""
    for _ in range(3):
        guest.sgi(7, sender=1)
    assert guest.acknowledge() == 1 << SENDER_SHIFT | 7
    guest.sgi(7, sender=1)
    assert guest.acknowledge() == NONE
    guest.end(1 << SENDER_SHIFT | 7)
    assert guest.drain() == [1 << SENDER_SHIFT | 7]


def test_senders_are_set_and_cleared_by_byte_or_word(guest: Rig2) -> None:
    """GICD_SPENDSGIR and GICD_CPENDSGIR, of vCPUs that are there."""
    guest.write(SPENDSGIR + 8, 0xFF000300)
    assert guest.read(CPENDSGIR + 8) == 0x07000300
    assert guest.read(SPENDSGIR + 8) == 0x07000300
    guest.write(CPENDSGIR + 9, 0x01, 1)
    guest.write(CPENDSGIR + 11, 0x07, 1)
    assert guest.read(SPENDSGIR + 8) == 0x00000200
    assert guest.drain() == [1 << SENDER_SHIFT | 9]


def test_one_made_active_by_hand_is_the_first_vcpus(guest: Rig2) -> None:
    """It is ended as such."""
    guest.bit_write(rig.ISACTIVER, 6)
    guest.end(6)
    assert guest.bit_read(rig.ISACTIVER, 6) == 0


class Senders(RuleBasedStateMachine):
    """Three vCPUs send SGIs to the first, which comes and goes; each is heard once, as its own."""

    make: type[Rig2] = Rig2

    def __init__(self) -> None:
        super().__init__()
        self.rig = self.make(vcpus=3, lrs=3)
        self.rig.set_up()
        self.loaded = True
        self.enabled: set[int] = set()
        self.pending: set[tuple[int, int]] = set()
        self.active: dict[int, int] = {}  # INTID to sender

    def deliverable(self) -> set[tuple[int, int]]:
        """What could be acknowledged now."""
        return {
            (intid, sender)
            for intid, sender in self.pending
            if intid in self.enabled and intid not in self.active
        }

    @rule(intid=st.sampled_from([1, 2, 3, 4]), sender=st.sampled_from(ALL))
    def send(self, intid: int, sender: int) -> None:
        """GICD_SGIR."""
        self.pending.add((intid, sender))
        self.rig.sgi(intid, sender=sender)

    @rule(intid=st.sampled_from([1, 2, 3, 4]), senders=st.integers(0, 7), on=st.booleans())
    def write_senders(self, intid: int, senders: int, on: bool) -> None:
        """GICD_SPENDSGIR or GICD_CPENDSGIR."""
        told = {(intid, sender) for sender in ALL if senders >> sender & 1}
        self.pending = self.pending | told if on else self.pending - told
        self.rig.write((SPENDSGIR if on else CPENDSGIR) + intid, senders, 1)

    @rule(intid=st.sampled_from([1, 2, 3, 4]), on=st.booleans())
    def enable(self, intid: int, on: bool) -> None:
        """ISENABLER or ICENABLER."""
        (self.enabled.add if on else self.enabled.discard)(intid)
        self.rig.bit_write(rig.ISENABLER if on else rig.ICENABLER, intid)

    @precondition(lambda self: self.loaded and len(self.active) < 2)
    @rule()
    def acknowledge(self) -> None:
        """Of what is deliverable, something comes."""
        value = self.rig.acknowledge()
        if value == NONE:
            assert not self.deliverable()
            return
        taken = (value & 0x3FF, value >> SENDER_SHIFT)
        assert taken in self.deliverable()
        self.pending.remove(taken)
        self.active[taken[0]] = taken[1]

    @precondition(lambda self: self.loaded and self.active)
    @rule(data=st.data())
    def end(self, data: Any) -> None:
        """EOI, in any order, with the sender's number."""
        intid = data.draw(st.sampled_from(sorted(self.active)))
        self.rig.end(self.active.pop(intid) << SENDER_SHIFT | intid)

    @precondition(lambda self: self.loaded)
    @rule()
    def save(self) -> None:
        """The vCPU leaves the CPU."""
        lib.vgic_save(self.rig.vcpu())
        self.loaded = False

    @precondition(lambda self: not self.loaded)
    @rule()
    def load(self) -> None:
        """The vCPU enters the CPU."""
        lib.vgic_load(self.rig.vcpu())
        self.loaded = True

    @invariant()
    def registers_tell_the_truth(self) -> None:
        """GICD_CPENDSGIR, GICD_ISPENDR and GICD_ISACTIVER read as the model has it."""
        for intid in (1, 2, 3, 4):
            expected = sum(1 << sender for one, sender in self.pending if one == intid)
            assert self.rig.senders(intid) == expected
            assert self.rig.bit_read(rig.ISPENDR, intid) == bool(expected)
            assert self.rig.bit_read(rig.ISACTIVER, intid) == (intid in self.active)

    @invariant()
    def wakes_for_what_can_be_delivered(self) -> None:
        """WFI ends for that and nothing else."""
        assert self.rig.pending() == bool(self.deliverable())

    def teardown(self) -> None:
        """In the end nothing has been lost, and nothing is heard twice."""
        if not self.loaded:
            self.load()
        for intid, sender in self.active.items():
            self.rig.end(sender << SENDER_SHIFT | intid)
        self.active = {}
        expected = sorted(sender << SENDER_SHIFT | intid for intid, sender in self.deliverable())
        assert sorted(self.rig.drain()) == expected


class SoftSenders(Senders):
    """The same of a CPU interface in software."""

    make = SoftRig


SETTINGS = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
Senders.TestCase.settings = SETTINGS
SoftSenders.TestCase.settings = settings(SETTINGS, max_examples=80)
TestSenders = Senders.TestCase
TestSoftSenders = SoftSenders.TestCase
