# SPDX-License-Identifier: Apache-2.0
"""What somebody puts into a slot who can write a disk, and has no key: FITs for U-Boot alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import uboot_alone
from mvpsdk import uboot
from mvpsdk.bundle import fit, flat
from mvpsdk.bundle.manifest import Signer
from mvpsdk.core.facade import Slot, Slots, slots_new
from mvpsdk.run.via import u_boot
from mvpsdk.sign import forming
from mvpsdk.sign.model import Request
from mvpsdk.sign.providers import test as test_keys

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mvpsdk.core.facade import FdtNode

__all__ = ["FIT", "HOME", "PROGRAM", "boot", "claiming", "moved", "says", "signed"]

FIT = uboot_alone.TARGET.room.base + 0x1_0000  # where the script reads a slot to
HOME = FIT + 0x20_0000  # of the persona x
ROOM = 0x1_0000
TREE = 8192  # bytes
ENTRY = 0x4020_0000
SIGNER = next(each for each in test_keys.signers("", str) if each.key.kind == "rsa")

# Says five letters on the PL011 of QEMU's virt, and powers off (PSCI).
_CODE = "0020a1d221010010221440386200003402000039fdffff17000180520080b072030000d400000014"


def says(word: str) -> bytes:
    """A program that says a word, a page of it."""
    return (bytes.fromhex(_CODE) + word.encode() + b"\n\0").ljust(fit.ALIGN, b"\0")


PROGRAM = says("GOOD")
_PACK = bytes(fit.ALIGN)


def signed() -> bytes:
    """A FIT that U-Boot takes: it starts PROGRAM, and has a persona x in a part of its own."""
    return flat.flatten(_signed_tree(), TREE) + PROGRAM + _PACK


def moved(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The same, but that it says that its program lies at the home of x: no signature covers that.

    The new property's name comes behind all others, of which the signature knows the number.
    """
    root, names = _signed_tree(), flat._names
    known = names(root)

    def with_one_more(tree: FdtNode) -> dict[str, int]:
        end = sum(len(name) + 1 for name in known)
        return {**known, "data-position": end} if names(tree) != known else known

    images = root.get("images")
    assert images
    program, pack = images.children
    there = replace(
        program, properties={**program.properties, "data-position": fit.cell(HOME - FIT)}
    )
    tree = replace(
        root,
        children=tuple(
            replace(each, children=(there, pack)) if each.name == "images" else each
            for each in root.children
        ),
    )
    with monkeypatch.context() as patched:
        patched.setattr(flat, "_names", with_one_more)
        return flat.flatten(tree, TREE) + PROGRAM + _PACK


def claiming(offset: bytes, size: int) -> bytes:
    """A FIT that nobody signed: what it says of its hypervisor's place is how much is read."""
    sizes = {"data-size": fit.cell(size)}
    root = flat.node(
        "",
        {"description": fit.text("x")},
        flat.node(
            "images",
            {},
            flat.node("hypervisor", {"data-offset": offset, **sizes}),
            flat.node("pack", {"data-offset": fit.cell(0), **sizes}),
        ),
    )
    return flat.flatten(root, TREE)


def boot(slots: tuple[bytes, bytes], part: bytes, folder: Path) -> str:
    """Boot a disk with these slots, and this part of x in both; what U-Boot says."""
    files = [folder / name for name in ("a", "b", "x")]
    for path, data in zip(files, (*slots, part), strict=True):
        path.write_bytes(data)
    disk = folder / "disk.img"
    table = u_boot.new_disk(disk, files[0], 5, {"x": ROOM}, {"x": files[2]})
    places = {each.name: each.offset for each in table.partitions}
    state = Slots(slots=(Slot(priority=15, tries=7), Slot(priority=14, tries=7)), booted=0)
    with disk.open("r+b") as file:
        for name, data in (("boot_b", slots[1]), ("x_b", part), ("misc", slots_new(state))):
            file.seek(places[name])
            file.write(data)
    script = uboot.boot_script(uboot_alone.TARGET, [uboot.key_node(SIGNER.key)])
    control = uboot.control_tree(uboot_alone.tree(folder), [SIGNER.key], script=script)
    return uboot_alone.typed(control, disk, folder)


def _signed_tree() -> FdtNode:
    parts = [
        fit.Part(
            name=name,
            type=kind,
            role=kind,
            description=name,
            offset=offset,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            load=load,
        )
        for name, kind, offset, data, load in (
            ("hypervisor", "kernel", 0, PROGRAM, ENTRY),
            ("pack", "ramdisk", len(PROGRAM), _PACK, None),
        )
    ]
    homes = {"mvp,parts": "x", "mvp,home-x": f"{HOME:#x}", "mvp,room-x": f"{ROOM:#x}"}
    root = fit.tree(
        parts,
        description="x",
        compatible=uboot_alone.TARGET.compatible,
        rollback_index=5,
        properties={name: fit.text(value) for name, value in homes.items()},
    )
    key = SIGNER.key
    signers = (Signer(part="configuration", algorithm=key.algorithm, key=key.id),)
    blank = forming._with_signature_node(root, signers, b"")
    message = flat.hashed(blank, forming._hashed_nodes(blank))
    value = SIGNER.sign(Request(key=key, message=message))
    return forming._with_signature_node(root, signers, value)
