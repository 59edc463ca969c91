# SPDX-License-Identifier: Apache-2.0
"""A partition whose vCPUs are on CPUs of their own, in one machine."""

from typing import Any

import rig
from mvpsdk.core._library import ffi, lib


class SmpRig(rig.Rig):
    """vCPU n is pinned to CPU n, which runs it; the tests' own CPU is the first."""

    def __init__(self, vcpus: int = 2) -> None:
        machine: Any = ffi.addressof(lib, "machine")
        ffi.memmove(machine, bytes(ffi.sizeof("struct machine")), ffi.sizeof("struct machine"))
        super().__init__(vcpus=vcpus, load=False)
        self.machine = machine
        for number in range(vcpus):
            cpu = machine.cpus + number
            cpu.index = number
            cpu.slice_end = ffi.cast("uint64_t", -1)
            vcpu = self.vcpu(number)
            vcpu.home = cpu
            cpu.current = vcpu
            cpu.queue = vcpu
        for number in range(vcpus):
            self.at(number)
            lib.vgic_load(self.vcpu(number))
        self.at(0)

    def at(self, number: int) -> None:
        """What follows happens on this CPU."""
        lib.host_at(number)

    def leave(self) -> None:
        """The CPU at hand leaves the hypervisor."""
        lib.smp_release()

    def come(self, number: int) -> None:
        """A CPU that was called enters the hypervisor and leaves it again."""
        assert self.host.cpus[number].called
        self.host.cpus[number].called = 0
        here = int(self.machine.smp.here)
        self.at(number)
        lib.machine_interrupt(self.machine.cpus + number, lib.SMP_KICK)
        self.at(here)

    def acknowledge_at(self, number: int) -> int:
        """The guest on that CPU acknowledges an interrupt: INTID, or NONE."""
        here = int(self.machine.smp.here)
        self.at(number)
        intid = int(lib.host_guest_acknowledge())
        self.at(here)
        return intid
