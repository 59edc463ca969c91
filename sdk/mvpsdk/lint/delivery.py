# SPDX-License-Identifier: Apache-2.0
"""A bundle as the rules look at it: what it says of itself, and what its bytes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvpsdk.core.facade import Reason

__all__ = ["Delivered", "Delivery"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """One part of a bundle or image of its pack. Digests are SHA-256, hexadecimal."""

    name: str
    found: str  # of its bytes
    expected: str  # beside it in the container or the pack; "": nothing is said there
    told: str  # by the manifest; "": it does not name it


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """The one file that is flashed.

    Attributes:
        file: its name.
        size: in bytes.
        handset: the product's name; empty, as all that follows, if there is no manifest.
        board: the board that it is for.
        rollback_index: of the product.
        signed: whether it says that somebody vouches for it.
        test_keys: what of it a published test key signed: "configuration", "manifest".
        unproven: why a signature that it says it has proves nothing.
        indexes: what its parts say of the rollback index, if they differ; else empty.
        features: what the hypervisor in it has.
        has_manifest: whether it says anything of itself.
        fingerprint: of the core sources that the hypervisor was built from.
        made_for: of those that the pack was made for; empty: there is no pack, or it is refused.
        reason: what the hypervisor says of the pack's metadata; None: there is no pack.
        parts: everything in it.
        missing: what the manifest names and is not there.
    """

    file: str
    size: int
    handset: str = ""
    board: str = ""
    rollback_index: int = 0
    signed: bool = False
    test_keys: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    indexes: str = ""
    features: tuple[str, ...] = ()
    has_manifest: bool = False
    fingerprint: str = ""
    made_for: str = ""
    reason: Reason | None = None
    parts: tuple[Delivered, ...] = ()
    missing: tuple[str, ...] = ()
