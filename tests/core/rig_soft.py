# SPDX-License-Identifier: Apache-2.0
"""A partition whose GICv2 is software throughout, on a board that has no GICV."""

from mvpsdk.core._library import ffi, lib
from rig import NONE
from rig2 import Rig2

CTLR, PMR, BPR, IAR, EOIR, RPR, HPPIR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
ABPR, AIAR, AEOIR, AHPPIR, APR, IIDR, DIR = 0x1C, 0x20, 0x24, 0x28, 0xD0, 0xFC, 0x1000
GROUP0, GROUP1, ACK_GROUP1, FIQ, ONE_POINT, SPLIT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x200
"""Of GICC_CTLR."""

LOWEST = 0xF0
"""The least urgent priority that comes: no mask lets 0xF8 through."""


class SoftRig(Rig2):
    """One partition, whose guest drops an interrupt's priority as it takes it (EOImode 1).

    So whatever is deliverable comes, as to the other rigs' guests.
    """

    def __init__(self, vcpus: int = 1, intids: int = 96, lrs: int = 4, load: bool = True) -> None:
        super().__init__(vcpus, intids, lrs, load=False)
        lib.gicc2_init(self.partition)
        if load:
            lib.vgic_load(self.vcpu())

    def interface(self, offset: int, data: int | None = None, vcpu: int = 0) -> int:
        """Access a register of a vCPU's CPU interface."""
        if data is None:
            return int(lib.gicc2_read(self.vcpu(vcpu), offset))
        lib.gicc2_write(self.vcpu(vcpu), offset, data)
        return data

    def set_up(self, *enabled: int) -> None:
        """And each vCPU's interface is on, with all priorities let through."""
        super().set_up(*enabled)
        for number in range(self.partition.vcpu_count):
            self.interface(CTLR, GROUP0 | SPLIT, number)
            self.interface(PMR, 0xFF, number)

    def on_cpu(self) -> int:
        """The number of the vCPU that is on the CPU."""
        numbers = range(self.partition.vcpu_count)
        return next(n for n in numbers if self.vcpu(n).vgic.loaded)

    def acknowledge(self) -> int:
        """GICC_IAR, and the priority is dropped."""
        value = self.interface(IAR, vcpu=self.on_cpu())
        if value != NONE:
            self.interface(EOIR, value, self.on_cpu())
        return value

    def end(self, intid: int) -> None:
        """GICC_DIR."""
        self.interface(DIR, intid, self.on_cpu())

    def priority(self, intid: int, value: int, vcpu: int = 0) -> None:
        """Set an interrupt's priority, such that it may come."""
        super().priority(intid, min(value, LOWEST), vcpu)

    @property
    def signal(self) -> int:
        """What the CPU has been told: 0, GICC2_IRQ or GICC2_FIQ."""
        return int(self.host.signal)

    def registers(self) -> list[int]:
        """The list registers that hold something, as they are written."""
        held = ffi.unpack(self.vcpu(self.on_cpu()).vgic.interface.lr, lib.GICC2_LRS)
        return [value for value in held if value >> 62]
