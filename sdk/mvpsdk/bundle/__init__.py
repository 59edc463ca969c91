# SPDX-License-Identifier: Apache-2.0
"""Bundles: `pack` makes the one file that is flashed; `open` and `extract` look inside.

Each name is imported from its file on first use (PEP 562): who signs or verifies a bundle does not
wait for what makes one.
"""

from typing import TYPE_CHECKING

from mvpsdk.first_use import names_of

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
    from mvpsdk.bundle.recognising import Kind, is_fit, kind_of
    from mvpsdk.bundle.scribing import scribe
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
    "Kind",
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
    "is_fit",
    "kind_of",
    "make",
    "make_part",
    "open",
    "pack",
    "problems",
    "scribe",
    "verify",
    "write_pack",
]

__getattr__ = names_of(
    __name__,
    {
        "mvpsdk.bundle.avb_check": ("problems",),
        "mvpsdk.bundle.containers": ("Wanted", "find:find_container", "names:container_names"),
        "mvpsdk.bundle.diffing": ("Change", "diff"),
        "mvpsdk.bundle.making": ("Profile", "pack", "write_pack"),
        "mvpsdk.bundle.manifest": ("Content", "Manifest", "Signer", "Virtual"),
        "mvpsdk.bundle.model": ("Boot", "Bundle", "Contents", "Part", "Slot"),
        "mvpsdk.bundle.opening": ("open_bundle:open",),
        "mvpsdk.bundle.origins": ("Supply",),
        "mvpsdk.bundle.persona": ("PersonaPart", "make_part"),
        "mvpsdk.bundle.recognising": ("Kind", "is_fit", "kind_of"),
        "mvpsdk.bundle.rebuilding": ("Rebuilt", "compare"),
        "mvpsdk.bundle.scribing": ("scribe",),
        "mvpsdk.bundle.taking": ("Digest", "extract", "is_digested", "verify"),
        "mvpsdk.bundle.wrapping": ("Delivery", "make"),
    },
)
