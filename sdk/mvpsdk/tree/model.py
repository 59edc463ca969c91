# SPDX-License-Identifier: Apache-2.0
"""What a device tree says of a board: values, and for each where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from mvpsdk.board import draft_of, gap
from mvpsdk.board.checking import faults_of
from mvpsdk.errors import Fault, InputError, Place
from mvpsdk.tree.values import TODO, flatten, is_below, nest, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.board import Draft, Remark

__all__ = ["Confidence", "Fact", "Survey"]

Confidence = Literal["certain", "likely", "guess"]
"""How sure a fact is: the tree says it; it follows from what the tree says; it is a good guess."""

VIRTUAL = ("interrupt-controller.", "timer.")
"""Tables of what virtual interrupts need: what a tree lacks of them only a manual may tell."""
BLOCKING = ("psci-hvc", "no-psci", "psci-0.1", "mixed-enable-method", "no-gic")
"""Kinds of remarks that no hypervisor starts with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Where a value came from, and how sure it is."""

    key: str  # of the value in a board.toml: `memory[0].size`
    node: str  # path in the tree; "": it came from elsewhere, as the note says
    confidence: Confidence
    note: str = ""  # for people: why, or why not


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """A board's facts as a device tree tells them.

    Attributes:
        path: of the file.
        live: it came from a running device, so that the boot loader has filled it in.
        compatible: of the root node, first entry.
        compatibles: all entries: the board, then its relatives, then the SoC.
        vendor: who makes the board, as the table of SoCs or the compatible says.
        model: the root node's name for people; may be empty.
        values: as a board.toml has them, but for the board's name and vendor.
        facts: one for each value, by its key.
        remarks: what only a tree's reader can see.
        digest: SHA-256 of the flattened tree, in hex; "" if there is none.
    """

    path: Path
    live: bool
    compatible: str
    compatibles: tuple[str, ...]
    vendor: str
    model: str
    values: Mapping[str, Any]
    facts: Mapping[str, Fact]
    remarks: tuple[Remark, ...] = ()
    digest: str = ""

    @property
    def places(self) -> dict[str, Place]:
        """The node of each fact, by its key."""
        file = str(self.path)
        return {fact.key: Place(file=file, node=fact.node) for fact in self.facts.values()}

    @property
    def todos(self) -> tuple[str, ...]:
        """The keys of what is not known."""
        return tuple(key for key, value in self.flat() if value == TODO)

    def flat(self) -> Iterator[tuple[str, Any]]:
        """Yield each value with its key, in the order of a board.toml."""
        yield from flatten(self.values)

    @property
    def blocks(self) -> tuple[Fault, ...]:
        """Why the hypervisor can't run on this board, as far as it is known.

        That is what the tree's reader saw, what the tree lacks that virtual interrupts and the
        hypervisor's timer need, and contradictions. A person who knows better lifts a block by
        giving the fact: see `given`.
        """
        el2 = str(self.values["board"]["el2"])
        found = [
            _fault_of(remark)
            for remark in self.remarks
            if remark.kind in BLOCKING
            and not (remark.key == "board.el2" and el2.startswith("unlocked"))
        ]
        if el2.startswith("taken"):
            message = f"EL2 is {el2}: the hypervisor would never run"
            found.append(Fault(message=message, place=self.places["board.el2"], rule="BRD003"))
        missing = [key for key in self.todos if key.startswith(VIRTUAL)]
        found += [self._missing(key) for key in missing if self.facts[key].node]
        if el2 == "free":
            found += [_doubted(remark) for remark in self.remarks if remark.rule == "BRD003"]
        return (*found, *faults_of(self.draft("board")))

    def _missing(self, key: str) -> Fault:
        missing = gap(key)
        return Fault(
            message=f"{key}: {self.facts[key].note or missing.what}",
            place=self.places[key],
            hint=missing.how,
            rule=missing.rule,
        )

    def given(self, values: Mapping[str, Any], note: str = "given") -> Survey:
        """Return the survey with some values, by their keys, set by a person who knows better.

        A key may be a whole table or list, such as `memory`: all below it is replaced. None takes
        it away.
        """
        flat = replaced(self.values, values)
        facts = {
            key: Fact(key=key, node="", confidence="certain", note=note)
            if any(is_below(key, other) for other in values)
            else self.facts[key]
            for key in flat
        }
        remarks = tuple(
            remark
            for remark in self.remarks
            if remark.rule == "BRD003" or not any(is_below(remark.key, key) for key in values)
        )
        return replace(self, values=nest(flat), facts=facts, remarks=remarks)

    def draft(self, name: str, vendor: str = "") -> Draft:
        """Return the board as far as it is known, for the rules and for `board.complete`.

        Raises InputError if the name or the vendor is none.
        """
        return draft_of(
            self.board_values(name, vendor),
            self.path,
            self.places,
            error=InputError,
            remarks=self.remarks,
        )

    def board_values(self, name: str, vendor: str = "") -> dict[str, Any]:
        """Return all values of the board.toml that the survey makes."""
        head = {"name": name, "vendor": vendor or self.vendor}
        return {**self.values, "board": {**head, **self.values["board"]}}


def _doubted(remark: Remark) -> Fault:
    """What speaks against an attestation that names no evidence."""
    return Fault(
        message=f'EL2 is attested "free", but {remark.message}',
        place=remark.place,
        hint='if it was freed, say how you know: "unlocked: <evidence>"',
        rule="BRD003",
        parties=remark.parties,
    )


def _fault_of(remark: Remark) -> Fault:
    return Fault(
        message=remark.message,
        place=remark.place,
        hint=remark.hint,
        rule=remark.rule,
        parties=remark.parties,
    )
