# SPDX-License-Identifier: Apache-2.0
"""The form of a signed bundle: what is signed, and what the file then is, byte for byte.

Whoever signs fills the form in; whoever verifies fills it in with the signatures that are in the
file, and holds the file to the outcome. So there is nothing in a tree that is not accounted for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.bundle import fit
from mvpsdk.bundle.flat import flatten, hashed, node, string_size
from mvpsdk.bundle.manifest import Signer, parse
from mvpsdk.errors import BundleError
from mvpsdk.sign.model import Request
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mvpsdk.core.facade import FdtNode
    from mvpsdk.sign.model import PublicKey

__all__ = ["Filled", "Form", "form", "signed_manifest"]

SIGNATURE_SIZE = 64
"""Of an Ed25519 signature, bytes (RFC 8032, 5.1.6)."""

_ROLES = ("kernel", "ramdisk")
"""What the configuration's signature covers the images of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A signed bundle's own bytes: the tree, and what lies behind the last part."""

    tree: bytes
    end: bytes  # from the manifest on, to the end of the file
    end_offset: int  # from the file's start


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A bundle but for its signatures."""

    root: FdtNode
    size: int  # of the tree with its padding, bytes
    manifest: bytes
    signers: tuple[Signer, ...]

    @property
    def configuration(self) -> bytes:
        """What U-Boot digests: the configuration, its images' nodes and their digests."""
        return hashed(self.root, _hashed_nodes(self.root))

    def requests(self, keys: Iterable[PublicKey]) -> tuple[Request, ...]:
        """Return what each of the keys is to sign."""
        messages = {"configuration": self.configuration, "manifest": self.manifest}
        return tuple(Request(key=key, message=messages[key.part]) for key in keys)

    def filled(self, signatures: Mapping[str, bytes]) -> Filled:
        """Return the bytes of the bundle that has these signatures, by what they are over.

        Raises BundleError if the tree has no room for them.
        """
        over_manifest = signatures["manifest"]
        root = _with_signature_node(self.root, self.signers, signatures["configuration"])
        root = _with_image(root, fit.SIGNATURE, over_manifest)
        tree = flatten(root, self.size)
        if len(tree) > self.size:
            raise BundleError(
                f"the tree has {self.size} bytes, signed it needs {len(tree)}",
                hint="make the bundle again: mvpsdk bundle leaves room",
            )
        gap = -len(self.manifest) % fit.ALIGN
        return Filled(
            tree=tree,
            end=self.manifest + bytes(gap) + over_manifest,
            end_offset=self.size + _offset(root, fit.MANIFEST),
        )


def form(root: FdtNode, size: int, manifest: bytes) -> Form:
    """Return the form of the bundle that a manifest describes, signed by whom it names.

    root: its tree, signed or not; size: of the tree with its padding, bytes.

    Raises BundleError if the manifest can't be read.
    """
    signers = parse(manifest).signers
    blank = _with_image(fit.bare(root), fit.MANIFEST, manifest)
    offset = _offset(blank, fit.MANIFEST) + align_up(len(manifest), fit.ALIGN)
    part = fit.Part(
        name=fit.SIGNATURE,
        type="firmware",
        description="Ed25519 signature of the manifest",
        offset=offset,
        size=SIGNATURE_SIZE,
    )
    images = blank.get("images")
    children = (*images.children, fit.image(part)) if images else ()
    blank = _with_child(blank, "images", children)
    blank = _with_signature_node(blank, signers, b"")
    return Form(root=blank, size=size, manifest=manifest, signers=tuple(signers))


def signed_manifest(data: bytes, keys: Iterable[PublicKey]) -> bytes:
    """Return a manifest that says who signs. Raises BundleError if it is no manifest."""
    parse(data)
    signers = [
        {"part": key.part, "algorithm": key.algorithm, "key": key.id}
        for key in sorted(keys, key=lambda key: key.part)
    ]
    document = {**json.loads(data), "signed": True, "signers": signers}
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def _hashed_nodes(root: FdtNode) -> tuple[str, ...]:
    """The nodes that a signature covers, in mkimage's order; newer U-Boots work them out, too."""
    configuration = root.get(f"configurations/{fit.CONFIGURATION}")
    images = root.get("images")
    found = ["/", f"/configurations/{fit.CONFIGURATION}"]
    for role in _ROLES:
        name = configuration.text(role) if configuration else ""
        image = images.get(name) if images and name else None
        if image:
            found.append(f"/images/{name}")
            found += [f"/images/{name}/{each.name}" for each in image.children]
    return tuple(found)


def _with_signature_node(root: FdtNode, signers: Sequence[Signer], value: bytes) -> FdtNode:
    """The tree with a signature at its configuration (U-Boot doc/usage/fit/signature)."""
    signer = next(each for each in signers if each.part == "configuration")
    whole = root
    for strings in (0, None):  # once to have all names, once to count them
        size = string_size(whole) if strings is None else 0
        properties = {
            "algo": fit.text(signer.algorithm),
            "key-name-hint": fit.text(signer.key[:16]),
            "sign-images": b"".join(fit.text(role) for role in _ROLES),
            "value": value,
            "hashed-nodes": b"".join(fit.text(path) for path in _hashed_nodes(root)),
            "hashed-strings": fit.cell(0) + fit.cell(size),
        }
        whole = _with_configuration(root, node(fit.CONF_SIGNATURE, properties))
    return whole


def _with_configuration(root: FdtNode, signature: FdtNode) -> FdtNode:
    configurations = root.get("configurations")
    children = tuple(
        replace(each, children=(signature,)) if each.name == fit.CONFIGURATION else each
        for each in (configurations.children if configurations else ())
    )
    return _with_child(root, "configurations", children)


def _with_image(root: FdtNode, name: str, data: bytes) -> FdtNode:
    """The tree with size and digest of one part."""
    images = root.get("images")
    sha256 = {"algo": fit.text("sha256"), "value": hashlib.sha256(data).digest()}
    children = tuple(
        node(
            name,
            {**each.properties, "data-size": fit.cell(len(data))},
            node("hash-1", sha256),
        )
        if each.name == name
        else each
        for each in (images.children if images else ())
    )
    return _with_child(root, "images", children)


def _with_child(root: FdtNode, name: str, children: tuple[FdtNode, ...]) -> FdtNode:
    return replace(
        root,
        children=tuple(
            replace(each, children=children) if each.name == name else each
            for each in root.children
        ),
    )


def _offset(root: FdtNode, name: str) -> int:
    """Where a part lies, from the tree's end. Raises BundleError: it is not there."""
    part = root.get(f"images/{name}")
    found = part.cells("data-offset") if part else ()
    if len(found) != 1:
        raise BundleError(
            f"there is no part {name} behind the tree", hint="mvpsdk bundle makes bundles"
        )
    return found[0]
