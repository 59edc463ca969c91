# SPDX-License-Identifier: Apache-2.0
"""What a build of the hypervisor offers to guests: the note that its image carries.

The core answers MVP_CALL_FEATURES from the same features; a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.abi.features import bits
from mvpsdk.abi.own import own_digest
from mvpsdk.core.facade import CONSTANTS, Note

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["offered"]

_CHOSEN = ("flash", "menu", "power", "rtc", "smmu", "smp", "vgic2")
_FIRST_CALL = CONSTANTS["CALL_FEATURES"]
_LAST_CALL = CONSTANTS["CALL_PINS"]
_PINS = 1 << (_LAST_CALL - _FIRST_CALL)
_ANYWHERE = 0xFFFF_FFFF_FFFF_FFFF
_GICV2, _GICV3 = 2, 3


def offered(gic: int, features: Collection[str]) -> Note:
    """Return the note of a build for boards with this version of the GIC.

    features: what is in it, as `features.present` tells. Of the two vGICs a board offers its own
    version; software makes a vGICv2 where "vgic2" is in and the hardware's is another.
    """
    chosen = bits(_CHOSEN)
    always = CONSTANTS["FEATURES"] & ~chosen & ~CONSTANTS["FEATURE_VGIC3"]
    own = CONSTANTS["FEATURE_VGIC3"] if gic == _GICV3 else 0
    calls = (_PINS << 1) - 1 if "power" in features else _PINS - 1
    versions = {gic, *([_GICV2] if "vgic2" in features else [])}
    return Note(
        role=CONSTANTS["NOTE_ROLE_HYPERVISOR"],
        psci_conduits=CONSTANTS["NOTE_CONDUIT_HVC"] | CONSTANTS["NOTE_CONDUIT_SMC"],
        abi_major=CONSTANTS["ABI_MAJOR"],
        abi_minor=CONSTANTS["ABI_MINOR"],
        features=always | own | bits(features),
        calls=calls,
        vgic_versions=sum(1 << version for version in versions),
        page_sizes=1,
        linked_ipa=_ANYWHERE,
        layouts=own_digest(),
        intact=True,
    )
