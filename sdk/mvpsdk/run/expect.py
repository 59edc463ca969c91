# SPDX-License-Identifier: Apache-2.0
"""What a run must show, and must not: expectations in order, each partition's for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from mvpsdk.run.model import Expectation, Line

__all__ = ["Watch"]

_REMEMBERED = 20  # lines that are told when a run fails


class Watch:
    """Follows the lines of a run."""

    def __init__(
        self, expectations: Iterable[Expectation] = (), reject: Sequence[re.Pattern[str]] = ()
    ) -> None:
        """Await the expectations, in order for each partition; refuse what `reject` finds."""
        self._awaited = list(expectations)
        self._reject = tuple(reject)
        self._matched: dict[str, tuple[int, int]] = {}  # partition: line's number, end of the match
        self._last: dict[tuple[str, int], Line] = {}

    @property
    def awaited(self) -> tuple[Expectation, ...]:
        """What has not come yet, in the order given."""
        return tuple(self._awaited)

    @property
    def last(self) -> tuple[Line, ...]:
        """The last lines of all partitions."""
        return tuple(self._last.values())

    def remember(self, line: Line) -> None:
        """Keep a line for the report of a failure."""
        self._last.pop((line.partition, line.number), None)
        self._last[line.partition, line.number] = line
        while len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]

    def meets(self, line: Line) -> list[Expectation]:
        """The expectations that a line meets, in order, one behind the other's match.

        A line may be shown again when it has grown; what has matched is not searched twice.
        """
        number, start = self._matched.get(line.partition, (0, 0))
        start = start if number == line.number else 0
        met: list[Expectation] = []
        for expectation in [one for one in self._awaited if one.partition == line.partition]:
            found = expectation.pattern.search(line.text, start)
            if not found:
                break
            start = found.end()
            met.append(expectation)
        self._matched[line.partition] = (line.number, start)
        self._awaited = [one for one in self._awaited if all(one is not each for each in met)]
        return met

    def rejects(self, line: Line) -> bool:
        """Whether the line shows what must not be."""
        return any(pattern.search(line.text) for pattern in self._reject)
