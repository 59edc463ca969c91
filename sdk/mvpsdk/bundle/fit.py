# SPDX-License-Identifier: Apache-2.0
"""Writing U-Boot's FIT with external data: a device tree that says what lies behind it.

The format is that of `mkimage -E` (U-Boot doc/usage/fit/source_file_format): `data-offset` counts
from the end of the tree, rounded up to 4 bytes. Here the tree is padded to whole pages and each
part starts on a page of its own, so that a boot loader can use the pack where it lies.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.errors import BundleError
from mvpsdk.units import align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    import fdt

__all__ = ["ALIGN", "Part", "header"]

ALIGN = 4096
"""Parts start at multiples of this many bytes."""

_LIMIT = 1 << 31  # U-Boot keeps data-offset and data-size in an int


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One image node of a FIT."""

    name: str
    type: str  # as U-Boot names it: "kernel", "ramdisk", "flat_dt", "firmware"
    role: str = ""  # property of the configuration that names it: "kernel", "ramdisk", "fdt"
    description: str
    offset: int = 0  # from the end of the tree, bytes
    size: int = 0
    sha256: str = "0" * 64
    load: int | None = None  # physical; also the entry


def header(parts: Sequence[Part], *, description: str, compatible: str) -> bytes:
    """Return the tree of a FIT, padded to whole pages; its length depends on no digest or offset.

    `compatible` is the board's: a boot loader may choose a configuration by it.

    Raises BundleError if a part lies beyond 2 GiB, where U-Boot can't find it.
    """
    import fdt

    tree = fdt.FDT()
    tree.header.version = fdt.Header.MAX_VERSION
    root = tree.root
    root.append(_string("description", description))
    # Boot loaders with CONFIG_TIMESTAMP insist on one; the same inputs give the same bytes.
    root.append(fdt.PropWords("timestamp", 0))
    root.append(fdt.PropWords("#address-cells", 2))
    root.append(_images(parts))
    root.append(_configurations(parts, description, compatible))
    blob = tree.to_dtb(version=fdt.Header.MAX_VERSION)
    return _padded(blob)


def _images(parts: Sequence[Part]) -> fdt.Node:
    import fdt

    images = fdt.Node("images")
    for part in parts:
        images.append(_image(part))
    return images


def _image(part: Part) -> fdt.Node:
    import fdt

    if part.offset + part.size >= _LIMIT:
        raise BundleError(
            f"{part.name} ends {describe_size(part.offset + part.size)} into the FIT;"
            f" U-Boot reads up to {describe_size(_LIMIT)}",
            hint="make the images smaller, for instance by compressing a ramdisk",
        )
    node = fdt.Node(part.name)
    strings = {
        "description": part.description,
        "type": part.type,
        "os": "linux",
        "arch": "arm64",
        "compression": "none",
    }
    for name, text in strings.items():
        node.append(fdt.PropStrings(name, text))
    node.append(fdt.PropWords("data-offset", part.offset))
    node.append(fdt.PropWords("data-size", part.size))
    if part.load is not None:
        for name in ("load", "entry"):
            node.append(fdt.PropBytes(name, data=struct.pack(">Q", part.load)))
    digest = fdt.Node("hash-1")
    digest.append(fdt.PropStrings("algo", "sha256"))
    digest.append(fdt.PropBytes("value", data=bytes.fromhex(part.sha256)))
    node.append(digest)
    return node


def _configurations(parts: Sequence[Part], description: str, compatible: str) -> fdt.Node:
    import fdt

    only = fdt.Node("conf-1")
    only.append(_string("description", description))
    if compatible:
        only.append(fdt.PropStrings("compatible", compatible))
    for part in parts:
        if part.role:
            only.append(fdt.PropStrings(part.role, part.name))
    configurations = fdt.Node("configurations")
    configurations.append(fdt.PropStrings("default", "conf-1"))
    configurations.append(only)
    return configurations


def _string(name: str, text: str) -> fdt.PropStrings:
    """A text for people; a device tree's strings are printable ASCII (DTSpec 2.2.4)."""
    import fdt

    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
    return fdt.PropStrings(name, plain or "?")


def _padded(blob: bytes) -> bytes:
    """Pad to whole pages and say so in the header: totalsize is its second word (DTSpec 5.2)."""
    size = align_up(len(blob), ALIGN)
    return blob[:4] + struct.pack(">I", size) + blob[8:] + bytes(size - len(blob))
