# SPDX-License-Identifier: Apache-2.0
"""The inputs of a handset on all of its boards: pinned by its lock, fetched into the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import handset, store
from mvpsdk.errors import InputError
from mvpsdk.store import lock as locking
from mvpsdk_cli import downloads, pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.handset import Handset
    from mvpsdk.store import Lock, Source

__all__ = ["fetch", "lock"]


def _all_inputs(loaded: Handset) -> dict[str, Source]:
    """Return the inputs of a handset on all of its boards, by role.

    Raises InputError if boards want different files for one role: a lock has one pin for each.
    """
    found: dict[str, Source] = {}
    for name in loaded.boards:
        for role, source in loaded.for_board(name).inputs().items():
            if found.setdefault(role, source) != source:
                raise InputError(
                    f"{role} is {found[role]} on one board and {source} on {name};"
                    " a lock can't hold both",
                    place=loaded.place(f"on.{name}"),
                    hint="give the boards handset files of their own",
                )
    return found


def lock(request: pipeline.Request) -> tuple[Path, Lock]:
    """Pin every input as it is now, in the lock beside the handset file. Return path and lock."""
    loaded = handset.load(request.handset)
    path = store.lock_path(loaded.path)
    with downloads.bars() as progress:
        inputs = store.Store(cache=request.cache, offline=request.offline, progress=progress)
        made = store.pin(_all_inputs(loaded), inputs, path)
    locking.save(made, path)
    return path, made


def fetch(request: pipeline.Request) -> dict[str, Path]:
    """Bring every input that is not a file here into the cache; return where they are, by role."""
    with pipeline.open_handset(request) as (loaded, inputs):
        return {
            role: inputs.fetch(role, source, inputs.pinned(role, source))
            for role, source in _all_inputs(loaded).items()
            if not source.path
        }
