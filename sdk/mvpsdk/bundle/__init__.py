# SPDX-License-Identifier: Apache-2.0
"""Bundles: `pack` makes the one file that is flashed; `open` and `extract` look inside."""

from mvpsdk.bundle.avb_check import problems
from mvpsdk.bundle.containers import Wanted
from mvpsdk.bundle.containers import find as find_container
from mvpsdk.bundle.containers import names as container_names
from mvpsdk.bundle.diffing import Change, diff
from mvpsdk.bundle.making import Bundle, Profile, pack, write_pack
from mvpsdk.bundle.manifest import Content, Manifest, Signer, Virtual
from mvpsdk.bundle.model import Contents, Part
from mvpsdk.bundle.opening import open_bundle as open  # noqa: A004 - it is what one does to a file
from mvpsdk.bundle.origins import Supply
from mvpsdk.bundle.taking import Digest, extract, verify
from mvpsdk.bundle.wrapping import Delivery, make
from mvpsdk.bundle.writing import Attachment

__all__ = [
    "Attachment",
    "Bundle",
    "Change",
    "Content",
    "Contents",
    "Delivery",
    "Digest",
    "Manifest",
    "Part",
    "Profile",
    "Signer",
    "Supply",
    "Virtual",
    "Wanted",
    "container_names",
    "diff",
    "extract",
    "find_container",
    "make",
    "open",
    "pack",
    "problems",
    "verify",
    "write_pack",
]
