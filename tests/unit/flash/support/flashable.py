# SPDX-License-Identifier: Apache-2.0
"""Signed bundles and disks of a phone, made without a compiler."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import acme
from media import silent
from mvpsdk import disk, flash, sign
from mvpsdk.core.facade import Slots, slots_flash, slots_new
from mvpsdk.device import DeviceFacts
from mvpsdk.units import MIB

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
ROOM = 8 * MIB
"""Bytes of a boot partition."""


@dataclass(frozen=True)
class Phones:
    """Bundles of one phone, signed by the published test keys; of rollback index 3 and others."""

    old: Path  # 3
    new: Path  # 4
    low: Path  # 1
    unsigned: Path  # 4
    other: Path  # 4, for another board


def make(folder: Path) -> Phones:
    """Make them all."""
    plain = bundle(folder, index=4)
    other = bundle(folder / "other", index=4, board="other-board")
    return Phones(
        old=signed(bundle(folder, index=3)),
        new=signed(plain),
        low=signed(bundle(folder, index=1)),
        unsigned=plain,
        other=signed(other),
    )


def bundle(folder: Path, *, index: int, board: str = "qemu-virt") -> Path:
    """An unsigned bundle with this rollback index."""
    text = acme.HANDSET.replace("rollback-index = 3", f"rollback-index = {index}")
    text = text.replace("1.4.0", f"1.{index}.0").replace('"qemu-virt"', f'"{board}"')
    facts = folder / "board.toml"
    facts.parent.mkdir(parents=True, exist_ok=True)
    facts.write_text(acme.BOARD.read_text().replace('name = "qemu-virt"', f'name = "{board}"'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acme, "HANDSET", text)
        patch.setattr(acme, "BOARD", facts)
        return acme.prepare(folder / f"{index}").pack("plain.itb").path


def signed(plain: Path) -> Path:
    """The same, signed by the published test keys."""
    path = plain.with_name("signed.itb")
    sign.sign(plain, sign.open_signers(["test:"]), path)
    return path


def write_disk(
    path: Path, *, a: Path | None, state: Slots | None = None, b: Path | None = None,
    user: int = MIB, parts: tuple[str, ...] = (), room: int = ROOM, little: int = 0,
) -> Path:  # fmt: skip
    """A disk with its slots; user: bytes of user data, all a hole but the ends.

    little: bytes of a boot_b that is smaller than any plan makes it.
    """
    names = [("misc", MIB), ("boot_a", room), ("boot_b", room)]
    names += [(f"{part}_{slot}", MIB) for part in parts for slot in "ab"]
    kinds = [
        disk.Wanted(name=name, type=disk.TYPE_BOOT, size=size)
        for name, size in (*names, ("userdata", user))
    ]
    table = disk.plan(kinds, "test")
    if little:
        table = _shrunk(table, little)
    state = slots_flash(Slots(), 0, rollback_index=3) if state is None else state
    with path.open("wb") as file:
        file.truncate(table.size)
        disk.write(file, table)
        for name, data in (("misc", slots_new(state)), ("boot_a", _read(a)), ("boot_b", _read(b))):
            found = table.find(name)
            assert found
            file.seek(found.offset)
            file.write(data)
        last = table.find("userdata")
        assert last
        for offset in (last.offset, last.offset + last.size - 4096):
            file.seek(offset)
            file.write(b"user data of the owner".ljust(4096, b"\n"))
    return path


def _shrunk(table: disk.Disk, size: int) -> disk.Disk:
    parts = (
        replace(part, last=part.first + size // disk.BLOCK - 1) if part.name == "boot_b" else part
        for part in table.partitions
    )
    return replace(table, partitions=tuple(parts))


def _read(path: Path | None) -> bytes:
    return path.read_bytes() if path else b""


def options(**changes: object) -> flash.Options:
    """Both test keys are trusted."""
    values: dict[str, object] = {"keys": ("test:",), "now": NOW}
    return flash.Options(**(values | changes))  # type: ignore[arg-type]


def plan(path: Path, bundle: Path, **changes: object) -> flash.Plan:
    """What flash would do; nothing is kept open."""
    with flash.open_target(f"file:{path}", flash.Access(write=False)) as target:
        return target.plan(flash.open_flashable(bundle), options(**changes), silent)


def carry_out(path: Path, bundle: Path, **changes: object) -> flash.Result:
    """Flash."""
    with flash.open_target(f"file:{path}", flash.Access()) as target:
        return target.plan(flash.open_flashable(bundle), options(**changes), silent).carry_out(
            silent
        )


def digest(path: Path) -> str:
    """Of a whole file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def facts(board: str, index: int = 0) -> DeviceFacts:
    """A file of facts, as it was read."""
    return DeviceFacts(path=Path("facts.toml"), board=board, rollback_index=index)
