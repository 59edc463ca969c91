# SPDX-License-Identifier: Apache-2.0
"""`verify --rebuild`: the bundle is built anew from its sources, and its parts compared."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle import Contents, Rebuilt
    from mvpsdk.sign import Check
    from mvpsdk_cli import pipeline

__all__ = ["Anew", "RebuildOption", "checks"]

RebuildOption = Annotated[
    Path | None,
    typer.Option(
        "--rebuild",
        metavar="HANDSET",
        help="Build it anew from this handset's sources and inputs, and compare every part.",
    ),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Anew:
    """What the user says of how to build."""

    handset: Path
    board: str | None  # None: the one that the bundle names
    board_dirs: tuple[Path, ...]
    toolchain: str | None
    offline: bool


def checks(path: Path, anew: Anew) -> tuple[Check, ...]:
    """Build a bundle anew and say what differs, and why. Raises MvpError."""
    from mvpsdk import bundle
    from mvpsdk_cli import pipeline

    given = bundle.open(path)
    manifest = given.manifest
    request = pipeline.Request(
        handset=anew.handset,
        board=anew.board or (manifest.board if manifest else None),
        board_dirs=anew.board_dirs,
        toolchain=anew.toolchain,
        offline=anew.offline,
        trace=bool(manifest and "trace" in manifest.features),
        deep=True,
    )
    with tempfile.TemporaryDirectory(prefix="mvpsdk-") as folder:
        built = _build(request, given, Path(folder) / "rebuilt.itb")
        return tuple(_told(bundle.compare(given, bundle.open(built))))


def _build(request: pipeline.Request, given: Contents, path: Path) -> Path:
    """Build an unsigned FIT as `mvpsdk bundle` does, without lint: it was judged then."""
    from mvpsdk import bundle
    from mvpsdk_cli import pipeline

    prepared = pipeline.prepare(request)
    plan = prepared.planned()
    hypervisor = pipeline.hypervisor(prepared, request)
    released = given.manifest is not None and given.manifest.profile == "release"
    with render.progress("building anew", plan.total_size) as advance:
        bundle.pack(
            plan,
            hypervisor,
            prepared.inputs.files,
            path,
            profile="release" if released else "dev",
            supply=prepared.inputs.supply,
            progress=advance,
        )
    return path


def _told(rebuilt: Rebuilt) -> Iterator[Check]:
    from mvpsdk.sign import Check

    for cause in rebuilt.causes:
        yield Check(
            name=cause.name,
            what="what the bundle was made of, then and now",
            ok=False,
            found=f"{cause.before or 'none'} then, {cause.after or 'none'} now",
            hint="check out what the bundle was made of, or make a new bundle",
        )
    if not rebuilt.causes:
        found = f"all {rebuilt.inputs} as they were"
        yield Check(name="inputs", what="what the bundle was made of", ok=True, found=found)
    unexplained = "no input differs: report this, a build must be reproducible"
    for part in rebuilt.parts:
        found = f"SHA-256 {part.before or 'none'}"
        yield Check(
            name=f"rebuilt {part.name}",
            what="its bytes, built anew",
            ok=part.same,
            found=f"{found}, the same" if part.same else f"{found}, now {part.after or 'none'}",
            hint=""
            if part.same
            else ("because of what differs above" if rebuilt.causes else unexplained),
        )
