# SPDX-License-Identifier: Apache-2.0
"""The vGIC against a plain model of one: random guests, devices and switches."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import rig
from mvpsdk.core._library import lib
from rig2 import Rig2
from rig_soft import SoftRig

SGIS = [1, 2, 3]
LEVEL = [20, 30, 33, 34, 60]
EDGE = [40, 41]
BOUND = [rig.TIMER, 45, 70]
ALL = [*SGIS, *LEVEL, *EDGE, *BOUND]
PRIORITIES = [0x00, 0x40, 0x80, 0xA0, 0xF8]


class Interrupt:
    """What the architecture knows of an interrupt."""

    def __init__(self, intid: int) -> None:
        self.intid = intid
        self.enabled = False
        self.latch = False
        self.line = False
        self.raised = False  # a physical interrupt that the guest has not acknowledged
        self.active = False
        self.priority = 0
        self.released = 0  # how often the physical one was let go, switches apart

    @property
    def pending(self) -> bool:
        """Level, latch or hardware."""
        level = self.intid in LEVEL and self.line
        return self.latch or self.raised or level


class VgicModel(RuleBasedStateMachine):
    """One vCPU that comes and goes; whatever happens, guest and model see the same."""

    make: type[rig.Rig] = rig.Rig

    def __init__(self) -> None:
        super().__init__()
        self.rig = self.make()
        self.rig.set_up()
        self.loaded = True
        self.control = True
        self.all = {intid: Interrupt(intid) for intid in ALL}
        self.nested: list[int] = []  # acknowledged and not ended, innermost last
        for intid in EDGE:
            self.rig.edge(intid)
        for intid in (45, 70):
            lib.vgic_bind(self.rig.vcpu(), intid, intid == 70)

    def deliverable(self) -> list[Interrupt]:
        """What a guest with all priorities unmasked could acknowledge now."""
        return [
            one
            for one in self.all.values()
            if self.control and one.enabled and one.pending and not one.active
        ]

    @staticmethod
    def release(one: Interrupt) -> None:
        """The guest is done with it: the physical interrupt is let go unless it waits again."""
        if one.intid in BOUND and not (one.raised or one.active):
            one.released += 1

    # ---- devices and the hardware ----

    @rule(intid=st.sampled_from(LEVEL + EDGE), high=st.booleans())
    def line_moves(self, intid: int, high: bool) -> None:
        """A device drives its line."""
        one = self.all[intid]
        if intid in EDGE and high and not one.line:
            one.latch = True
        one.line = high
        self.rig.line(intid, high)

    @rule(intid=st.sampled_from(EDGE))
    def pulse(self, intid: int) -> None:
        """A device sends an edge."""
        self.all[intid].latch = True
        lib.vgic_pulse(self.rig.vcpu(), intid)

    @rule(intid=st.sampled_from(BOUND))
    def hardware(self, intid: int) -> None:
        """The board raises an interrupt."""
        one = self.all[intid]
        if one.raised or one.active or (intid == rig.TIMER and not self.loaded):
            return  # still active at the physical controller, or not this vCPU's
        one.raised = True
        self.rig.hardware(intid)

    # ---- the guest ----

    @rule(intid=st.sampled_from(SGIS))
    def sgi(self, intid: int) -> None:
        """The guest sends one to itself."""
        self.all[intid].latch = True
        self.rig.sgi(intid)

    @rule(intid=st.sampled_from(ALL), on=st.booleans())
    def enable(self, intid: int, on: bool) -> None:
        """ISENABLER or ICENABLER."""
        self.all[intid].enabled = on
        self.rig.bit_write(rig.ISENABLER if on else rig.ICENABLER, intid)

    @rule(on=st.booleans())
    def enable_group(self, on: bool) -> None:
        """GICD_CTLR."""
        self.control = on
        self.rig.write(rig.CTLR, self.rig.ENABLE if on else 0)

    @rule(intid=st.sampled_from(ALL), priority=st.sampled_from(PRIORITIES))
    def set_priority(self, intid: int, priority: int) -> None:
        """IPRIORITYR."""
        self.all[intid].priority = priority
        self.rig.priority(intid, priority)

    @rule(intid=st.sampled_from(SGIS + LEVEL + EDGE))
    def set_pending(self, intid: int) -> None:
        """ISPENDR."""
        self.all[intid].latch = True
        self.rig.bit_write(rig.ISPENDR, intid)

    @rule(intid=st.sampled_from(ALL))
    def clear_pending(self, intid: int) -> None:
        """ICPENDR."""
        one = self.all[intid]
        if one.intid == rig.TIMER and not self.loaded:
            return
        one.latch = False
        if one.raised:
            one.raised = False
            self.release(one)
        self.rig.bit_write(rig.ICPENDR, intid)

    @rule(intid=st.sampled_from(ALL))
    def clear_active(self, intid: int) -> None:
        """ICACTIVER."""
        one = self.all[intid]
        if not one.active or (one.intid == rig.TIMER and not self.loaded):
            return
        one.active = False
        self.nested.remove(intid)
        self.release(one)
        self.rig.bit_write(rig.ICACTIVER, intid)

    @precondition(lambda self: self.loaded and len(self.nested) < 2)
    @rule()
    def acknowledge(self) -> None:
        """The most urgent comes first."""
        ready = self.deliverable()
        intid = self.rig.acknowledge()
        if intid == rig.NONE:
            assert ready == []
            return
        one = self.all[intid]
        assert one in ready
        assert one.priority == min(other.priority for other in ready)
        one.latch = one.raised = False
        one.active = True
        self.nested.append(intid)

    @precondition(lambda self: self.loaded and self.nested)
    @rule(data=st.data())
    def end(self, data: Any) -> None:
        """EOI, in any order."""
        one = self.all[data.draw(st.sampled_from(self.nested))]
        self.nested.remove(one.intid)
        one.active = False
        self.release(one)
        self.rig.end(one.intid)

    # ---- the scheduler ----

    @precondition(lambda self: self.loaded)
    @rule()
    def save(self) -> None:
        """The vCPU leaves the CPU, and nothing of it stays there."""
        lib.vgic_save(self.rig.vcpu())
        self.loaded = False
        self.all[rig.TIMER].raised = False  # its line will raise it again
        assert lib.arch_lr_empty() == 0b1111
        assert not lib.host_maintenance()

    @precondition(lambda self: not self.loaded)
    @rule()
    def load(self) -> None:
        """The vCPU enters the CPU."""
        lib.vgic_load(self.rig.vcpu())
        self.loaded = True

    # ---- what must always hold ----

    @invariant()
    def registers_tell_the_truth(self) -> None:
        """ISPENDR and ISACTIVER read as the model has it."""
        for one in self.all.values():
            assert self.rig.bit_read(rig.ISPENDR, one.intid) == one.pending, one.intid
            assert self.rig.bit_read(rig.ISACTIVER, one.intid) == one.active, one.intid

    @invariant()
    def wakes_for_what_can_be_delivered(self) -> None:
        """WFI ends for that and nothing else."""
        assert self.rig.pending() == bool(self.deliverable())

    @invariant()
    def physical_interrupts_are_held_until_done(self) -> None:
        """Active as long as the guest is not done, and let go once."""
        for one in (self.all[intid] for intid in BOUND):
            timer = one.intid == rig.TIMER
            physical = rig.TIMER_PHYSICAL if timer else one.intid
            held = (one.raised or one.active) and (self.loaded or not timer)
            assert self.rig.host.active[physical] == held, one.intid
            assert self.rig.host.deactivated[physical] == one.released, one.intid

    def teardown(self) -> None:
        """In the end nothing has been lost, and nothing is delivered that should not be."""
        if not self.loaded:
            self.load()
        for intid in self.nested:
            self.rig.end(intid)
            self.all[intid].active = False
        for intid in LEVEL:
            self.rig.line(intid, False)
            self.all[intid].line = False
        expected = {one.intid for one in self.deliverable()}
        assert set(self.rig.drain()) == expected


class Vgic2Model(VgicModel):
    """The same of a GICv2: all registers are the distributor's, all interrupts in group 0."""

    make = Rig2


class SoftVgicModel(VgicModel):
    """The same of a GICv2 in software, which tells the CPU of what can be delivered."""

    make = SoftRig

    @invariant()
    def the_cpu_knows(self) -> None:
        """HCR_EL2.VI is set while something can come and at no other time; ICH stays off."""
        assert self.rig.host.signal == (lib.GICC2_IRQ if self.loaded and self.deliverable() else 0)
        assert self.rig.host.interface_off == self.loaded
        assert self.rig.host.lr_writes == 0


SETTINGS = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
VgicModel.TestCase.settings = SETTINGS
Vgic2Model.TestCase.settings = SETTINGS
SoftVgicModel.TestCase.settings = settings(SETTINGS, max_examples=80)
TestVgicModel = VgicModel.TestCase
TestVgic2Model = Vgic2Model.TestCase
TestSoftVgicModel = SoftVgicModel.TestCase
