# SPDX-License-Identifier: Apache-2.0
"""What a guest is told when it asks: ID registers and SMCCC features, answered by the core."""

from __future__ import annotations

from mvpsdk.core._library import ffi, lib

__all__ = ["arch_feature", "guest_id_register"]

SMCCC_ARCH_FEATURES = 0x8000_0001
"""Function id (Arm DEN0028, 7.3): is another function there?"""


def guest_id_register(crm: int, op2: int, real: int, *, vgic: int) -> int:
    """Return what a guest reads from the ID register S3_0_C0_crm_op2.

    real: the CPU's own value. vgic: version of the guest's GIC.
    """
    return int(lib.idreg_view(crm, op2, real, vgic))


def arch_feature(function: int) -> int:
    """Return the answer to SMCCC_ARCH_FEATURES for a function id: negative: it is not there."""
    cpu, vcpu = ffi.new("struct cpu *"), ffi.new("struct vcpu *")
    vcpu.home = cpu
    vcpu.x[0], vcpu.x[1] = SMCCC_ARCH_FEATURES, function
    lib.call_dispatch(vcpu)
    return int(ffi.cast("int64_t", vcpu.x[0]))
