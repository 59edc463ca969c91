# SPDX-License-Identifier: Apache-2.0
"""Downloads and what else takes a while as progress bars, one after the other."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Bars:
    """Takes what the SDK tells, how much is there of how much, and shows what is new."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.stack = ExitStack()
        self.advance: Callable[[int], None] = lambda _amount: None
        self.total: int | None = None
        self.done = 0

    def __call__(self, done: int, total: int | None) -> None:
        """Show it; another total, or less than before, is another file."""
        if not self.total or total != self.total or done < self.done:
            self.stack.close()
            self.total, self.done = total, 0
            self.advance = self.stack.enter_context(render.progress(self.title, total or 0))
        self.advance(done - self.done)
        self.done = done


@contextmanager
def bars(title: str = "downloading") -> Iterator[Callable[[int, int | None], None]]:
    """Yield a progress callback for the SDK; whatever happens, no bar is left standing."""
    shown = _Bars(title)
    with shown.stack:
        yield shown
