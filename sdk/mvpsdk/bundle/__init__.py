# SPDX-License-Identifier: Apache-2.0
"""Bundles: `pack` makes the one file that is flashed; `open` and `extract` look inside.

Each name is imported from its file on first use (PEP 562): who signs or verifies a bundle does not
wait for what makes one.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvpsdk.bundle.avb_check import problems
    from mvpsdk.bundle.containers import Wanted
    from mvpsdk.bundle.containers import find as find_container
    from mvpsdk.bundle.containers import names as container_names
    from mvpsdk.bundle.diffing import Change, diff
    from mvpsdk.bundle.making import Profile, pack, write_pack
    from mvpsdk.bundle.manifest import Content, Manifest, Signer, Virtual
    from mvpsdk.bundle.model import Boot, Bundle, Contents, Part, Slot
    from mvpsdk.bundle.opening import open_bundle as open  # noqa: A004 - one does it to a file
    from mvpsdk.bundle.origins import Supply
    from mvpsdk.bundle.persona import PersonaPart, make_part
    from mvpsdk.bundle.rebuilding import Rebuilt, compare
    from mvpsdk.bundle.taking import Digest, extract, is_digested, verify
    from mvpsdk.bundle.wrapping import Delivery, make

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
    "PersonaPart",
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
    "make_part",
    "open",
    "pack",
    "problems",
    "verify",
    "write_pack",
]

_FILES = {
    **dict.fromkeys(("Change", "diff"), "diffing"),
    **dict.fromkeys(("Profile", "pack", "write_pack"), "making"),
    **dict.fromkeys(("Content", "Manifest", "Signer", "Virtual"), "manifest"),
    **dict.fromkeys(("Boot", "Bundle", "Contents", "Part", "Slot"), "model"),
    **dict.fromkeys(("PersonaPart", "make_part"), "persona"),
    **dict.fromkeys(("Rebuilt", "compare"), "rebuilding"),
    **dict.fromkeys(("Digest", "extract", "is_digested", "verify"), "taking"),
    **dict.fromkeys(("Delivery", "make"), "wrapping"),
    "Supply": "origins",
    "Wanted": "containers",
    "problems": "avb_check",
}
_RENAMED = {
    "container_names": ("containers", "names"),
    "find_container": ("containers", "find"),
    "open": ("opening", "open_bundle"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes and functions
    """Import what is named from its file."""
    file, inside = _RENAMED.get(name) or (_FILES.get(name), name)
    if file is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{file}"), inside)
