# SPDX-License-Identifier: Apache-2.0
"""From a `handset.toml` to a `Handset`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.document.places import nearest
from mvpsdk.errors import HandsetError
from mvpsdk.handset.model import Allow, Boot, Handset, Input, Persona, Realtime, UpdateKey
from mvpsdk.units import KIB, PAGE, align_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.errors import Place
    from mvpsdk.handset.schema import HandsetFile, InputTable, PersonaTable

__all__ = ["load"]

SECTOR = 256 * KIB
"""What flash erases at once, in bytes (MVP_FLASH_SECTOR): the library is too slow to load here."""


def load(path: Path | str) -> Handset:
    """Read a handset.toml, or the one in a handset's folder.

    Raises HandsetError with all faults that the file has, each with its place.
    """
    # pydantic takes longer to import than all the rest
    from mvpsdk.document import read, within
    from mvpsdk.handset.merging import merged

    document = read(within(Path(path), "handset.toml"), HandsetError)
    handset = _handset(document.path, document.values, document.places)
    variants = {
        board: _handset(document.path, *merged(document, board))
        for board in document.values.get("on", {})
    }
    return replace(handset, variants=variants)


def _handset(path: Path, values: dict[str, Any], places: Mapping[str, Place]) -> Handset:
    """Check values and freeze them. Raises HandsetError."""
    from mvpsdk.document.schema import check
    from mvpsdk.handset.checking import faults_of
    from mvpsdk.handset.schema import HandsetFile

    content, faults = check(HandsetFile, values, places)
    if content is not None:
        faults = faults_of(content, places)
    if content is None or faults:
        raise HandsetError.of(faults)
    folder = path.parent
    return Handset(
        name=content.handset.name,
        version=content.handset.version,
        boards=tuple(content.handset.boards),
        rollback_index=content.handset.rollback_index,
        realtime=_realtime(content, folder),
        personas=tuple(
            _persona(persona, folder, nearest(places, f"persona[{number}].update-key"))
            for number, persona in enumerate(content.persona)
        ),
        boot=_boot(content),
        allow=_allow(content, places),
        path=path,
        rules=content.lint.rules or "",
        places=places,
    )


def _input(table: InputTable, folder: Path) -> Input:
    """Take a path as relative to the handset file's folder."""
    path = folder / table.path if table.path else None
    return Input(
        path=path,
        url=table.url or "",
        deb=table.deb or "",
        member=table.member or "",
        sha256=table.sha256 or "",
    )


def _realtime(content: HandsetFile, folder: Path) -> Realtime | None:
    table = content.realtime
    if table is None:
        return None
    return Realtime(
        image=_input(table.image, folder) if table.image else None,
        source=folder / table.source if table.source else None,
        symbols=_input(table.symbols, folder) if table.symbols else None,
        memory=table.memory,
        map="direct",
        cpu=table.cpu,
        priority=table.priority,
        devices=tuple(table.devices),
        wx=table.wx,
    )


def _persona(table: PersonaTable, folder: Path, key_place: Place | None) -> Persona:
    return Persona(
        name=table.name,
        symbols=_input(table.symbols, folder) if table.symbols else None,
        kernel=_input(table.kernel, folder) if table.kernel else None,
        kernel_config=_input(table.kernel_config, folder) if table.kernel_config else None,
        format=table.format,
        ramdisk=_input(table.ramdisk, folder) if table.ramdisk else None,
        rom=_input(table.rom, folder) if table.rom else None,
        vars=_input(table.vars, folder) if table.vars else None,
        vars_size=align_up(table.vars_size, SECTOR) if table.rom else 0,
        command_line=table.command_line,
        memory=table.memory,
        cpus=tuple(table.cpus),
        vgic=table.vgic,
        restart=table.restart,
        rtc=table.rtc,
        power=table.power,
        wx=table.wx,
        update_key=_update_key(table, folder, key_place),
        update_room=align_up(table.update_room or 0, PAGE),
        update_index=table.update_index,
        update_least=table.update_least,
    )


def _update_key(table: PersonaTable, folder: Path, place: Place | None) -> UpdateKey | None:
    if table.update_key is None:
        return None
    from mvpsdk.handset.update_key import read_update_key  # cryptography is slow to import

    return read_update_key(folder / table.update_key, place)


def _boot(content: HandsetFile) -> Boot:
    first = content.persona[0].name if content.persona else ""
    return Boot(
        mode="exclusive",
        default=content.boot.default or first,
        menu_timeout=content.boot.menu_timeout,
        early_console=content.boot.early_console,
    )


def _allow(content: HandsetFile, places: Mapping[str, Place]) -> tuple[Allow, ...]:
    return tuple(
        Allow(
            rule=table.rule,
            at=table.at,
            reason=table.reason,
            until=table.until,
            place=places.get(f"allow[{number}]"),
        )
        for number, table in enumerate(content.allow)
    )
