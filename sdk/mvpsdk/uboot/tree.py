# SPDX-License-Identifier: Apache-2.0
"""U-Boot's control tree: the public keys that it holds a configuration to, and what it runs.

Keys as in U-Boot's doc/usage/fit/signature.rst; /config as in
doc/device-tree-bindings/config.txt. The board's own tree can serve as control tree, as on QEMU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import fdt

    from mvpsdk.sign import PublicKey

__all__ = ["control_tree", "key_node"]

_NO_PROMPT = -2 & 0xFFFF_FFFF  # bootdelay: nothing typed stops it


def key_node(key: PublicKey) -> str:
    """Return the name of a key's node under /signature."""
    return f"key-{key.hint}"


def control_tree(
    tree: bytes, keys: Sequence[PublicKey] = (), *, script: str | None = None
) -> bytes:
    """Return a flattened tree with keys, one of which must have signed, and a script to run.

    tree: the board's, or b"": an empty one. What it says of keys and commands is replaced: none of
    another's stays.

    Raises InputError if the tree is damaged, or a key is of a kind that signs no configuration.
    """
    import fdt

    root = _parsed(tree) if tree else fdt.FDT()
    for name in ("signature", "config"):
        if root.exist_node(f"/{name}"):
            root.remove_node(name, "/")
    if keys:
        root.add_item(_signature(keys))
    if script is not None:
        config = fdt.Node("config")
        config.append(fdt.PropStrings("bootcmd", script))
        config.append(fdt.PropWords("bootdelay", _NO_PROMPT))
        root.add_item(config)
    blob: bytes = root.to_dtb(version=17, last_comp_version=16, boot_cpuid_phys=0)
    return blob


def _signature(keys: Sequence[PublicKey]) -> fdt.Node:
    """Several keys: while one is being replaced by another, either counts."""
    import fdt

    from mvpsdk.sign import public_node

    signature = fdt.Node("signature")
    signature.append(fdt.PropStrings("required-mode", "any"))
    for key in keys:
        node = fdt.Node(key_node(key))
        for name, value in public_node(key).items():
            node.append(fdt.PropBytes(name, data=value))
        signature.append(node)
    return signature


def _parsed(tree: bytes) -> fdt.FDT:
    import fdt

    try:
        return fdt.parse_dtb(tree)
    except Exception as error:  # the library raises whatever it stumbles over
        hint = "give the tree that the board's U-Boot is built with"
        raise InputError(f"the device tree can't be read: {error}", hint=hint) from error
