# SPDX-License-Identifier: Apache-2.0
"""The sources that a build compiles for a feature alone (mvpsdk.abi.features says which it has)."""

from __future__ import annotations

__all__ = ["SOURCES"]

SOURCES = {
    "delegate": ("src/part.c", "src/rsa.c", "src/pack_delegate.c"),
    "early-console": ("src/uart.c",),
    "far": (),
    "flash": ("src/flash.c",),
    "halt": (),
    "menu": (),
    "power": ("src/pl061.c",),
    "rtc": ("src/pl031.c",),
    "smmu": ("src/smmu.c", "src/pack_smmu.c", "arch/aarch64/device.c"),
    "smp": (
        "src/smp.c",
        "arch/aarch64/lock.S",
        "arch/aarch64/secondary.c",
        "arch/aarch64/secondary.S",
    ),
    "soft-gic": ("src/gicc2.c",),
    "vgic2": ("src/vgic_dist2.c", "src/vgic_sgi2.c"),
}
"""What src/optional.h has by another name, and the sources that nothing else needs."""
