# SPDX-License-Identifier: Apache-2.0
"""The conformance bundle on the virtual handset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import run as running
from mvpsdk.conform.judging import PERSONAS, suites
from mvpsdk.conform.model import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mvpsdk.conform.model import Suite
    from mvpsdk.run import Line

__all__ = ["TIMEOUT", "booted", "run"]

TIMEOUT = 120.0
"""Seconds of the host's time for the checks of one version of the GIC."""


def run(
    bundle: Path,
    board: str,
    versions: Sequence[int],
    *,
    timeout: float = TIMEOUT,
    heard: Callable[[Line], None] | None = None,
) -> Report:
    """Boot a conformance bundle once for each version of the GIC, and judge what is heard.

    heard: called with every line. Raises as `mvpsdk.run.start` does.
    """
    found: list[Suite] = []
    for version in versions:
        options = running.Options(persona=PERSONAS[version], timeout=timeout, until_exit=True)
        said = _said(running.start(bundle, options), heard)
        found += suites(said, PERSONAS[version])
    return Report(board=board, suites=tuple(found))


def booted(
    bootable: running.Bootable, board: str, version: int, *, timeout: float = TIMEOUT
) -> Report:
    """Boot these files of a conformance bundle, with the persona of one version of the GIC.

    Raises as `mvpsdk.run.boot` does.
    """
    options = running.Options(timeout=timeout, until_exit=True)
    said = _said(running.boot(bootable, options), None)
    return Report(board=board, suites=suites(said, PERSONAS[version]))


def _said(started: running.Session, heard: Callable[[Line], None] | None) -> dict[str, list[str]]:
    lines: dict[tuple[str, int], str] = {}
    with started as session:
        for event in session:
            if isinstance(event, running.Line):
                lines[event.partition, event.number] = event.text
                if heard:
                    heard(event)
    said: dict[str, list[str]] = {}
    for (partition, _), text in lines.items():
        said.setdefault(partition, []).append(text)
    return said
