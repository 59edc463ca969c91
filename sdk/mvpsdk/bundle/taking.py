# SPDX-License-Identifier: Apache-2.0
"""Verifying and taking out what is in a bundle."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle.spans import copy
from mvpsdk.disk import nonzero
from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.store import output
from mvpsdk.store.digest import digest_of
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.bundle.model import Contents, Part
    from mvpsdk.bundle.spans import Progress, Span

__all__ = ["Digest", "extract", "is_digested", "verify"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What a part's bytes are, beside what they should be."""

    name: str
    found: str  # "": they were not read
    expected: str  # "": nothing says what they should be

    @property
    def ok(self) -> bool:
        """Whether they are what something says they should be."""
        return self.found == self.expected


def verify(contents: Contents, progress: Progress | None = None) -> tuple[Digest, ...]:
    """Digest every part, and every image of the pack. Raises InputError if the file fails.

    Of a disk, what has no digest is not read: user data are what they are.
    """
    return tuple(
        Digest(
            name=part.name,
            found=digest_of(part.span.chunks(), progress) if is_digested(contents, part) else "",
            expected=part.span.sha256,
        )
        for part in contents.entries()
    )


def is_digested(contents: Contents, part: Part) -> bool:
    """Tell whether `verify` reads a part."""
    return contents.kind != "disk" or bool(part.span.sha256)


def extract(contents: Contents, names: Sequence[str], folder: Path) -> tuple[Path, ...]:
    """Write parts and images into a folder, each under its name; all of them if none is named.

    Return the paths. All files appear, whole, or none.

    Raises InputError for a name that isn't there or a file without parts, BundleError for bytes
    that are not what their digest says, or a name that would lead out of the folder.
    """
    known = {part.name: part for part in contents.entries()}
    if not known:
        raise InputError(
            "there are no parts in it to take out",
            place=Place(file=str(contents.path)),
            hint="name a bundle or a pack; mvpsdk inspect says what this file is",
        )
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = f"there are: {', '.join(known)}"
        raise InputError(
            f"nothing in it is called {', '.join(unknown)}",
            place=Place(file=str(contents.path)),
            hint=hint,
        )
    chosen = [known[name] for name in names] if names else list(known.values())
    targets = [_target(part, folder, contents) for part in chosen]
    with ExitStack() as files:  # each takes its name only when all are written
        for part, path in zip(chosen, targets, strict=True):
            _write(part, path, contents, files)
    return tuple(targets)


def _target(part: Part, folder: Path, contents: Contents) -> Path:
    """Where a part goes. Names come out of the file, so they are not trusted."""
    steps = part.name.split("/")
    if not all(step.strip(".") and step.isprintable() for step in steps):
        message = f"part {part.name!r} would be written outside the folder"
        hint = "no tool of ours names a part so: don't trust this file"
        raise BundleError(message, place=Place(file=str(contents.path)), hint=hint)
    return folder.joinpath(*steps)


def _copy_runs(span: Span, file: BinaryIO) -> None:
    """Copy a partition, which may be mostly empty, without its zeros."""
    with span.open() as source:
        for offset, piece in nonzero(source, span.offset, span.offset + span.size):
            file.seek(offset - span.offset)
            file.write(piece)
    file.truncate(span.size)


def _write(part: Part, path: Path, contents: Contents, files: ExitStack) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    file = files.enter_context(output(path))
    try:
        if is_digested(contents, part):
            copy(part.span, file)
        else:
            _copy_runs(part.span, file)
        file.flush()  # a full disk is told of the part that did not fit
    except BundleError as error:
        raise BundleError(
            f"{part.name} is damaged: {error.message}",
            place=Place(file=str(contents.path)),
            hint="copy or make the bundle again",
        ) from error
