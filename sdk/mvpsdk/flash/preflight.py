# SPDX-License-Identifier: Apache-2.0
"""What is looked at before the first byte: is the bundle right, and is it for this device?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.device import DeviceFacts
from mvpsdk.flash.checks import passed, refused, verified
from mvpsdk.flash.model import Event, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.bundle import Manifest
    from mvpsdk.device import Partition
    from mvpsdk.flash.model import Check, Options, Tell

__all__ = ["Known", "Verdict", "facts", "judge"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a device says of itself."""

    name: str  # of the target
    board: str = ""  # "": it doesn't say
    compatible: str = ""
    rollback_index: int = 0  # its floor
    says: str = ""  # who said so: "slot a", "its boot loader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of the checks of one bundle."""

    checks: tuple[Check, ...]
    manifest: Manifest | None  # None: it can't be read


def judge(
    path: Path,
    known: Known,
    partitions: Sequence[Partition],
    options: Options,
    tell: Tell,
    *,
    size: int,
) -> Verdict:
    """Verify a bundle, or those on a disk, and hold them against the device.

    size: bytes that are read for it. Raises InputError if the file can't be read.
    """
    from mvpsdk import sign

    report = sign.verify(
        path,
        sign.Wanted(
            keys=sign.public_keys(options.keys),
            now=options.now,
            unsigned=options.unsigned,
            device=facts(known, partitions, options),
        ),
        progress=lambda done: tell(
            Event(step=Step.VERIFY, part=path.name, amount=done, total=size)
        ),
    )
    found = [verified(check) for check in report.checks]
    found += _identity(known, options)
    if report.manifest and not facts(known, partitions, options):
        found += _floor(report.manifest, known)
    return Verdict(checks=tuple(found), manifest=report.manifest)


def facts(known: Known, partitions: Sequence[Partition], options: Options) -> DeviceFacts | None:
    """Return what the device and the file of its facts say together; None: neither knows it."""
    said = options.device
    board = known.board or (said.board if said else "")
    if not board:
        return None
    return DeviceFacts(
        path=said.path if said else Path(known.name),
        board=board,
        compatible=known.compatible or (said.compatible if said else ""),
        rollback_index=max(known.rollback_index, said.rollback_index if said else 0),
        partitions=tuple(partitions),
    )


def _floor(manifest: Manifest, known: Known) -> Iterator[Check]:
    """The floor counts, whatever the board is; where that is known, `verify` looks at both."""
    name, what = "device rollback index", "not below the device's floor"
    found = f"the bundle has {manifest.rollback_index}, the device {known.rollback_index}"
    if manifest.rollback_index < known.rollback_index:
        hint = f"rollback-index = {known.rollback_index} or more in [handset], then mvpsdk bundle"
        yield refused(name, what, found, hint)
    else:
        yield passed(name, what, found)


def _identity(known: Known, options: Options) -> Iterator[Check]:
    """Is it known what device this is, and do all say the same?"""
    name, what = "device", "what the device is"
    said = options.device
    if not known.board and not said:
        found = "nothing on it says what board it is"
        yield refused(name, what, found, "say it by a file of its facts: --device FILE")
    elif known.board and said and known.board != said.board:
        found = f"by {known.says} it is {known.board}, by {said.path} it is {said.board}"
        yield refused(
            name, what, found, "name the facts of this very device by --device, or leave them out"
        )
    else:
        by = known.says if known.board else str(said.path) if said else ""
        board = known.board or (said.board if said else "")
        yield passed(name, what, f"{board}, by {by}")
