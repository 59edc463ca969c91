# SPDX-License-Identifier: Apache-2.0
"""As a phone boots: U-Boot finds the bundle on a disk, verifies it, and starts it.

Debian's U-Boot for QEMU's "virt" machine, unchanged. Its control tree is QEMU's own, with the
public keys and the boot script in it; a FIT is put into slot a of a new disk, a disk image is used
as it is. U-Boot's environment lies in the machine's second flash (hw/arm/virt.c).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.run.command import quoted
from mvpsdk.run.parts import check_room, homes_of
from mvpsdk.store import open_input
from mvpsdk.units import MIB, Pa, Range, align_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.disk import Disk
    from mvpsdk.run.model import Bootable, Options
    from mvpsdk.sign import PublicKey
    from mvpsdk.uboot import Target

__all__ = ["HINT", "PARTS", "PROGRAM", "arguments", "dumped", "new_disk"]

PARTS: tuple[str, ...] = ()

PROGRAM = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
"""Where Debian's package has it."""
HINT = "Debian, Ubuntu: apt install u-boot-qemu"
_MACHINE = "virt"
_FLASH = 64 * MIB  # bytes of a flash of that machine
_STORAGE = "virtio 0"
_LEAST_SLOT = 8 * MIB


def arguments(bootable: Bootable, options: Options, command: Sequence[str]) -> list[str]:
    """U-Boot, what it trusts, and a disk with the bundle.

    Raises InputError if this board is no machine that U-Boot knows, or no key is given,
    MissingToolError without U-Boot.
    """
    kind = bootable.machine.machine.partition(",")[0]
    if kind != _MACHINE or not bootable.facts or not bootable.flashed or not bootable.folder:
        hint = "boot this one as QEMU loads a Linux: --via direct"
        raise InputError(f'Debian has a U-Boot for QEMU\'s "virt", not for "{kind}"', hint=hint)
    if not PROGRAM.is_file():
        raise MissingToolError(f"the way through U-Boot needs {PROGRAM}", hint=HINT)
    folder = bootable.folder
    control, flash = folder / "control.dtb", folder / "environment"
    control.write_bytes(_control(bootable, options, dumped(command, folder)))
    _write_environment(flash, options)
    disk = _disk(bootable, options, folder)
    snapshot = ",snapshot=on" if options.ephemeral and disk == bootable.flashed else ""
    return [
        *("-bios", str(PROGRAM), "-dtb", str(control)),
        *("-drive", f"if=pflash,unit=1,format=raw,readonly=on,file={quoted(flash)}"),
        *("-drive", f"if=none,id=disk,format=raw,file={quoted(disk)}{snapshot}"),
        *("-device", "virtio-blk-device,drive=disk"),
    ]


def _control(bootable: Bootable, options: Options, tree: bytes) -> bytes:
    from mvpsdk import uboot

    keys = _keys(options)
    script = uboot.boot_script(_target(bootable), [uboot.key_node(key) for key in keys])
    return uboot.control_tree(tree, keys, script=script)


def _keys(options: Options) -> tuple[PublicKey, ...]:
    """Those that sign configurations; others are not U-Boot's business."""
    if options.unsigned:
        return ()
    keys = tuple(key for key in options.keys if key.kind == "rsa")
    if not keys:
        there = ", ".join(sorted({key.kind for key in options.keys})) or "none is given"
        raise InputError(
            f"U-Boot verifies nothing without an RSA public key: {there}",
            hint="give the one that the bundle is signed for: --key PUB;"
            " to boot whatever is there: --key none",
        )
    return keys


def _target(bootable: Bootable) -> Target:
    from mvpsdk.core.facade import WINDOW_SIZE, MemoryKind
    from mvpsdk.uboot import Storage, Target, room

    assert bootable.facts  # noqa: S101 - `arguments` has looked
    board = bootable.facts.boards[0]
    rows = [(row.kind, Range(Pa(row.base), row.size)) for row in bootable.facts.memory]
    banks = [area for kind, area in rows if kind is MemoryKind.RAM]
    taken = [area for kind, area in rows if kind is not MemoryKind.RAM]
    window = Range(Pa(board.window), WINDOW_SIZE)
    return Target(
        compatible=board.compatible,
        storage=Storage.parse(_STORAGE),
        room=room(banks, [window, *taken], board=board.name),
    )


def dumped(command: Sequence[str], folder: Path) -> bytes:
    """The tree that QEMU makes for this very machine."""
    from mvpsdk.build.tool import run

    path, words = folder / "qemu.dtb", list(command)
    words[words.index("-machine") + 1] += f",dumpdtb={quoted(path)}"
    run([*words, "-bios", str(PROGRAM)])
    return path.read_bytes()


def _write_environment(path: Path, options: Options) -> None:
    from mvpsdk.uboot import environment

    chosen = {"mvp_persona": options.persona} if options.persona else {}
    with path.open("wb") as file:
        file.write(environment(chosen))
        file.truncate(_FLASH)


def _disk(bootable: Bootable, options: Options, folder: Path) -> Path:
    from mvpsdk.bundle import Kind, kind_of

    assert bootable.flashed  # noqa: S101 - `arguments` has looked
    if kind_of(bootable.flashed) is Kind.DISK:
        if options.parts:
            hint = "make the disk with it: mvpsdk bundle --container disk --part PERSONA=FILE"
            raise InputError("a disk image has its parts in partitions of its own", hint=hint)
        return bootable.flashed
    path = folder / "disk.img"
    rooms = {name: home.size for name, home in homes_of(bootable).items()}
    new_disk(path, bootable.flashed, bootable.rollback_index, rooms, dict(options.parts))
    return path


def new_disk(
    path: Path,
    fit: Path,
    index: int,
    rooms: Mapping[str, int] | None = None,
    parts: Mapping[str, Path] | None = None,
) -> Disk:
    """Make a disk as it is after the first flash: a bundle in slot a, on trial; slot b is empty.

    rooms: of personas that are updated apart, by their names, bytes; parts: theirs, of slot a.

    Raises InputError for a part that can't be read, or is larger than its room.
    """
    from mvpsdk import disk
    from mvpsdk.core.facade import SLOT_NAMES, Slots, slots_flash, slots_new

    size = max(align_up(fit.stat().st_size, MIB), _LEAST_SLOT)
    table = disk.plan(disk.partitions(size, rooms), contents="virtual handset")
    places = {each.name: each.offset for each in table.partitions}
    for name, part in (parts or {}).items():
        check_room(part, (rooms or {})[name])
    with path.open("wb") as file:
        file.truncate(table.size)
        disk.write(file, table)
        file.seek(places["misc"])
        file.write(slots_new(slots_flash(Slots(), 0, rollback_index=index)))
        for place, source in {"boot": fit, **(parts or {})}.items():
            file.seek(places[f"{place}_{SLOT_NAMES[0]}"])
            with open_input(source) as content:
                shutil.copyfileobj(content, file)
    return table
