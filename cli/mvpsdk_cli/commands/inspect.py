# SPDX-License-Identifier: Apache-2.0
"""Shows what is inside a bundle or an image, and if it is intact.

Needs no sources. Every digest is checked, and the hypervisor's own check judges the pack; exit
code 1 means that something is not as it should be. Of an image it tells the format, and what is
packed in it: Android's boot images, uImage, EFI zboot, and packed files. Of a disk, or a sparse
image of one, it tells the partitions, what is in each slot, and which slot starts. Of an Android
container or a vbmeta image, what that vouches for and by which key.

Examples:
    mvpsdk inspect phone.itb

    mvpsdk inspect phone.img

    mvpsdk inspect boot.img

    mvpsdk inspect phone.itb --format json
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import personas, render
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.bundle import Contents, Digest
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.image import ImageFacts

SECTION = "Describe"


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="FIT, disk, pack, part, image.")],
    *,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle as room

    contents = room.open(bundle)
    read = [entry for entry in contents.entries() if room.is_digested(contents, entry)]
    total = sum(entry.span.size for entry in read)
    with render.progress("checking digests", total) as advance:
        digests = room.verify(contents, advance)
    wrong = list(problems(contents, digests))
    if output_format is Format.JSON:
        render.report("mvpsdk.inspect/1", document(contents, digests, wrong))
    else:
        for line in text(contents, digests):
            render.out(line)
        for problem in wrong:
            render.out(render.style(problem, "red"))
    facts = contents.facts
    return int(bool(wrong or (facts and (facts.faults or facts.stopped))))


def problems(contents: Contents, digests: Sequence[Digest]) -> Iterator[str]:
    """What is not as it should be."""
    for digest in digests:
        if digest.expected and not digest.ok:
            yield f"{digest.name} is damaged: SHA-256 {digest.found}, should be {digest.expected}"
    slots = contents.boot.slots if contents.boot else ()
    packs = {slot.partition: slot.contents.verdict for slot in slots if slot.contents}
    for name, verdict in packs.items() if contents.boot else [("", contents.verdict)]:
        if verdict and not verdict.ok:
            yield (
                f"the pack {f'of {name} ' if name else ''}is refused: reason"
                f" {verdict.reason:#x}, {verdict.reason.text}"
                f" ({_at_fault(verdict)}: {verdict.value:#x} against {verdict.bound:#x})"
            )
    if contents.boot:
        from mvpsdk_cli import disk_text

        yield from disk_text.problems(contents.boot)
    if contents.vbmeta:
        from mvpsdk.bundle import problems as contradictions

        yield from contradictions(contents)


def _at_fault(verdict: Verdict) -> str:
    """Which entry is at fault; the header has none."""
    index = "" if verdict.index is None else f" {verdict.index}"
    return f"{verdict.table.name.lower()}{index}"


def text(contents: Contents, digests: Sequence[Digest]) -> Iterator[str]:
    """The contents for people."""
    from mvpsdk.units import describe_size

    kind = {
        "fit": "FIT bundle",
        "android": "Android container (checked, not booted)",
        "vbmeta": "Android vbmeta image",
        "part": "persona's part",
    }.get(contents.kind, contents.kind)
    yield f"{render.path(contents.path)}: {kind}, {describe_size(contents.size)}"
    if contents.boot:
        from mvpsdk_cli import disk_text

        yield from disk_text.text(contents.boot)
    if contents.vbmeta:
        from mvpsdk_cli import vbmeta_text

        yield from vbmeta_text.text(contents.vbmeta)
    yield from _manifest(contents)
    yield from _image(contents)
    if contents.part and contents.signature:
        yield from personas.text(contents.part, contents.signature)
    state = {digest.name: _state(digest) for digest in digests}
    rows = [
        [
            f"  {entry.name}",
            entry.kind,
            *([entry.description] if contents.kind == "image" else []),
            describe_size(entry.span.size),
            "" if entry.load is None else f"{entry.load:#x}",
            state[entry.name],
        ]
        for entry in contents.entries()
    ]
    yield from render.table(rows) if rows else ()
    if contents.pack:
        yield from _partitions(contents.pack)


def _state(digest: Digest) -> str:
    if not digest.expected:
        return "no digest"
    return "intact" if digest.ok else "DAMAGED"


def _manifest(contents: Contents) -> Iterator[str]:
    manifest = contents.manifest
    if not manifest:
        return
    yield f"  handset      {manifest.handset} {manifest.version}"
    yield f"  board        {manifest.board}"
    yield f"  profile      {manifest.profile}, {'signed' if manifest.signed else 'unsigned'}"
    yield f"  built with   mvpsdk {manifest.sdk}, {manifest.toolchain}"
    yield f"  fingerprint  {manifest.fingerprint}"


def _image(contents: Contents) -> Iterator[str]:
    facts = contents.facts
    if not facts:
        return
    yield f"  format       {facts.format}{f', {facts.architecture}' if facts.architecture else ''}"
    if facts.container:
        yield f"  container    {facts.container.kind}"
        if facts.container.command_line:
            yield f"  command line {facts.container.command_line}"
    yield from _kernel(facts)
    yield f"  SHA-256      {facts.sha256}"
    for fault in (*facts.faults, *_stops(facts)):
        yield f"  fault        {fault}"
    if facts.inside:
        yield f"  inside       {facts.inside.format}, {facts.inside.size} bytes"
        yield from _kernel(facts.inside)


def _kernel(facts: ImageFacts) -> Iterator[str]:
    """What there is to say of a kernel, in a container or not."""
    header, pe = facts.arm64, facts.pe
    if header:
        yield f"  in memory    {header.image_size} bytes, text offset {header.text_offset:#x}"
    if facts.contents and facts.contents.release:
        yield f"  release      Linux {facts.contents.release}"
    if pe:
        nx = ", NX compatible" if pe.nx_compatible else ""
        signed = f", signatures: {pe.signatures}" if pe.signatures else ""
        yield f"  EFI          {pe.subsystem} for {pe.machine}{nx}{signed}"


def _stops(facts: ImageFacts) -> Iterator[str]:
    """Readers that the file has stopped: what they would have found is not known."""
    for stop in facts.stopped:
        yield f"the reader of {stop.reader} {stop.failure}: {stop.detail}"


def _partitions(pack: Pack) -> Iterator[str]:
    from mvpsdk.units import Range, describe_size

    delegates = {row.partition: row for row in pack.delegates}
    for index, partition in enumerate(pack.partitions):
        if row := delegates.get(index):
            yield f"  {partition.name} comes in a part of its own, up to {describe_size(row.room)},"
            yield f"    at {row.home:#x}, index {row.rollback_index} or later, signed by"
            yield f"    {row.key.hex()}"
        chosen = ", default" if pack.default_persona == index else ""
        kind = partition.kind.name.lower()
        yield f"  {partition.name}: {kind}, priority {partition.priority}{chosen}"
        yield from render.table(
            [
                [
                    f"    {Range(region.ipa, region.size)}",
                    describe_size(region.size),
                    region.kind.name.lower(),
                    f"at {region.pa:#x}" if region.pa else "emulated",
                ]
                for region in pack.regions
                if region.partition == index
            ]
        )


def document(contents: Contents, digests: Sequence[Digest], wrong: Sequence[str]) -> dict[str, Any]:
    """The contents as JSON, sizes in bytes."""
    import json

    from mvpsdk_cli import disk_text, vbmeta_text

    manifest = contents.manifest
    found = {digest.name: digest for digest in digests}
    return {
        "path": str(contents.path),
        "kind": contents.kind,
        "size": contents.size,
        "manifest": json.loads(manifest.json()) if manifest else None,
        "parts": [_entry(part, found) for part in contents.parts],
        "images": [_entry(part, found) for part in contents.images],
        "partitions": _partition_documents(contents.pack),
        "verdict": _verdict(contents),
        "image": _image_document(contents.facts),
        "part": _part(contents),
        "disk": disk_text.document(contents.boot),
        "vbmeta": vbmeta_text.document(contents.vbmeta),
        "problems": list(wrong),
    }


def _part(contents: Contents) -> dict[str, Any] | None:
    """What a persona's part says of itself."""
    if not (contents.part and contents.signature):
        return None
    return personas.document(contents.part, contents.signature)


def _image_document(facts: ImageFacts | None) -> dict[str, Any] | None:
    if not facts:
        return None
    return {
        **_identity(facts),
        "container": facts.container.kind if facts.container else None,
        "command_line": facts.container.command_line if facts.container else None,
        "inside": _inside_document(facts.inside),
        "faults": [*facts.faults, *_stops(facts)],
    }


def _identity(facts: ImageFacts) -> dict[str, Any]:
    """What an image is, in a container or not."""
    return {
        "format": facts.format,
        "architecture": facts.architecture or None,
        "sha256": facts.sha256,
        "memory": facts.memory_size,
    }


def _inside_document(facts: ImageFacts | None) -> dict[str, Any] | None:
    """The kernel in a container."""
    if not facts:
        return None
    return {
        **_identity(facts),
        "release": (facts.contents.release if facts.contents else "") or None,
    }


def _entry(part: Any, found: dict[str, Digest]) -> dict[str, Any]:  # noqa: ANN401 - a Part
    digest = found[part.name]
    return {
        "name": part.name,
        "kind": part.kind,
        "size": part.span.size,
        "load": part.load,
        "sha256": digest.found or None,
        "expected": digest.expected or None,
    }


def _partition_documents(pack: Pack | None) -> list[dict[str, Any]]:
    return [
        {
            "name": partition.name,
            "kind": partition.kind.name.lower(),
            "priority": partition.priority,
            "entry": partition.entry,
            "default": pack.default_persona == index,
        }
        for index, partition in enumerate(pack.partitions if pack else ())
        if pack
    ]


def _verdict(contents: Contents) -> dict[str, Any] | None:
    verdict = contents.verdict
    if not verdict:
        return None
    return {
        "reason": int(verdict.reason),
        "text": verdict.reason.text,
        "table": verdict.table.name.lower(),
        "index": verdict.index,
        "value": verdict.value,
        "bound": verdict.bound,
    }
