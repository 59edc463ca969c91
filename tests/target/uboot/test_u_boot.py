# SPDX-License-Identifier: Apache-2.0
"""The virtual handset boots as a phone does: Debian's U-Boot verifies what is on a disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import phone
import small_phone
import uboot_alone
from mvpsdk import run, sign, uboot
from mvpsdk.core.facade import SLOTS_ROOM, Slot, Slots, slots_new, slots_read
from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.run.via import u_boot

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

PROMPT = "\n=> "
STARTED = run.Expectation.parse("mvp:partition runs index=0x0")
UP = run.Expectation.parse(f"work:{small_phone.UP}")


def through(bundle: Path, *keys: str, **options: object) -> tuple[dict[str, list[str]], run.Exit]:
    """Run a bundle through U-Boot: the lines of each partition, and how it ended."""
    plain = {"timeout": 120, "deterministic": False, "persona": "work", **options}
    plain |= {"via": "u-boot", "keys": sign.public_keys(keys)}
    wanted = run.Options(**plain)  # type: ignore[arg-type]
    return phone.played(bundle, wanted)


def misc(disk: Path) -> bytes:
    """Boot control of a disk that `u_boot.new_disk` made."""
    with disk.open("rb") as file:
        file.seek(1 << 20)
        return file.read(SLOTS_ROOM)


def test_a_signed_bundle_boots(signed: Path) -> None:
    """U-Boot verifies configuration and images, and the persona lives."""
    lines, last = through(signed, "test:", expect=(UP,), deterministic=True)
    assert last.ok, last
    said = "\n".join(lines["board"])
    assert said.count("sha256,rsa2048:") >= 1
    assert said.count("sha256+ OK") == 2
    assert "mvp: slot a" in lines["board"]
    assert lines["work"][0] == "up 0"


def test_a_disk_is_used_as_it_is_and_written_to(signed: Path, tmp_path: Path) -> None:
    """A try is taken before the slot starts; with --ephemeral the file stays as it was."""
    disk = tmp_path / "disk, with a comma.img"
    u_boot.new_disk(disk, signed, small_phone.INDEX)
    before = disk.read_bytes()
    for ephemeral in (True, False):
        contents = run.Options(ephemeral=ephemeral)
        lines = boot(signed, disk, contents)
        assert "mvp: slot a" in lines
        assert (disk.read_bytes() == before) is ephemeral
    state = slots_read(misc(disk))
    assert state
    assert (state.slots[0].tries, state.booted) == (6, 0)


def test_a_slot_that_is_refused_gives_way_to_the_other(signed: Path, tmp_path: Path) -> None:
    """In the same boot; the refused one does not start again, and a good slot loses no try."""
    disk, bad = tmp_path / "disk.img", tmp_path / "bad.itb"
    data = bytearray(signed.read_bytes())
    data[0x1800] ^= 1
    bad.write_bytes(data)
    places = {each.name: each.offset for each in u_boot.new_disk(disk, bad, 5).partitions}
    slots = (Slot(priority=15, tries=7), Slot(priority=14, successful=True))
    with disk.open("r+b") as file:
        file.seek(places["boot_b"])
        file.write(signed.read_bytes())
        file.seek(places["misc"])
        file.write(slots_new(Slots(slots=slots, booted=0)))
    said = [line for line in boot(signed, disk, run.Options()) if line.startswith("mvp: ")]
    refused = "mvp: slot a refused: verification failed"
    assert said == ["mvp: slot a", refused, "mvp: slot b"]
    state = slots_read(misc(disk))
    assert state
    assert state.booted == 1
    assert [slot.priority for slot in state.slots] == [0, 14]


def test_a_part_that_is_too_large_for_its_room_is_told(signed: Path, tmp_path: Path) -> None:
    """Before anything boots."""
    part = tmp_path / "work.mvpart"
    part.write_bytes(bytes(8192))
    with pytest.raises(InputError, match="the part has 8 KiB, its home in the bundle 4 KiB"):
        u_boot.new_disk(tmp_path / "disk.img", signed, 5, {"work": 4096}, {"work": part})


def boot(signed: Path, disk: Path, options: run.Options) -> list[str]:
    """Boot a disk on the machine that a bundle is for; the board's lines until firmware runs."""
    folder = disk.parent / "made"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    wanted = replace(
        options,
        via="u-boot",
        keys=sign.public_keys(["test:"]),
        persona="work",
        expect=(STARTED,),
        timeout=120,
        deterministic=False,
    )
    with run.boot(phone.on_disk(signed, disk, folder), wanted) as session:
        lines, last = phone.heard(session)
    assert last.ok, last
    return lines["board"]


def test_a_bundle_that_is_refused_ends_the_run_badly(signed: Path, tmp_path: Path) -> None:
    """The slot's reason is told, the power goes off, and nobody calls that well."""
    bad = tmp_path / "bad.itb"
    data = bytearray(signed.read_bytes())
    data[len(data) // 2] ^= 1
    bad.write_bytes(data)
    lines, last = through(bad, "test:")
    assert (last.reason, last.ok) == ("refused", False)
    assert "mvp: slot a refused: verification failed" in lines["board"]
    assert lines["board"][-1] == "mvp: nothing is started: no slot may start"


def test_without_a_key_nothing_runs_unless_that_is_asked_for(signed: Path) -> None:
    """A U-Boot without a key boots whatever is there: that takes an option of its own."""
    with pytest.raises(InputError, match="U-Boot verifies nothing without an RSA public key: none"):
        through(signed)
    lines, last = through(signed, unsigned=True, expect=(STARTED,))
    assert last.ok, last
    assert "/signature" not in "\n".join(lines["board"])


def test_an_interrupt_from_the_console_gives_no_prompt(tmp_path: Path, signed: Path) -> None:
    """Whoever holds Ctrl-C from the first instruction on gets a phone that is off."""
    disk = tmp_path / "disk.img"
    u_boot.new_disk(disk, signed, small_phone.INDEX)
    keys = sign.public_keys(["test:"])[:1]
    control = uboot_alone.control(tmp_path, keys)
    said = uboot_alone.typed(control, disk, tmp_path, keys=b"\x03" * 4096)
    assert PROMPT not in said
    assert "mvp: nothing is started: " in said
    assert said.rstrip().endswith("poweroff ...")


HOSTILE = {
    "verify": "no",
    "bootcmd": "echo taken over",
    "bootdelay": "9",
    "mvp_stop": "x",
    "mvp_seen": "pack",
    "mvp_required": "conf",
    "mvp_key": "y",
    "mvp_copy": "44001000",
    "mvp_round": "1",
}


@pytest.mark.parametrize("environment", [HOSTILE, None], ids=["hostile", "damaged"])
def test_the_environment_has_no_say(
    environment: dict[str, str] | None, signed: Path, tmp_path: Path
) -> None:
    """Neither one that somebody wrote to switch verification off, nor a damaged one."""
    disk, bad = tmp_path / "disk.img", tmp_path / "bad.itb"
    data = bytearray(signed.read_bytes())
    data[len(data) // 2] ^= 1
    bad.write_bytes(data)
    u_boot.new_disk(disk, bad, small_phone.INDEX)
    keys = [key for key in sign.public_keys(["test:"]) if key.kind == "rsa"]
    control = uboot_alone.control(tmp_path, keys)
    flash = uboot.environment(environment) if environment else b"\x55" * 4096
    said = uboot_alone.typed(control, disk, tmp_path, flash=flash)
    assert ("bad CRC" in said) is (environment is None)
    assert "taken over" not in said
    assert "mvp: slot a refused: verification failed" in said
    assert PROMPT not in said


def test_a_control_tree_that_lost_its_key_starts_nothing(signed: Path, tmp_path: Path) -> None:
    """U-Boot itself would boot anything then; the script knows which keys must be there."""
    disk = tmp_path / "disk.img"
    u_boot.new_disk(disk, signed, small_phone.INDEX)
    keys = [key for key in sign.public_keys(["test:"]) if key.kind == "rsa"]
    script = uboot.boot_script(uboot_alone.TARGET, [uboot.key_node(key) for key in keys])
    control = uboot.control_tree(uboot_alone.tree(tmp_path), [], script=script)
    said = uboot_alone.typed(control, disk, tmp_path)
    assert f"the control tree does not require {uboot.key_node(keys[0])}" in said
    assert "Starting kernel" not in said


def test_what_is_missing_is_told(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without U-Boot: the package that has it. For another machine: the way that there is."""
    monkeypatch.setattr(u_boot, "PROGRAM", signed / "none")
    with pytest.raises(MissingToolError, match=r"needs .*none") as missing:
        through(signed, "test:")
    assert "apt install u-boot-qemu" in str(missing.value.hint)
