# SPDX-License-Identifier: Apache-2.0
"""The bundle of the conformance test: guest and firmware are built, planned and packed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mvpsdk import build, image, plan
from mvpsdk.conform.judging import FIRMWARE as REALTIME
from mvpsdk.conform.judging import PERSONAS
from mvpsdk.conform.listing import FIRMWARE, GUEST
from mvpsdk.errors import InputError, PlanError
from mvpsdk.handset import Boot, Handset, Input, Persona, Realtime
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.board import Board
    from mvpsdk.bundle import Bundle
    from mvpsdk.image import ImageFacts
    from mvpsdk.plan import Plan
    from mvpsdk.store import Cache

__all__ = ["CHOICES", "Vgic", "bundle", "versions"]

Vgic = Literal["2", "3", "board", "all"]
CHOICES: tuple[Vgic, ...] = ("all", "board", "2", "3")

_NAME, _VERSION = "conformance", "1.0.0"
_RAM = 32 * MIB
_FIRMWARE_RAM = 8 * MIB
_MENU = 3000  # milliseconds, for who flashes it
_PACE = 100  # microseconds for a character: 115 200 baud takes 87


def bundle(
    board: Board,
    output: Path,
    *,
    vgic: Vgic = "all",
    toolchain: str | None = None,
    cache: Cache | None = None,
    paced: bool = False,
    only: str = "",
) -> tuple[Bundle, tuple[int, ...]]:
    """Write the bundle for a board; return it and the versions of the GIC that it tests.

    Each version has a persona of its own; the board's own version starts by default. paced: the
    guest speaks no faster than a serial line of 115 200 baud, so that nothing is lost on a phone.
    only: a check or a topic; all others are then skipped, by name.

    Raises InputError for a version that the board can't give, and as building and packing do.
    """
    from mvpsdk import bundle as bundles

    chain = build.find(toolchain)
    words = " ".join(filter(None, [f"pace={_PACE}" if paced else "", only and f"only={only}"]))
    shared = {FIRMWARE.resolve(): "firmware"}
    with tempfile.TemporaryDirectory(prefix="mvpsdk-conform-") as name:
        files = {"guest": Path(name) / "guest.bin", REALTIME: Path(name) / "firmware.elf"}
        guest = build.guest(GUEST, shared, toolchain=chain, cache=cache)
        files["guest"].write_bytes(guest.binary)
        firmware = build.firmware(FIRMWARE, toolchain=chain, cache=cache)
        files[REALTIME].write_bytes(firmware.elf)
        found = _plans(board, files, vgic, words=words)
        made = _planned(board, files, tuple(found), words=words)
        hypervisor = build.image(
            board.console.driver if board.console else "none",
            gic=board.interrupt_controller.version,
            features=build.wanted(made.handset, board),
            toolchain=chain,
            cache=cache,
        )
        roles = {f"{PERSONAS[version]}/kernel": files["guest"] for version in found}
        done = bundles.pack(made, hypervisor, {**roles, REALTIME: files[REALTIME]}, output)
    return done, tuple(found)


def versions(board: Board, vgic: Vgic) -> tuple[int, ...]:
    """Return the versions of the GIC that were asked for, the board's own first."""
    own = board.interrupt_controller.version
    if vgic == "all":
        return (own, *(version for version in sorted(PERSONAS) if version != own))
    return (own,) if vgic == "board" else (int(vgic),)


def _plans(board: Board, files: Mapping[str, Path], vgic: Vgic, *, words: str) -> Sequence[int]:
    """Those of the versions that the board can give; all of them, if they were asked for."""
    found = []
    for version in versions(board, vgic):
        try:
            _planned(board, files, (version,), words=words)
        except PlanError:
            if vgic != "all" or version == board.interrupt_controller.version:
                raise
        else:
            found.append(version)
    return found


def _planned(
    board: Board, files: Mapping[str, Path], vgics: tuple[int, ...], *, words: str
) -> Plan:
    handset = _handset(board, files, vgics, words=words)
    facts: dict[str, ImageFacts] = {REALTIME: image.open(files[REALTIME], REALTIME)}
    for version in vgics:
        role = f"{PERSONAS[version]}/kernel"
        facts[role] = image.open(files["guest"], role)
    return plan.make(board, handset, facts)


def _handset(
    board: Board, files: Mapping[str, Path], vgics: tuple[int, ...], *, words: str
) -> Handset:
    if board.console is None or board.console.driver == "none":
        raise InputError(
            f'board "{board.name}" has no console that the hypervisor can drive',
            hint="the checks are told there: name a console in board.toml",
        )
    return Handset(
        name=_NAME,
        version=_VERSION,
        boards=(board.name,),
        rollback_index=0,
        realtime=Realtime(
            image=Input(path=files[REALTIME]),
            source=None,
            memory=_FIRMWARE_RAM,
            map="direct",
            cpu=0,
            priority=0,
            devices=(),
        ),
        personas=tuple(_persona(board, files["guest"], version, words) for version in vgics),
        boot=Boot(
            mode="exclusive",
            default=PERSONAS[vgics[0]],
            menu_timeout=_MENU if len(vgics) > 1 else 0,
        ),
        allow=(),
        path=Path(_NAME),
    )


def _cores(board: Board) -> tuple[int, ...]:
    """Of each vCPU: where there are two cores, one beside the firmware, and two on a core alone."""
    return (0, 1, 1) if plan.startable(board) > 1 else (0, 0)


def _persona(board: Board, kernel: Path, version: int, words: str) -> Persona:
    return Persona(
        name=PERSONAS[version],
        kernel=Input(path=kernel),
        format="image",
        ramdisk=None,
        command_line=words,
        memory=_RAM,
        cpus=_cores(board),
        vgic=2 if version == 2 else 3,  # noqa: PLR2004 - the GIC's version
        restart="never",
        power=True,
    )
