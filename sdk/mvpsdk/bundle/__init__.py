# SPDX-License-Identifier: Apache-2.0
"""Bundles: `pack` makes the one file that is flashed; `open` and `extract` look inside."""

import importlib
from typing import TYPE_CHECKING

from mvpsdk.bundle.containers import Wanted
from mvpsdk.bundle.containers import find as find_container
from mvpsdk.bundle.containers import names as container_names
from mvpsdk.bundle.making import Bundle, Profile, pack, write_pack
from mvpsdk.bundle.manifest import Content, Manifest, Signer, Virtual
from mvpsdk.bundle.model import Boot, Contents, Part, Slot
from mvpsdk.bundle.opening import open_bundle as open  # noqa: A004 - it is what one does to a file
from mvpsdk.bundle.origins import Supply
from mvpsdk.bundle.taking import Digest, extract, is_digested, verify
from mvpsdk.bundle.wrapping import Delivery, make

if TYPE_CHECKING:
    from mvpsdk.bundle.avb_check import problems
    from mvpsdk.bundle.diffing import Change, diff
    from mvpsdk.bundle.rebuilding import Rebuilt, compare

__all__ = [
    "Boot",
    "Bundle",
    "Change",
    "Content",
    "Contents",
    "Delivery",
    "Digest",
    "Manifest",
    "Part",
    "Profile",
    "Rebuilt",
    "Signer",
    "Slot",
    "Supply",
    "Virtual",
    "Wanted",
    "compare",
    "container_names",
    "diff",
    "extract",
    "find_container",
    "is_digested",
    "make",
    "open",
    "pack",
    "problems",
    "verify",
    "write_pack",
]

_LATER = {
    "Change": "diffing",
    "Rebuilt": "rebuilding",
    "compare": "rebuilding",
    "diff": "diffing",
    "problems": "avb_check",
}
"""What is imported when it is first asked for: whoever makes or boots a bundle does without it."""


def __getattr__(name: str) -> object:
    """Import what is not needed each time (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
