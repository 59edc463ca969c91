# SPDX-License-Identifier: Apache-2.0
"""A partition on the host's machine, as the tests of the virtual platform use it."""

from typing import Any

from mvpsdk.core._library import ffi, lib

UART, OTHER, BOUND = 33, 40, 45
"""Shared interrupts of delivering(): two of emulated devices, one of a device of the board."""

NONE = 1023
"""What an acknowledge returns when nothing is pending."""

TIMER = 27
TIMER_PHYSICAL = 28
"""The board's virtual timer interrupt: not 27, so that a confusion would show."""

CTLR, TYPER, ISENABLER, ICENABLER = 0x000, 0x004, 0x100, 0x180
IGROUPR, ISPENDR, ICPENDR, ISACTIVER, ICACTIVER = 0x080, 0x200, 0x280, 0x300, 0x380
IPRIORITYR, ICFGR, IROUTER = 0x400, 0xC00, 0x6000
SGI_FRAME = 0x10000
STRIDE = 0x20000


class Rig:
    """One partition and its vCPUs; the first vCPU is on the CPU unless told otherwise."""

    ENABLE = 2  # GICD_CTLR: group 1, where set_up() puts everything

    def __init__(self, vcpus: int = 1, intids: int = 96, lrs: int = 4, load: bool = True) -> None:
        lib.host_reset()
        while lib.console_send():  # what an earlier test left
            lib.host.sent_count = 0
        lib.host.sent_count = 0
        lib.host.lr_count = lrs
        self.host: Any = lib.host
        self.cpu = ffi.new("struct cpu *")
        self.config = ffi.new("struct mvp_partition *")
        self.config.name = b"guest"
        self.config.kind = lib.MVP_PERSONA
        self.config.vgic = 3
        self.partition: Any = ffi.new("struct partition *")
        self.vcpus: Any = ffi.new("struct vcpu[]", vcpus)
        self.partition.config = self.config
        self.partition.vcpus = self.vcpus
        self.partition.vcpu_count = vcpus
        lib.vgic_init(ffi.addressof(self.partition.vgic), intids)
        for number in range(vcpus):
            vcpu = self.vcpu(number)
            vcpu.partition = self.partition
            vcpu.home = self.cpu
            vcpu.number = number
            vcpu.state = lib.VCPU_READY
            lib.vgic_cpu_init(ffi.addressof(vcpu.vgic), lrs, TIMER_PHYSICAL)
        if load:
            lib.vgic_load(self.vcpu())

    def vcpu(self, number: int = 0) -> Any:
        """Return a pointer to a vCPU."""
        return self.vcpus + number

    def read(self, offset: int, size: int = 4) -> int:
        """Read a distributor register."""
        return int(lib.vgic_distributor_read(self.vcpu(), offset, size))

    def write(self, offset: int, data: int, size: int = 4) -> None:
        """Write a distributor register."""
        lib.vgic_distributor_write(self.vcpu(), offset, size, data)

    def read_redistributor(self, offset: int, size: int = 4) -> int:
        """Read a register of the row of redistributors."""
        return int(lib.vgic_redistributor_read(self.vcpu(), offset, size))

    def write_redistributor(self, offset: int, data: int, size: int = 4) -> None:
        """Write a register of the row of redistributors."""
        lib.vgic_redistributor_write(self.vcpu(), offset, size, data)

    def bit_write(self, register: int, intid: int, vcpu: int = 0) -> None:
        """Write the interrupt's bit where its registers are, by its INTID."""
        if intid < 32:
            self.write_redistributor(vcpu * STRIDE + SGI_FRAME + register, 1 << intid)
        else:
            self.write(register + intid // 32 * 4, 1 << intid % 32)

    def bit_read(self, register: int, intid: int, vcpu: int = 0) -> int:
        """Read the interrupt's bit."""
        if intid < 32:
            word = self.read_redistributor(vcpu * STRIDE + SGI_FRAME + register)
        else:
            word = self.read(register + intid // 32 * 4)
        return word >> intid % 32 & 1

    def priority(self, intid: int, value: int, vcpu: int = 0) -> None:
        """Set an interrupt's priority by a byte access."""
        if intid < 32:
            offset = vcpu * STRIDE + SGI_FRAME + IPRIORITYR + intid
            self.write_redistributor(offset, value, 1)
        else:
            self.write(IPRIORITYR + intid, value, 1)

    def edge(self, intid: int) -> None:
        """Make a shared interrupt edge-triggered."""
        offset = ICFGR + intid // 16 * 4
        self.write(offset, self.read(offset) | 2 << intid % 16 * 2)

    def registers(self) -> list[int]:
        """The list registers that hold something, as they are written."""
        return [value for value in self.host.lr[0 : self.host.lr_count] if value >> 62]

    def set_up(self, *enabled: int) -> None:
        """As an OS does at start: everything in group 1, group 1 on, these interrupts enabled."""
        for number in range(self.partition.vcpu_count):
            self.write_redistributor(number * STRIDE + SGI_FRAME + IGROUPR, 0xFFFFFFFF)
        for word in range(1, self.partition.vgic.words):
            self.write(IGROUPR + 4 * word, 0xFFFFFFFF)
        self.write(CTLR, self.ENABLE)
        for intid in enabled:
            self.bit_write(ISENABLER, intid)

    def sgi(self, intid: int) -> None:
        """The vCPU on the CPU sends itself an SGI."""
        lib.vgic_sgi(self.vcpu(), intid << 24 | 1)

    def hardware(self, intid: int) -> None:
        """A physical interrupt comes and is acknowledged by the hypervisor."""
        physical = TIMER_PHYSICAL if intid == TIMER else intid
        assert not self.host.active[physical], "an active interrupt can't come again"
        self.host.active[physical] = 1
        lib.vgic_hardware(self.vcpu(), intid)

    def line(self, intid: int, high: bool) -> None:
        """Drive an emulated device's line."""
        lib.vgic_line(self.vcpu(), intid, high)

    def serve(self) -> None:
        """Serve the maintenance interrupt as long as it is high, for the vCPU on the CPU."""
        for _ in range(20):
            if not lib.host_maintenance():
                return
            for number in range(self.partition.vcpu_count):
                lib.vgic_maintenance(self.vcpu(number))
        raise AssertionError("the maintenance interrupt storms")

    def acknowledge(self) -> int:
        """The guest on the CPU acknowledges: INTID or NONE."""
        intid = int(lib.host_guest_acknowledge())
        self.serve()
        return intid

    def end(self, intid: int) -> None:
        """The guest on the CPU ends an interrupt, which must stand in a list register."""
        assert lib.host_guest_end(intid)
        self.serve()

    def drain(self) -> list[int]:
        """Acknowledge and end until nothing is left."""
        taken = []
        while (intid := self.acknowledge()) != NONE:
            taken.append(intid)
            self.end(intid)
        return taken

    def pending(self, vcpu: int = 0) -> bool:
        """Would the vCPU wake from WFI?"""
        return bool(lib.vgic_pending(self.vcpu(vcpu)))

    def switch(self, old: int, new: int) -> None:
        """One vCPU leaves the CPU, another enters it."""
        lib.vgic_save(self.vcpu(old))
        lib.vgic_load(self.vcpu(new))


def delivering() -> Rig:
    """One vCPU on the CPU with a few interrupts enabled, of each kind."""
    guest = Rig()
    lib.vgic_bind(guest.vcpu(), BOUND, False)
    guest.set_up(1, 2, 3, 20, TIMER, UART, OTHER, BOUND)
    return guest
