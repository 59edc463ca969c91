# SPDX-License-Identifier: Apache-2.0
"""What the rules look at: one board's worth of nouns, and the subjects found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.document.editing import Edit
from mvpsdk.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.draft import Draft
    from mvpsdk.board.model import Board
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.errors import Fault
    from mvpsdk.handset.model import Handset, Persona
    from mvpsdk.image.contents import Contents
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.image.views import Views
    from mvpsdk.lint.allow import Excuse
    from mvpsdk.lint.baseline import Known
    from mvpsdk.lint.delivery import Delivery
    from mvpsdk.lint.model import NotApplicable, NotChecked
    from mvpsdk.plan.model import Partition, Plan, PlannedImage

__all__ = [
    "Bench",
    "BoardSubject",
    "BundleSubject",
    "ExceptionSubject",
    "HandsetSubject",
    "ImageSubject",
    "PlanSubject",
    "subject_of_key",
    "subject_of_role",
]

EVIDENCE = ("kernel-config", "symbols", "update-key")
"""Parts that tell something of an image, and are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """All that is linted together: a handset on one board, a board alone, or an image alone.

    Attributes:
        draft: the board as far as it is known; None when an image is linted alone.
        board: the board; None if there is none, or if not all of it is known.
        handset: with the board's differences merged in; None when there is none.
        images: facts of every image file.
        plan: where everything goes; None if it could not be made.
        faults: why there is no plan; empty if nobody asked for one.
        release: it is judged as what ships, not as what is being worked on.
        pinned: the roles of the inputs that the lock pins.
        bundle: a bundle that is linted alone.
        previous: the bundle that came before it; None: nobody named it.
    """

    draft: Draft | None = None
    board: Board | None = None
    handset: Handset | None = None
    images: tuple[ImageFacts, ...] = ()
    plan: Plan | None = None
    faults: tuple[Fault, ...] = ()
    release: bool = False
    pinned: frozenset[str] = frozenset()
    bundle: Delivery | None = None
    previous: Delivery | None = None

    @property
    def board_name(self) -> str:
        """The board's name; empty for an image alone."""
        known = self.board or self.draft
        return known.name if known else ""

    def place(self, subject: str) -> Place | None:
        """Where the handset or the board file names a subject such as `persona.work.kernel`."""
        known = self.board or self.draft
        if subject == "board" and known:
            return known.place("board")
        if subject.startswith("board.") and known:
            key = subject.removeprefix("board.")
            return known.place(key) or known.place(subject)
        if not self.handset:
            return self._file(subject)
        return self.handset.place(self._key(subject))

    def _key(self, subject: str) -> str:
        """Return the handset file's key of a subject: `persona[0].kernel`."""
        head, _, name = subject.partition(".")
        for index, persona in enumerate(self.handset.personas if self.handset else ()):
            if head == "persona" and f"{name}.".startswith(f"{persona.name}."):
                return f"persona[{index}]{name.removeprefix(persona.name)}"
        return subject

    def edit(self, subject: str, value: str | int | None) -> tuple[Edit, ...]:
        """Return what gives the key of a subject a value, where a person has written that key.

        None removes a table of an array. There is no edit for a key that nobody wrote.
        """
        known = self.board or self.draft
        of_board = subject.startswith("board.")
        places = (known and known.places) if of_board else (self.handset and self.handset.places)
        key = subject.removeprefix("board.") if of_board else self._key(subject)
        return self.edit_at(places.get(key) if places else None, value)

    def edit_at(self, place: Place | None, value: str | int | None) -> tuple[Edit, ...]:
        """Return what gives the key at a place a value; it may be one of `[on.BOARD]`."""
        known = self.board or self.draft
        for places in (self.handset and self.handset.places, known and known.places):
            keys = [key for key, at in (places or {}).items() if place and key and at == place]
            written = sorted(keys, key=lambda key: (not key.startswith("on."), len(key)))
            if place and written:
                return (Edit(file=place.file, key=written[0], value=value),)
        return ()

    def _file(self, name: str) -> Place | None:
        """Where an image alone lies: nothing but its own path names it."""
        if self.bundle:
            return Place(file=self.bundle.file)
        paths = [facts.path for facts in self.images if facts.path.name == name]
        return Place(file=str(paths[0])) if paths else None

    def subject_at(self, place: Place | None) -> str:
        """Return the subject that a place of the files names; empty if it names none."""
        if not self.handset or not place:
            return ""
        places = self.board.places if self.board else {}
        for key, known in places.items():
            if key and known == place:
                return subject_of_key(key)
        key = next((key for key, known in self.handset.places.items() if known == place), "")
        for index, persona in enumerate(self.handset.personas):
            key = key.replace(f"persona[{index}]", f"persona.{persona.name}")
        return key

    def board_subject(self) -> BoardSubject | None:
        """Return the board as far as it is known, with its contradictions; None: no board."""
        if self.draft is None or self.bundle:
            return None
        from mvpsdk.board.checking import faults_of

        return BoardSubject(bench=self, draft=self.draft, faults=tuple(faults_of(self.draft)))

    def image_subjects(self) -> Iterator[ImageSubject]:
        """One subject for each image file; what is evidence about another is none."""
        for facts in self.images:
            if facts.role.rpartition("/")[2] in EVIDENCE:
                continue
            yield ImageSubject(bench=self, facts=facts)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSubject:
    """One image file, and what is known about the partition that it is meant for."""

    bench: Bench
    facts: ImageFacts

    @property
    def id(self) -> str:
        """The key that names the file in the handset; the file's name for an image alone."""
        return self.facts.path.name if self.is_alone else subject_of_role(self.facts.role)

    @property
    def part(self) -> str:
        """`kernel`, `ramdisk` or `realtime`; of an image alone, what its format can only be."""
        if self.is_alone:
            return {"elf": "realtime", "arm64-image": "kernel"}.get(self.facts.format, "")
        return self.facts.role.rpartition("/")[2]

    @property
    def is_alone(self) -> bool:
        """Whether the image is linted by itself, without a handset that says what it is for."""
        return self.bench.handset is None

    @property
    def owner(self) -> str:
        """How a message names the file: `work/kernel (linux)`."""
        name = self.facts.path.name
        return name if self.is_alone else f"{self.facts.role} ({name})"

    @property
    def partition(self) -> Partition | None:
        """The partition that the plan made for it."""
        if not self.bench.plan:
            return None
        return self.bench.plan.partition(self.facts.role.partition("/")[0])

    @property
    def planned(self) -> tuple[PlannedImage, ...]:
        """What the plan makes of this file."""
        images = self.partition.images if self.partition else ()
        return tuple(image for image in images if image.role == self.facts.role)

    @property
    def views(self) -> Views | None:
        """What the ELF parsers say of it; None: it is no ELF file, or nobody asked them."""
        return self.facts.views

    @property
    def contents(self) -> Contents | None:
        """What is inside of it; None if nothing was looked at there."""
        return self.facts.contents

    def other(self, part: str) -> ImageFacts | None:
        """Return the facts of the same persona's kernel, ramdisk or rom; None if it has none."""
        role = f"{self.facts.role.partition('/')[0]}/{part}"
        return next((facts for facts in self.bench.images if facts.role == role), None)

    def beside(self, part: str) -> Contents | None:
        """Return what is inside the same persona's kernel or ramdisk."""
        other = self.other(part)
        return other.contents if other else None

    @property
    def persona(self) -> Persona | None:
        """The persona that it belongs to."""
        name = self.facts.role.partition("/")[0]
        personas = self.bench.handset.personas if self.bench.handset else ()
        return next((persona for persona in personas if persona.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardSubject:
    """What is known of one board, from its file or from a vendor's tree."""

    bench: Bench
    draft: Draft
    faults: tuple[Fault, ...]  # what contradicts itself, each with the rule that speaks of it

    @property
    def is_tree(self) -> bool:
        """Whether this was read from a device tree, which nobody has attested anything in."""
        return any(place.node for place in self.draft.places.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class HandsetSubject:
    """What the handset file says, with the differences of one board merged in."""

    bench: Bench
    handset: Handset


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleSubject:
    """A bundle, as it would be flashed."""

    bench: Bench
    bundle: Delivery


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSubject:
    """The plan of one handset on one board, and the hypervisor's verdict over it."""

    bench: Bench
    plan: Plan
    pack: Pack
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionSubject:
    """One exception of the handset file, or all of a baseline, when everything else is judged."""

    bench: Bench
    excuse: Excuse | None = None  # None: the baseline is meant
    blind: NotApplicable | NotChecked | None = None  # why none can say that it excuses nothing
    stale: tuple[Known, ...] = ()  # what the baseline knows, and nobody has found
    file: str = ""  # of the baseline

    @property
    def id(self) -> str:
        """How a finding names it: `allow.MEM004` or `baseline`."""
        return f"allow.{self.excuse.allow.rule}" if self.excuse else "baseline"


def subject_of_role(role: str) -> str:
    """Return the key of the file that names an image: `persona.work.kernel` for `work/kernel`."""
    name, _, part = role.partition("/")
    return f"{name}.{part or 'image'}" if name == "realtime" else f"persona.{name}.{part}"


def subject_of_key(key: str) -> str:
    """Return how a finding names a key of the board: `board.memory[0]` for `memory[0]`."""
    return key if key.startswith("board.") else f"board.{key}"
