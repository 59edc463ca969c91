# SPDX-License-Identifier: Apache-2.0
"""The only place that prints: results to stdout, everything else to stderr.

A command calls :func:`out` for text, :func:`report` for JSON, :func:`made` where the result is a
file and the text only tells of it, :func:`note` for remarks on stderr and :func:`progress` for
anything that takes over half a second. Colours are plain ANSI codes, since importing rich costs
more than most commands take; only the progress bar needs it.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.progress import Progress

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_LOOK = r"(?!0*8[;m])[0-9]*"  # a parameter of SGR but 8, which hides what follows
_ACTS = re.compile(
    rf"\x1b(?!\[{_LOOK}(?:;{_LOOK})*m)"
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""What a terminal acts upon (ECMA-48; Unicode's UAX 9), but for line ends, tabs and colours."""
_ESCAPED = re.compile(r"[\x7f-\x9f]")
"""What JSON may have in a string as it is, and a terminal acts upon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the user asked for: ``color`` None means "as the stream is"."""

    quiet: bool = False
    verbose: int = 0
    color: bool | None = None
    no_input: bool = False


_settings = Settings()


def settings() -> Settings:
    """The output settings of this run."""
    return _settings


def configure(**changes: Any) -> None:  # noqa: ANN401 - fields of Settings
    """Changes some output settings."""
    global _settings  # noqa: PLW0603 - one process, one terminal
    _settings = replace(_settings, **changes)
    if "quiet" in changes or "verbose" in changes:
        _log_level()


def reset() -> None:
    """Back to the defaults; each run of the command line begins with it."""
    global _settings  # noqa: PLW0603 - one process, one terminal
    _settings = Settings()


def _log_level() -> None:
    import logging

    level = max(logging.DEBUG, logging.WARNING - 10 * _settings.verbose)
    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, force=True)
    logging.getLogger("mvpsdk").setLevel(logging.ERROR if _settings.quiet else level)


def out(text: str = "") -> None:
    """A line of the result, to stdout."""
    sys.stdout.write(f"{harmless(text)}\n")


def harmless(text: str) -> str:
    """A text without what a terminal acts upon: names stand in files that nobody has verified."""
    return _ACTS.sub("\ufffd", text)


def report(schema: str, document: Mapping[str, Any]) -> None:
    """The result as JSON, to stdout, with its schema's name first, e.g. ``mvpsdk.lint/1``."""
    out(encoded({"schema": schema, **document}))


def encoded(document: Mapping[str, Any], indent: int | None = 2) -> str:
    """A document as JSON that can be shown on a terminal."""
    import json

    text = json.dumps(document, indent=indent, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def note(text: str) -> None:
    """A remark for people, to stderr; ``--quiet`` drops it."""
    if not _settings.quiet:
        sys.stderr.write(f"{harmless(text)}\n")
        sys.stderr.flush()


def made(text: str) -> None:
    """A line about the files that were written, to stdout; ``--quiet`` drops it."""
    if not _settings.quiet:
        out(text)


def interactive() -> bool:
    """Whether questions may be asked: at a terminal, without ``--no-input`` and ``CI=true``."""
    barred = _settings.no_input or os.environ.get("CI", "").lower() in {"true", "1"}
    return not barred and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> str:
    """A line that the user types, asked for on stderr; "" where the input ends."""
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def screen() -> bool:
    """Whether results go to a terminal, where somebody sees them."""
    return sys.stdout.isatty()


def failure(message: str, rule: str = "") -> None:
    """What is wrong, to stderr."""
    word = style("error:", "bold", "red", on_stderr=True)
    text = harmless(message)
    sys.stdout.flush()
    sys.stderr.write(f"{word} [{rule}] {text}\n" if rule else f"{word} {text}\n")
    sys.stderr.flush()


def detail(text: str) -> None:
    """A line that says more of what is wrong, to stderr."""
    sys.stderr.write(f"  {harmless(text)}\n")
    sys.stderr.flush()


def style(text: str, *looks: str, on_stderr: bool = False) -> str:
    """The text in the given looks (``"bold"``, ``"red"``, …) if where it goes shows colours."""
    if not looks or not colored(sys.stderr if on_stderr else sys.stdout):
        return text
    codes = ";".join(_CODES[look] for look in looks)
    return f"\x1b[{codes}m{text}\x1b[0m"


@contextmanager
def colorless() -> Iterator[None]:
    """Nothing that is styled in this block has a colour: it goes to a file."""
    before = _settings.color
    configure(color=False)
    try:
        yield
    finally:
        configure(color=before)


def colored(stream: TextIO) -> bool:
    """Whether colour goes to this stream: ``--color``, then NO_COLOR, then what the stream is."""
    if _settings.color is not None:
        return _settings.color
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def path(name: str | Path) -> str:
    """A path as the user would type it here: relative where that is shorter."""
    absolute = os.path.abspath(name)  # noqa: PTH100 - no symlink is to be resolved
    return min(os.path.relpath(absolute), absolute, key=len)


def table(rows: Sequence[Sequence[str]], *, gap: str = "  ") -> Iterator[str]:
    """Rows as aligned lines; the last column is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield gap.join(cells).rstrip()


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar in bytes on stderr, on a terminal only and not with ``--quiet``.

    Yields the function to call with the number of bytes done since the last call.
    """
    if _settings.quiet or not sys.stderr.isatty():
        yield lambda _amount: None
        return
    with _bar() as bar:
        task = bar.add_task(title, total=total)
        yield lambda amount: bar.advance(task, amount)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
