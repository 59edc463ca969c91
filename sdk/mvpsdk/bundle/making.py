# SPDX-License-Identifier: Apache-2.0
"""Making a bundle: the pack is streamed into the container, in one pass and constant memory."""

from __future__ import annotations

import hashlib
from functools import partial
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO, Literal

import mvpsdk
from mvpsdk import plan as planning
from mvpsdk.bundle import fit, paperwork
from mvpsdk.bundle.manifest import Content, Manifest, Virtual, parse
from mvpsdk.bundle.model import Bundle
from mvpsdk.bundle.origins import Supply
from mvpsdk.bundle.spans import Span, copy, pad
from mvpsdk.bundle.writing import Container
from mvpsdk.core.facade import FINGERPRINT, PACK_ALIGN
from mvpsdk.errors import BundleError, Place
from mvpsdk.store import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mvpsdk.build import Image
    from mvpsdk.bundle.sbom import Bill
    from mvpsdk.bundle.spans import Progress
    from mvpsdk.plan import Plan, PlannedImage

__all__ = ["Profile", "check_outputs", "image_span", "pack", "write_pack"]

Profile = Literal["dev", "release"]

_SOURCES = (".c", ".h", ".S", ".ld")


def pack(
    plan: Plan,
    hypervisor: Image,
    files: Mapping[str, Path],
    path: Path,
    *,
    profile: Profile = "dev",
    supply: Supply | None = None,
    properties: Mapping[str, bytes] | None = None,
    seal: Callable[[BinaryIO], bytes] | None = None,
    scribe: Callable[[Bill], bytes] | None = None,
    progress: Progress | None = None,
) -> Bundle:
    """Write a FIT bundle: hypervisor, pack, SBOM, provenance, manifest.

    files: by role, where the images are that the plan was made with. supply: what is known of them
    and of where they come from; what is not known is read, or left out. properties: more of what
    the boot loader shall find in the configuration. seal: signs the file before it takes its name,
    and returns the manifest that then stands in it (see `mvpsdk.sign.seal`); without it the bundle
    is unsigned. scribe: what writes the bill of materials (see `mvpsdk.bundle.scribe`), if not this
    process itself.

    Raises BundleError if the hypervisor was built from other core sources than this SDK's or
    without what the plan needs, a file is no longer what it was when it was planned with, or the
    output is one of them; InputError or MissingToolError if a file can't be read or written. Then
    nothing is left behind.
    """
    _check_fingerprint(hypervisor)
    _check_features(plan, hypervisor)
    check_outputs([path], plan, files.values())
    makers = _makers(plan, files)
    begun = paperwork.begun(plan, hypervisor, makers, supply or Supply(), scribe)
    with begun as papers, output(path, sync=False) as file:
        container = Container(file, plan, {**planning.boot_properties(plan), **(properties or {})})
        container.add("hypervisor", lambda: copy(Span.of(hypervisor.binary), file))
        container.add("pack", lambda: write_pack(plan, files, file, progress))
        for name in paperwork.PAPERS:
            data = papers.write(name, container.digests(), profile)
            container.add(name, partial(copy, Span.of(data), file))
        container.begin(fit.MANIFEST)
        manifest = _manifest(plan, hypervisor, container, profile)
        container.add(fit.MANIFEST, lambda: copy(Span.of(manifest.json()), file))
        container.finish()
        manifest = parse(seal(file)) if seal else manifest
        size = file.seek(0, SEEK_END)
    return Bundle(path=path, size=size, manifest=manifest)


def write_pack(
    plan: Plan, files: Mapping[str, Path], file: BinaryIO, progress: Progress | None = None
) -> str:
    """Append a plan's pack to a file: metadata, then each image at its offset. Return its SHA-256.

    Raises as `pack` does.
    """
    total, start = hashlib.sha256(), file.tell()
    copy(Span.of(planning.metadata(plan)), file, total)
    for image in plan.images:
        pad(file, PACK_ALIGN, start, total)
        copy(image_span(image, files), file, total, progress)
    pad(file, PACK_ALIGN, start, total)
    return total.hexdigest()


def _makers(plan: Plan, files: Mapping[str, Path]) -> dict[str, Path]:
    """Leave out what comes in personas' parts: no byte of the bundle depends on it."""
    apart = {partition.name for partition in plan.partitions if partition.part}
    names = {role: role.partition("/")[::2] for role in files}
    return {
        role: path
        for role, path in files.items()
        if names[role][0] not in apart or names[role][1] == "update-key"
    }


def image_span(image: PlannedImage, files: Mapping[str, Path]) -> Span:
    """Return where an image's bytes are."""
    if image.data is not None:
        return Span(size=image.size, data=image.data, sha256=image.sha256)
    return Span(
        size=image.size,
        path=files[image.role],
        offset=image.file_offset,
        sha256=image.sha256,
    )


def _check_fingerprint(hypervisor: Image) -> None:
    """The hypervisor refuses a pack with another fingerprint than its own."""
    found, expected = hypervisor.recipe.fingerprint, FINGERPRINT.hex()
    if found != expected:
        raise BundleError(
            f"the hypervisor's fingerprint is {found}, the pack's {expected}",
            hint="the core's sources changed: install mvpsdk again, or run make host in a checkout",
        )


def _check_features(plan: Plan, hypervisor: Image) -> None:
    """The hypervisor refuses a pack that needs what it lacks (MVP_PACK_FEATURE)."""
    from mvpsdk.build import missing  # whoever only reads bundles does not wait for it

    lacking = missing(planning.needed_features(plan), hypervisor.recipe.features)
    if any(partition.part for partition in plan.partitions):
        lacking += () if "delegate" in hypervisor.recipe.features else ("delegate",)
    if lacking:
        raise BundleError(
            f"the pack needs {', '.join(lacking)}; the hypervisor was built without",
            place=Place(file=str(plan.handset.path)),
            hint="build it for this handset: `mvpsdk bundle` does",
        )


def check_outputs(outputs: Iterable[Path], plan: Plan, inputs: Iterable[Path]) -> None:
    """Raise BundleError if an output would replace what it is made of, or another output."""
    taken = [plan.handset.path, *inputs]
    for path in outputs:
        _check_output(path, taken)
        _check_sources(path, plan)
        taken.append(path)


def _check_output(path: Path, inputs: Iterable[Path]) -> None:
    """Nobody wants an input replaced by the bundle that was made of it."""
    if path.resolve() in {source.resolve() for source in inputs}:
        raise BundleError(
            "this is one of the bundle's own inputs",
            place=Place(file=str(path)),
            hint="write the bundle to another file",
        )


def _check_sources(path: Path, plan: Plan) -> None:
    """Nor one of the files that the firmware is built from; a new file beside them is welcome."""
    realtime = plan.handset.realtime
    folder = realtime.source if realtime else None
    if folder and path.exists() and path.resolve().is_relative_to(folder.resolve()):
        _check_output(path, (source for source in folder.rglob("*") if source.suffix in _SOURCES))


def _manifest(plan: Plan, hypervisor: Image, container: Container, profile: Profile) -> Manifest:
    return Manifest(
        handset=plan.handset.name,
        version=plan.handset.version,
        rollback_index=plan.handset.rollback_index,
        board=plan.board.name,
        compatible=plan.board.compatible,
        profile=profile,
        signed=False,
        personas=tuple(persona.name for persona in plan.handset.personas),
        fingerprint=FINGERPRINT.hex(),
        sources=hypervisor.sources,
        toolchain=hypervisor.toolchain,
        features=hypervisor.recipe.features,
        sdk=mvpsdk.__version__,
        virtual=_virtual(plan),
        tree=fit.digest(container.tree()),
        parts=container.contents(),
        images=tuple(
            Content(
                name=image.name,
                kind=image.kind,
                size=image.size,
                sha256=image.sha256,
                load=image.load,
            )
            for image in plan.images
        ),
    )


_FAIR_QEMU = "10.0"
"""Counting instructions, earlier ones let a core that spins starve another."""


def _virtual(plan: Plan) -> Virtual | None:
    virtual = plan.board.virtual
    if not virtual:
        return None
    return Virtual(
        machine=virtual.machine,
        cpu=virtual.cpu,
        memory=virtual.memory,
        cpus=virtual.cpus or plan.board.cpu.count,
        clock=virtual.clock,
        serial=virtual.serial,
        tree=virtual.tree,
        qemu=virtual.qemu or (_FAIR_QEMU if _several(plan) else ""),
    )


def _several(plan: Plan) -> bool:
    """Do partitions run on more than one core?"""
    return len({core for partition in plan.partitions for core in partition.cpus}) > 1
