# SPDX-License-Identifier: Apache-2.0
"""The FIT itself: U-Boot's format, as it goes into a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.bundle.containers import Contained
from mvpsdk.store.output import target_of, unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.bundle.containers import Wanted
    from mvpsdk.bundle.spans import Progress

__all__ = ["TAKES", "contain"]

TAKES: frozenset[str] = frozenset()


def contain(fit: Path, wanted: Wanted, progress: Progress | None) -> Contained:  # noqa: ARG001 - a move takes no time
    """Move the FIT to where it is wanted. Raises InputError if it can't be moved there."""
    try:
        size = fit.stat().st_size
        fit.replace(target_of(wanted.output))
    except OSError as error:
        raise unwritable(wanted.output, error) from error
    return Contained(size=size)
