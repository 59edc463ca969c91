# SPDX-License-Identifier: Apache-2.0
"""A GICv2's CPU interface in software against what the architecture says of one: random guests.

The model is written from Arm IHI 0048 (3.2, 3.3, 4.4) and knows nothing of list registers: no more
interrupts wait than are offered to the interface at once, the timer and two others.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import rig
import rig_soft as soft
from mvpsdk.core._library import lib
from rig2 import SENDER_SHIFT
from rig_soft import SoftRig

SGI, SPIS = 5, (40, 41)
ALL = (SGI, *SPIS, rig.TIMER)
ROOM = 2
IDLE = 0x100
CONTROLS = (soft.GROUP0, soft.GROUP1, soft.ACK_GROUP1, soft.FIQ, soft.ONE_POINT, soft.SPLIT)
PRIORITIES = st.integers(0, 31).map(lambda level: 8 * level)


@dataclass(slots=True)
class Interrupt:
    """One of the guest's."""

    priority: int = 0
    group: int = 0
    pending: bool = False
    active: bool = False
    tag: int = 0  # the sender's number, where IAR has it


class InterfaceModel(RuleBasedStateMachine):
    """One vCPU on the CPU; every register reads, and the CPU is told, what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = SoftRig(vcpus=2)
        self.rig.set_up(*ALL)
        self.rig.write(rig.CTLR, 3)
        for intid in SPIS:
            self.rig.edge(intid)
        self.all = {intid: Interrupt() for intid in ALL}
        self.control, self.mask, self.points = soft.GROUP0 | soft.SPLIT, 0xF8, [2, 3]
        self.running: set[int] = set()  # group priorities that are active

    # ---- what the manual says ----

    def enabled(self, group: int) -> bool:
        """GICC_CTLR lets the group through."""
        return bool(self.control >> group & 1)

    def group_priority(self, one: Interrupt) -> int:
        """What of its priority counts for preemption (3.3.3): table 3-2, and note on ABPR."""
        own_point = one.group == 1 and not self.control & soft.ONE_POINT
        low_bits: int = self.points[1] if own_point else self.points[0] + 1
        return one.priority >> low_bits << low_bits

    def waiting(self) -> list[tuple[int, int]]:
        """Priority and INTID of what the interface has to offer."""
        return sorted(
            (one.priority, intid)
            for intid, one in self.all.items()
            if one.pending and not one.active and self.enabled(one.group)
        )

    def best(self, limit: int) -> list[int]:
        """Those that may come first: several, if their priorities are equal."""
        found = [pair for pair in self.waiting() if pair[0] < limit]
        return [intid for priority, intid in found if priority == found[0][0]]

    def takeable(self) -> list[int]:
        """Of these the ones that preempt what is active."""
        now = min(self.running, default=IDLE)
        return [
            intid for intid in self.best(self.mask) if self.group_priority(self.all[intid]) < now
        ]

    def answers(self, found: list[int], *, alias: bool) -> set[int]:
        """What IAR or HPPIR may say where one of these is first; AIAR and AHPPIR: alias."""
        told = {rig.NONE} if not found else set()
        for intid in found:
            one = self.all[intid]
            if alias and one.group == 0:
                told.add(rig.NONE)
            elif not alias and one.group == 1 and not self.control & soft.ACK_GROUP1:
                told.add(1022)
            else:
                told.add(one.tag << SENDER_SHIFT | intid)
        return told

    def signals(self) -> set[int]:
        """What the CPU is to be told: nothing, IRQ or FIQ."""
        told = set()
        for intid in self.takeable():
            is_fiq = self.all[intid].group == 0 and self.control & soft.FIQ
            told.add(lib.GICC2_FIQ if is_fiq else lib.GICC2_IRQ)
        return told or {0}

    # ---- the guest and its devices ----

    def there_is_room(self) -> bool:
        """For one more that waits."""
        return sum(self.all[intid].pending for intid in (SGI, *SPIS)) < ROOM

    @rule(intid=st.sampled_from(SPIS))
    def pulse(self, intid: int) -> None:
        """A device sends an edge."""
        if self.there_is_room() and not self.all[intid].active:  # of both the other models tell
            self.all[intid].pending = True
            lib.vgic_pulse(self.rig.vcpu(), intid)

    @rule(sender=st.integers(0, 1))
    def send(self, sender: int) -> None:
        """One of the vCPUs sends the SGI."""
        one = self.all[SGI]
        if self.there_is_room() and not (one.active or one.pending):
            one.pending, one.tag = True, sender
            self.rig.sgi(SGI, sender=sender)

    @rule()
    def timer(self) -> None:
        """The virtual timer fires."""
        one = self.all[rig.TIMER]
        if not (one.active or one.pending):
            one.pending = True
            self.rig.hardware(rig.TIMER)

    @rule(intid=st.sampled_from(ALL), priority=PRIORITIES, group=st.integers(0, 1))
    def arrange(self, intid: int, priority: int, group: int) -> None:
        """GICD_IPRIORITYR and GICD_IGROUPR."""
        self.all[intid].priority, self.all[intid].group = priority, group
        self.rig.write(rig.IPRIORITYR + intid, priority, 1)
        register = rig.IGROUPR + intid // 32 * 4
        kept = self.rig.read(register) & ~(1 << intid % 32)
        self.rig.write(register, kept | group << intid % 32)

    @rule(bits=st.sets(st.sampled_from(CONTROLS)))
    def set_control(self, bits: set[int]) -> None:
        """GICC_CTLR; what else is written to it stays 0."""
        self.control = sum(bits)
        self.rig.interface(soft.CTLR, self.control | 0xFFFFFDE0)
        assert self.rig.interface(soft.CTLR) == self.control

    @rule(mask=st.integers(0, 0xFF))
    def set_mask(self, mask: int) -> None:
        """GICC_PMR: the upper five bits."""
        self.mask = mask & 0xF8
        self.rig.interface(soft.PMR, mask)
        assert self.rig.interface(soft.PMR) == self.mask

    @rule(group=st.integers(0, 1), point=st.integers(0, 7))
    def set_point(self, group: int, point: int) -> None:
        """GICC_BPR or GICC_ABPR: not less than what five bits of priority leave."""
        self.points[group] = max(point, 2 + group)
        offset = soft.ABPR if group else soft.BPR
        self.rig.interface(offset, point)
        assert self.rig.interface(offset) == self.points[group]

    @rule(alias=st.booleans())
    def acknowledge(self, alias: bool) -> None:
        """GICC_IAR or GICC_AIAR."""
        allowed = self.answers(self.takeable(), alias=alias)
        value = self.rig.interface(soft.AIAR if alias else soft.IAR)
        assert value in allowed
        if value < 1022 or value >> SENDER_SHIFT:
            one = self.all[value & 0x3FF]
            one.pending, one.active = False, True
            self.running.add(self.group_priority(one))

    @rule(intid=st.sampled_from(ALL), alias=st.booleans())
    def end(self, intid: int, alias: bool) -> None:
        """GICC_EOIR or GICC_AEOIR: the most urgent priority that is active is over."""
        self.running.discard(min(self.running, default=IDLE))
        self.rig.interface(soft.AEOIR if alias else soft.EOIR, self.told(intid))
        if not self.control & soft.SPLIT:
            self.all[intid].active = False

    @rule(intid=st.sampled_from(ALL))
    def deactivate(self, intid: int) -> None:
        """GICC_DIR counts in EOImode 1 only."""
        self.rig.interface(soft.DIR, self.told(intid))
        if self.control & soft.SPLIT:
            self.all[intid].active = False

    def told(self, intid: int) -> int:
        """What IAR said of it."""
        return self.all[intid].tag << SENDER_SHIFT | intid

    @rule(special=st.integers(1020, 1023), offset=st.sampled_from([soft.EOIR, soft.DIR]))
    def end_nothing(self, special: int, offset: int) -> None:
        """The end of no interrupt is none."""
        self.rig.interface(offset, special)

    @rule()
    def leave_and_come(self) -> None:
        """The vCPU leaves the CPU, which is told no more, and comes back."""
        lib.vgic_save(self.rig.vcpu())
        assert self.rig.signal == 0
        self.all[rig.TIMER].pending = False  # its line will raise it again
        lib.vgic_load(self.rig.vcpu())

    # ---- what must always hold ----

    @invariant()
    def the_cpu_is_told(self) -> None:
        """HCR_EL2.VI and .VF."""
        assert self.rig.signal in self.signals()

    @invariant()
    def registers_tell_the_truth(self) -> None:
        """What is first, what runs, and each interrupt's state."""
        for offset in (soft.HPPIR, soft.AHPPIR):
            allowed = self.answers(self.best(IDLE), alias=offset == soft.AHPPIR)
            assert self.rig.interface(offset) in allowed
        assert self.rig.interface(soft.RPR) == min(self.running, default=0xFF)
        assert self.rig.interface(soft.APR) == sum(1 << level // 8 for level in self.running)
        for intid, one in self.all.items():
            assert self.rig.bit_read(rig.ISPENDR, intid) == one.pending, intid
            assert self.rig.bit_read(rig.ISACTIVER, intid) == one.active, intid

    @invariant()
    def the_timer_is_held_until_its_end(self) -> None:
        """The physical interrupt is active as long as the guest has to do with it."""
        one = self.all[rig.TIMER]
        assert self.rig.host.active[rig.TIMER_PHYSICAL] == (one.pending or one.active)


InterfaceModel.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestInterfaceModel = InterfaceModel.TestCase
