# SPDX-License-Identifier: Apache-2.0
"""The same partition with a GICv2: everything is in the distributor, and senders of SGIs count."""

from mvpsdk.core._library import lib
from rig import ICPENDR, IPRIORITYR, ISENABLER, ISPENDR, Rig

ITARGETSR, SGIR, CPENDSGIR, SPENDSGIR = 0x800, 0xF00, 0xF10, 0xF20
SENDER_SHIFT = 10
"""Of the sender's number in what an acknowledge returns (GICC_IAR)."""


class Rig2(Rig):
    """One partition with a GICv2; the first vCPU is on the CPU unless told otherwise."""

    ENABLE = 1  # GICD_CTLR: group 0, where everything is after reset

    def __init__(self, vcpus: int = 1, intids: int = 96, lrs: int = 4, load: bool = True) -> None:
        super().__init__(vcpus, intids, lrs, load=False)
        self.config.vgic = 2
        lib.vgic2_init(self.partition)
        if load:
            lib.vgic_load(self.vcpu())

    def access(self, vcpu: int, offset: int, size: int, data: int | None = None) -> int:
        """Access a distributor register as one of the vCPUs."""
        if data is None:
            return int(lib.vgic_distributor2_read(self.vcpu(vcpu), offset, size))
        lib.vgic_distributor2_write(self.vcpu(vcpu), offset, size, data)
        return data

    def read(self, offset: int, size: int = 4, vcpu: int = 0) -> int:
        """Read a distributor register."""
        return self.access(vcpu, offset, size)

    def write(self, offset: int, data: int, size: int = 4, vcpu: int = 0) -> None:
        """Write a distributor register."""
        self.access(vcpu, offset, size, data)

    def bit_write(self, register: int, intid: int, vcpu: int = 0) -> None:
        """Write the interrupt's bit; whether an SGI is pending, by its sender 0."""
        if intid < 16 and register in (ISPENDR, ICPENDR):
            place = SPENDSGIR if register == ISPENDR else CPENDSGIR
            self.write(place + intid, 1, 1, vcpu)
        else:
            self.write(register + intid // 32 * 4, 1 << intid % 32, vcpu=vcpu)

    def bit_read(self, register: int, intid: int, vcpu: int = 0) -> int:
        """Read the interrupt's bit."""
        return self.read(register + intid // 32 * 4, vcpu=vcpu) >> intid % 32 & 1

    def priority(self, intid: int, value: int, vcpu: int = 0) -> None:
        """Set an interrupt's priority by a byte access."""
        self.write(IPRIORITYR + intid, value, 1, vcpu)

    def set_up(self, *enabled: int) -> None:
        """As an OS does at start: group 0 on, SPIs to the first vCPU, these interrupts enabled."""
        self.write(0, self.ENABLE)
        for intid in range(32, 32 * int(self.partition.vgic.words), 4):
            self.write(ITARGETSR + intid, 0x01010101)
        for intid in enabled:
            self.bit_write(ISENABLER, intid)

    def sgi(self, intid: int, targets: int = 1, sender: int = 0) -> None:
        """A vCPU sends an SGI to a list of vCPUs."""
        self.write(SGIR, targets << 16 | intid, vcpu=sender)

    def senders(self, intid: int, vcpu: int = 0) -> int:
        """The vCPUs whose SGI is pending for this one, a bit for each."""
        return self.read(CPENDSGIR + intid, 1, vcpu)
