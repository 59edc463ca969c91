# SPDX-License-Identifier: Apache-2.0
"""A disk image onto a whole medium, so that a power cut never leaves half a disk that starts.

1. The partition table is taken away: both copies, flushed. Nothing is found on the medium.
2. All else is written, flushed, read back.
3. The table is put down: the backup, flushed, then the primary, flushed.

An interrupted flash goes on where it was, as what is there already is not written again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.disk import gpt_write
from mvpsdk.flash.blocks import BLOCK, Extent, FileBlocks
from mvpsdk.flash.copying import Job, read_back, survey, unkept, write
from mvpsdk.flash.disk_checks import judge_disk
from mvpsdk.flash.image import DiskImage, clipped
from mvpsdk.flash.model import Event, Outcome, PartPlan, Plan, Result, Step

if TYPE_CHECKING:
    from mvpsdk.disk import Disk
    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Options, Tell

__all__ = ["DiskJob", "plan_disk", "write_disk"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskJob:
    """What goes onto a medium: the body, surveyed, and the two copies of its table."""

    size: int  # bytes that the medium needs
    body: Job
    head: bytes  # protective MBR and primary table
    tail: bytes  # backup table
    tail_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """A disk image without its table."""

    image: DiskImage
    within: Extent

    @property
    def size(self) -> int:
        """From its first byte to its last."""
        return self.image.size

    def extents(self) -> tuple[Extent, ...]:
        """What has bytes."""
        return tuple(clipped(self.image.extents(), self.within))

    def zeros(self) -> tuple[Extent, ...]:
        """What must be zero."""
        return tuple(clipped(self.image.zeros(), self.within))

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes."""
        return self.image.read(offset, size)


def plan_disk(device: BlockDevice, name: str, what: Input, options: Options, tell: Tell) -> Plan:
    """Hold a disk image against a medium. Raises InputError if the image can't be read."""
    image = DiskImage.of(what.path)
    verdict = judge_disk(device, name, image, options, tell)
    job: DiskJob | None = None
    parts: tuple[PartPlan, ...] = ()
    if verdict.table and all(each.outcome is not Outcome.REFUSED for each in verdict.checks):
        job = _job(device, image, verdict.table, tell)
        what.hold_still()
        parts = (
            PartPlan(
                name=job.body.name,
                size=image.size,
                missing=job.body.missing + _table_bytes(device, job),
                sha256=job.body.sha256,
            ),
        )

    def work(tell: Tell) -> Result:
        assert job  # noqa: S101 - nothing was refused
        return Result(changed=write_disk(device, job, tell), read_back=True)

    return Plan(
        target=name, kind=what.kind.value, slot=None, checks=verdict.checks, parts=parts, work=work
    )


def write_disk(device: BlockDevice, job: DiskJob, tell: Tell) -> bool:
    """Write in the order that the module tells; return whether anything was to be done.

    Raises RefusedError if the medium fails or keeps something else than was written.
    """
    if isinstance(device, FileBlocks) and device.size < job.size:
        device.grow(job.size)
    table = _table_bytes(device, job)
    if job.body.unchanged and not table:
        return False
    if not job.body.unchanged:
        _blank(device, job)
        tell(Event(step=Step.TAKE_TABLE, part=job.body.name))
        write(device, job.body, tell)
        device.flush()
    read_back(device, job.body, tell)
    for offset, data in ((job.tail_at, job.tail), (0, job.head)):
        device.write(offset, data)
        device.flush()
        if device.read(offset, len(data)) != data:
            raise unkept(
                f"the partition table at byte {offset} reads back other than it was written"
            )
    tell(Event(step=Step.PUT_TABLE, part=job.body.name))
    return True


def _job(device: BlockDevice, image: DiskImage, table: Disk, tell: Tell) -> DiskJob:
    start, end = table.first_usable * BLOCK, (table.last_usable + 1) * BLOCK
    body = Job(
        name="disk",
        at=Extent(0, image.size),
        source=_Body(image=image, within=Extent(start, end - start)),
    )
    head, tail = image.read(0, start), image.read(end, image.size - end)
    size = max(image.size, device.size // BLOCK * BLOCK)
    if size > image.size:  # the backup stands at the end of the medium (UEFI 2.10, 5.3.2)
        fitted = replace(
            table, blocks=size // BLOCK, last_usable=(size - len(tail)) // BLOCK - 1, damage=()
        )
        head, tail = gpt_write.primary(fitted), gpt_write.backup(fitted)
    return DiskJob(
        size=image.size,
        body=survey(device, body, tell),
        head=head,
        tail=tail,
        tail_at=size - len(tail),
    )


def _table_bytes(device: BlockDevice, job: DiskJob) -> int:
    """How much of the table is not there yet."""
    copies = ((0, job.head), (job.tail_at, job.tail))
    return sum(len(data) for offset, data in copies if device.read(offset, len(data)) != data)


def _blank(device: BlockDevice, job: DiskJob) -> None:
    """Take both copies of whatever table there is, unless that was done before."""
    for offset, size in ((0, len(job.head)), (job.tail_at, len(job.tail))):
        if any(device.read(offset, size)):
            device.write(offset, bytes(size))
    device.flush()
