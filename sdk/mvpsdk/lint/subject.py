# SPDX-License-Identifier: Apache-2.0
"""What the rules look at: one board's worth of nouns, and the subjects found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.board.model import Board
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.errors import Fault, Place
    from mvpsdk.handset.model import Handset
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.image.views import Views
    from mvpsdk.plan.model import Partition, Plan, PlannedImage

__all__ = ["Bench", "ImageSubject", "PlanSubject", "subject_of_role"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """All that is linted together: a handset on one board, a board alone, or an image alone.

    Attributes:
        board: the board; None when an image is linted alone.
        handset: with the board's differences merged in; None when there is none.
        images: facts of every image file.
        views: by role, what the ELF parsers say of an image.
        plan: where everything goes; None if it could not be made.
        faults: why there is no plan; empty if nobody asked for one.
        metadata: the pack's header and tables, which the hypervisor will judge at boot.
    """

    board: Board | None = None
    handset: Handset | None = None
    images: tuple[ImageFacts, ...] = ()
    views: Mapping[str, Views] = field(default_factory=dict)
    plan: Plan | None = None
    faults: tuple[Fault, ...] = ()
    metadata: bytes = b""

    @property
    def board_name(self) -> str:
        """The board's name; empty for an image alone."""
        return self.board.name if self.board else ""

    def place(self, subject: str) -> Place | None:
        """Where the handset file names a subject such as `persona.work.kernel`."""
        if not self.handset:
            return None
        for index, persona in enumerate(self.handset.personas):
            head = f"persona.{persona.name}"
            if subject == head or subject.startswith(f"{head}."):
                return self.handset.place(f"persona[{index}]{subject.removeprefix(head)}")
        return self.handset.place(subject)

    def image_subjects(self) -> Iterator[ImageSubject]:
        """One subject for each image file."""
        for facts in self.images:
            yield ImageSubject(bench=self, facts=facts, views=self.views.get(facts.role))


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSubject:
    """One image file, and what is known about the partition that it is meant for."""

    bench: Bench
    facts: ImageFacts
    views: Views | None = None  # None: not an ELF file

    @property
    def id(self) -> str:
        """The key that names the file in the handset; the file's name for an image alone."""
        return subject_of_role(self.facts.role) or self.facts.path.name

    @property
    def part(self) -> str:
        """`kernel`, `ramdisk`, `realtime`; empty for an image alone."""
        return self.facts.role.rpartition("/")[2]

    @property
    def owner(self) -> str:
        """How a message names the file: `work/kernel (linux)`."""
        name = self.facts.path.name
        return f"{self.facts.role} ({name})" if self.facts.role else name

    @property
    def partition(self) -> Partition | None:
        """The partition that the plan made for it."""
        if not self.bench.plan or not self.facts.role:
            return None
        return self.bench.plan.partition(self.facts.role.partition("/")[0])

    @property
    def planned(self) -> tuple[PlannedImage, ...]:
        """What the plan makes of this file."""
        images = self.partition.images if self.partition else ()
        return tuple(image for image in images if image.role == self.facts.role)

    @property
    def place(self) -> Place | None:
        """Where the handset names it."""
        return self.bench.place(self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSubject:
    """The plan of one handset on one board, and the hypervisor's verdict over it."""

    bench: Bench
    plan: Plan
    pack: Pack
    verdict: Verdict

    @property
    def id(self) -> str:
        """What reports call it."""
        return "plan"


def subject_of_role(role: str) -> str:
    """Return the key of the handset file that names an image: `work/kernel` → `persona.work.kernel`."""
    if role == "realtime":
        return "realtime.image"
    return "persona." + role.replace("/", ".") if role else ""
