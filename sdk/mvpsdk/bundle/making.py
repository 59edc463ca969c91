# SPDX-License-Identifier: Apache-2.0
"""Making a bundle: the pack is streamed into the container, in one pass and constant memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Literal

import mvpsdk
from mvpsdk import plan as planning
from mvpsdk.bundle import fit
from mvpsdk.bundle.manifest import Content, Manifest, Virtual
from mvpsdk.bundle.spans import Span, copy, pad
from mvpsdk.core.facade import FINGERPRINT, PACK_ALIGN
from mvpsdk.errors import BundleError, Place
from mvpsdk.store import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mvpsdk.build import Image
    from mvpsdk.bundle.spans import Progress
    from mvpsdk.plan import Plan, PlannedImage

__all__ = ["Bundle", "Profile", "check_outputs", "pack", "write_pack"]

Profile = Literal["dev", "release"]

_SOURCES = (".c", ".h", ".S", ".ld")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The one file that is flashed."""

    path: Path
    size: int  # bytes
    manifest: Manifest


def pack(
    plan: Plan,
    hypervisor: Image,
    files: Mapping[str, Path],
    path: Path,
    *,
    profile: Profile = "dev",
    progress: Progress | None = None,
) -> Bundle:
    """Write an unsigned FIT bundle: hypervisor, pack, manifest.

    files: by role, where the images are that the plan was made with.

    Raises BundleError if the hypervisor was built from other core sources than this SDK's or
    without what the plan needs, a file is no longer what it was when it was planned with, or the
    output is one of them; InputError or MissingToolError if a file can't be read or written. Then
    nothing is left behind.
    """
    _check_fingerprint(hypervisor)
    _check_features(plan, hypervisor)
    check_outputs([path], plan, files.values())
    with output(path) as file:
        container = _Container(file, plan)
        container.add("hypervisor", lambda: copy(Span.of(hypervisor.binary), file))
        container.add("pack", lambda: write_pack(plan, files, file, progress))
        manifest = _manifest(plan, hypervisor, container.parts[:2], profile)
        container.add("manifest", lambda: copy(Span.of(manifest.json()), file))
        size = file.tell()
        container.finish()
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
        copy(_span(image, files), file, total, progress)
    pad(file, PACK_ALIGN, start, total)
    return total.hexdigest()


def _span(image: PlannedImage, files: Mapping[str, Path]) -> Span:
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


class _Container:
    """A FIT on its way into a file: a blank tree first, its numbers once the parts are written."""

    def __init__(self, file: BinaryIO, plan: Plan) -> None:
        self.file = file
        self.description = f"{plan.handset.name} {plan.handset.version} for {plan.board.name}"
        self.compatible = plan.board.compatible
        self.parts = [
            fit.Part(
                name="hypervisor",
                type="kernel",
                role="kernel",
                description=f"mvpsdk hypervisor {mvpsdk.__version__}",
                load=plan.window.base,
            ),
            fit.Part(
                name="pack", type="ramdisk", role="ramdisk", description="realtime and personas"
            ),
            fit.Part(name="manifest", type="firmware", description="what this bundle is made of"),
        ]
        file.write(self._header())
        self.base = file.tell()

    def add(self, name: str, write: Callable[[], str]) -> None:
        """Append a part by a function that writes it and returns its SHA-256."""
        pad(self.file, fit.ALIGN, self.base)
        offset = self.file.tell() - self.base
        digest = write()
        size = self.file.tell() - self.base - offset
        self.parts = [
            replace(part, offset=offset, size=size, sha256=digest) if part.name == name else part
            for part in self.parts
        ]

    def finish(self) -> None:
        """Write the tree again, now that all is known; its length is the same."""
        self.file.seek(0)
        self.file.write(self._header())

    def _header(self) -> bytes:
        return fit.header(self.parts, description=self.description, compatible=self.compatible)


def _manifest(
    plan: Plan, hypervisor: Image, parts: Iterable[fit.Part], profile: Profile
) -> Manifest:
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
        parts=tuple(
            Content(name=part.name, kind=part.type, size=part.size, sha256=part.sha256)
            for part in parts
        ),
        images=tuple(
            Content(name=image.name, kind=image.kind, size=image.size, sha256=image.sha256)
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
