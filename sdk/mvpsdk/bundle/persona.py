# SPDX-License-Identifier: Apache-2.0
"""Making a persona's part: the file that its vendor signs and updates (include/mvp/part.h)."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk import plan as planning
from mvpsdk.bundle.making import check_outputs, image_span
from mvpsdk.bundle.spans import Span, copy, pad
from mvpsdk.core.facade import (
    PACK_ALIGN,
    PackDelegate,
    PartSignature,
    part_check,
    part_read,
    part_signature,
)
from mvpsdk.errors import BundleError, Place
from mvpsdk.store import output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from mvpsdk.bundle.spans import Progress
    from mvpsdk.core.facade import Part, Verdict
    from mvpsdk.plan import Plan

__all__ = ["PersonaPart", "delegate_of", "make_part"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonaPart:
    """A part that has been made."""

    path: Path
    size: int  # bytes
    part: Part
    signature: PartSignature


def make_part(
    plan: Plan,
    name: str,
    files: Mapping[str, Path],
    path: Path,
    *,
    seal: Callable[[bytes], PartSignature],
    progress: Progress | None = None,
) -> PersonaPart:
    """Write the part of a persona, signed.

    files: by role, where the images are that the plan was made with. seal: signs a header.

    Raises InputError if the persona is not updated apart, BundleError if it is signed by another
    key than the one that the handset file names, the hypervisor would refuse it, or a file is no
    longer what it was when it was planned with. Then nothing is left behind.
    """
    header = planning.part_header(plan, name)
    check_outputs([path], plan, files.values())
    row = delegate_of(plan, name)
    signature = seal(header)
    if signature.key != row.key:
        raise BundleError(
            f"the part is signed by the key {signature.key.hex()[:16]}…, the handset file has"
            f" {row.key.hex()[:16]}…",
            place=plan.handset.place(f"persona[{_number(plan, name)}].update-key"),
            hint="sign with the private half of update-key; another vendor's part would never boot",
        )
    with output(path, sync=False) as file:
        copy(Span.of(header + part_signature(signature)), file)
        for image in plan.partition(name).images:
            copy(image_span(image, files), file, None, progress)
            pad(file, PACK_ALIGN)
        size = file.tell()
        _check(_judged(file, row, planning.metadata(plan)), path)
        file.seek(0)
        part, found = part_read(file.read(PACK_ALIGN))
        file.seek(size)
    return PersonaPart(path=path, size=size, part=part, signature=found)


def delegate_of(plan: Plan, name: str) -> PackDelegate:
    """Return what a plan's pack says of a persona that is updated apart."""
    partition = plan.partition(name)
    assert partition.part  # noqa: S101 - part_header has looked
    return PackDelegate(
        partition=[each.name for each in plan.partitions].index(name),
        home=partition.part.home.base,
        room=partition.part.home.size,
        rollback_index=partition.part.least,
        key=partition.part.key.digest,
        modulus=partition.part.key.modulus,
    )


def _number(plan: Plan, name: str) -> int:
    return [persona.name for persona in plan.handset.personas].index(name)


def _judged(file: BinaryIO, row: PackDelegate, pack: bytes) -> Verdict:
    file.flush()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return part_check(data, row, pack=pack)


def _check(verdict: Verdict, path: Path) -> None:
    if not verdict.ok:
        raise BundleError(
            f"the hypervisor would refuse this part (reason {int(verdict.reason)}:"
            f" {verdict.reason.text}): found {verdict.value:#x}, which collides with"
            f" {verdict.bound:#x}",
            place=Place(file=str(path)),
            hint="what the reason means stands in docs/reference/reasons.md",
        )
