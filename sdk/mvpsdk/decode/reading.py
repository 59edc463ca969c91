# SPDX-License-Identifier: Apache-2.0
"""Reads a log, once and in bounded memory: lines that say the same are counted, not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.decode.advice import Advice, advice
from mvpsdk.decode.context import Context
from mvpsdk.decode.details import details, where
from mvpsdk.decode.lines import physical_lines, said
from mvpsdk.decode.messages import Kind, Message, parse
from mvpsdk.decode.model import Finding, Report
from mvpsdk.decode.panic import Panic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mvpsdk.decode.lines import Said

__all__ = ["DISTINCT", "decode"]

DISTINCT = 256
"""Findings that are told apart; a guest that goes wild everywhere can't fill our memory."""

_UNREADABLE = Advice(
    name="",
    meaning="a damaged line, without a code that can be read",
    cause="characters were lost on the way: no flow control, a wrong baud rate, a noisy cable",
    rule=None,
    fix="check the serial line's settings, and capture the log again",
)


def decode(pieces: Iterable[bytes], context: Context | None = None) -> Report:
    """Return what a console log says, taken from its bytes in pieces of any size.

    context: what is at hand of the machine that wrote it, so that its numbers get names.
    """
    reader = _Reader(context or Context())
    for line in said(physical_lines(pieces)):
        reader.take(line)
    return reader.report()


class _Reader:
    """The state between two lines."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lines = self._own = self._boots = self._dropped = self._lost = 0
        self._remarks: dict[str, None] = {}
        self._found: dict[tuple[object, ...], Finding] = {}
        self._drivers: list[str] = []
        self._panic: tuple[tuple[object, ...], Panic] | None = None

    def take(self, line: Said | None) -> None:
        """Take in the next line; None: it is not the hypervisor's."""
        self._lines += 1
        if line is None:
            return
        self._own += 1
        if line.text.startswith("console driver of "):
            self._drivers = [*self._drivers[-1:], line.text]
        message = parse(line.text)
        if message is not None:
            self._heed(line, message)

    def _heed(self, line: Said, message: Message) -> None:
        match message.kind:
            case Kind.BANNER:
                self._boots += 1
                self._strangers(message)
            case Kind.LOST:
                self._lost += message.values.get("bytes", 0)
            case Kind.REGISTERS | Kind.TRACE:
                self._more(message)
            case _:
                self._find(line, message)

    def _strangers(self, message: Message) -> None:
        if not message.damaged:
            known = self._context.stranger(message.values["fingerprint"])
            self._remarks |= dict.fromkeys(known)

    def _find(self, line: Said, message: Message) -> None:
        key = _key(line, message)
        before = self._found.get(key)
        if before:
            self._found[key] = replace(before, last=line.number, count=before.count + 1)
        elif len(self._found) < DISTINCT:
            self._found[key] = self._finding(line, message)
            self._panic = (key, Panic()) if message.kind is Kind.PANIC else None
        else:
            self._dropped += 1

    def _finding(self, line: Said, message: Message) -> Finding:
        code = message.reason
        told = details(message, self._context)
        if message.kind is Kind.STOP and self._drivers:
            told, self._drivers = (*told, *self._drivers), []
        return Finding(
            line=line.number,
            last=line.number,
            count=1,
            kind=message.kind,
            text=line.text,
            reason=code,
            damaged=message.damaged,
            where=where(message, self._context),
            details=told,
            advice=_UNREADABLE if code is None else advice(code),
        )

    def _more(self, message: Message) -> None:
        """Registers and trace belong to the panic that they follow."""
        if self._panic:
            self._panic[1].take(message)

    def report(self) -> Report:
        """Return what has been read."""
        if self._panic:
            key, panic = self._panic
            found = self._found[key]
            told = panic.details(self._context)
            self._found[key] = replace(found, details=found.details + told)
        return Report(
            lines=self._lines,
            own=self._own,
            boots=self._boots,
            findings=tuple(self._found.values()),
            dropped=self._dropped,
            remarks=tuple(self._all_remarks()),
        )

    def _all_remarks(self) -> Iterator[str]:
        yield from self._remarks
        if self._boots > 1:
            yield f"the hypervisor came up {self._boots} times: findings of all of them are told"
        if self._lost:
            yield f"{self._lost} bytes found the console busy and are not in the log"
        if self._dropped:
            yield f"{self._dropped} more lines have reasons at places of their own"


def _key(line: Said, message: Message) -> tuple[object, ...]:
    """What makes two lines say the same: all their values but the data of a refusal or a panic."""
    values = message.values
    if message.damaged:
        return message.kind, line.text
    if message.kind is Kind.DMA:
        return message.kind, values["stream"], values["kind"]
    if message.kind in {Kind.WILD, Kind.NOT_OFFERED, Kind.CRASH}:
        who = values.get("partition", values.get("index"))
        return message.kind, values["reason"], who, values["pc"]
    return message.kind, *values.values()
