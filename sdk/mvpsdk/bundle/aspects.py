# SPDX-License-Identifier: Apache-2.0
"""Everything that a container, a pack or an image says, as one flat table of texts.

What follows from the rest is left out: offsets, and the digests of the pack as a whole, of the
manifest and of its signature. So one change is told once.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from mvpsdk.bundle import pack_aspects, papers
from mvpsdk.bundle.aspect_table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mvpsdk.bundle.aspect_table import Aspect
    from mvpsdk.bundle.avb import Vbmeta
    from mvpsdk.bundle.model import Contents
    from mvpsdk.bundle.taking import Digest
    from mvpsdk.image import ImageFacts

__all__ = ["AREAS", "aspects"]

AREAS = (
    "file",
    "damage",
    "disk",
    "handset",
    "board",
    "rollback",
    "boot",
    "partition",
    "image",
    "memory",
    "map",
    "interrupt",
    "smmu",
    "abi",
    "hypervisor",
    "virtual",
    "manifest",
    "part",
    "vbmeta",
    "signer",
    "toolchain",
    "component",
    "input",
)
"""Areas of change, in the order in which they are told."""

_DERIVED = (
    "pack",
    "manifest",
    "manifest-signature",
    "sbom",
    "provenance",
    "boot.img",
    "vbmeta.img",
    "avb_pkmd.bin",
    "flash.txt",
)
"""Parts whose bytes follow from what is told of their contents."""
_ELSEWHERE = ("schema", "parts", "images", "personas", "signed", "fingerprint", "tree")
"""Keys of the manifest that other areas tell."""
_KEYS = {
    "handset": ("handset", "name"),
    "version": ("handset", "version"),
    "profile": ("handset", "profile"),
    "board": ("board", "name"),
    "compatible": ("board", "compatible"),
    "rollback-index": ("rollback", "index"),
    "sdk": ("toolchain", "mvpsdk"),
    "toolchain": ("toolchain", "compiler and linker"),
    "sources": ("hypervisor", "sources"),
}
"""Where keys of the manifest are told."""


def aspects(contents: Contents, digests: Sequence[Digest]) -> Mapping[Aspect, str]:
    """Return what is said of a file. digests: those of its parts and images, as `verify` has them.

    Raises BundleError if a paper in it can't be read.
    """
    table = Table()
    found = {digest.name: digest.found for digest in digests}
    table.put("file", "kind", contents.kind)
    table.put("file", "size", contents.size)
    if contents.boot:
        from mvpsdk.bundle import disk_aspects

        for area, what, value in disk_aspects.rows(contents, contents.boot, digests, aspects):
            table.put(area, what, value)
        return table
    for digest in digests:
        if digest.expected and not digest.ok:
            table.put("damage", digest.name, f"SHA-256 {digest.found}, not {digest.expected}")
    if contents.verdict and not contents.verdict.ok:
        table.put("damage", "the pack is refused", contents.verdict.reason.text)
    if contents.vbmeta:
        _vbmeta(contents.vbmeta, table, alone=contents.kind == "vbmeta")
    if contents.facts:
        _facts(contents.facts, table)
    if contents.manifest:
        _manifest(json.loads(contents.manifest.json()), table)
    if contents.pack:
        pack_aspects.tell(contents.pack, found, table)
    _parts(contents, found, table)
    _papers(contents, found, table)
    return table


def _parts(contents: Contents, found: Mapping[str, str], table: Table) -> None:
    for part in contents.parts:
        area, prefix = ("hypervisor", "") if part.name == "hypervisor" else ("part", part.name)
        if part.load is not None:
            table.put(area, f"{prefix} load address".strip(), f"{part.load:#x}")
        if part.name in _DERIVED:
            table.put("part", part.name, "in it")
        else:
            table.put(area, f"{prefix} size".strip(), part.span.size)
            table.put(area, f"{prefix} SHA-256".strip(), found[part.name])


def _manifest(document: dict[str, Any], table: Table) -> None:
    """Keys that this version does not know are told by their names."""
    for key, value in document.items():
        if key in _KEYS:
            table.put(*_KEYS[key], value)
        elif key in _SETS:
            _SETS[key](value, table)
        elif key not in _ELSEWHERE:
            table.put("manifest", key, value)


def _features(names: Sequence[str], table: Table) -> None:
    for name in names:
        table.put("hypervisor", f"feature {name}", "in it")


def _signers(signers: Sequence[dict[str, str]], table: Table) -> None:
    for each in signers:
        table.put("signer", each["part"], f"{each['algorithm']}, key {each['key']}")


def _virtual(machine: dict[str, Any] | None, table: Table) -> None:
    for name, fact in (machine or {}).items():
        table.put("virtual", name, fact)


_SETS: dict[str, Callable[[Any, Table], None]] = {
    "features": _features,
    "signers": _signers,
    "virtual": _virtual,
}


def _papers(contents: Contents, found: Mapping[str, str], table: Table) -> None:
    """What the papers say beyond what the bytes have said already."""
    listed = papers.components(contents) or ()
    for each in listed:
        held = each.ref in found
        rows = {
            "version": each.version,
            "licence": each.licence,
            "package": each.purl,
            "URL": each.url,
            **({} if held else {"SHA-256": each.sha256, **dict(each.properties)}),
        }
        for what, value in rows.items():
            if value and not (each.ref == "hypervisor" and what == "version"):
                table.put("component", f"{each.ref} {what}", value)
    told = {*found, *(each.ref for each in listed)}
    made = papers.provenance(contents)
    for source in made.dependencies if made else ():
        if source.name not in (*told, "core"):
            table.put("input", source.name, source.sha256)


def _vbmeta(said: Vbmeta, table: Table, *, alone: bool) -> None:
    key = hashlib.sha256(said.public_key).hexdigest() if said.public_key else "none"
    table.put("signer", "vbmeta", f"{said.algorithm.name}, key {key}")
    table.put("vbmeta", "flags", hex(said.flags))
    table.put("vbmeta", "rollback index", said.rollback_index)
    if alone:  # else it follows from the images, which are at hand
        for image in said.hashes:
            table.put("vbmeta", f"{image.partition} SHA-256 with salt", image.digest.hex())
            table.put("vbmeta", f"{image.partition} size", image.size)
        for word in said.properties:
            table.put("vbmeta", word.name, word.value.decode("ascii", "replace"))


def _facts(facts: ImageFacts, table: Table) -> None:
    """An image alone."""
    rows: dict[str, object] = {
        "format": facts.format,
        "architecture": facts.architecture,
        "memory": facts.memory_size,
        "release": facts.contents.release if facts.contents else "",
        "container": facts.container.kind if facts.container else "",
        "command line": facts.container.command_line if facts.container else "",
        "SHA-256": facts.sha256,
    }
    for what, value in rows.items():
        if value:
            table.put("image", what, value)
    for fault in (*facts.faults, *(stop.detail for stop in facts.stopped)):
        table.put("damage", "fault", fault)
    for what, value in _note(facts):
        table.put("abi", what, value)
    if facts.inside:
        release = facts.inside.contents.release if facts.inside.contents else ""
        table.put("image", "kernel inside", release or facts.inside.format)


def _note(facts: ImageFacts) -> Iterator[tuple[str, str]]:
    from mvpsdk.abi import naming

    note = facts.note
    if note:
        yield "version", f"{note.abi_major}.{note.abi_minor}"
        for name in naming.feature_names(note.features):
            yield f"feature {name}", "in its note"
        yield "calls", f"{note.calls:#x}"
        yield "layouts", note.layouts
