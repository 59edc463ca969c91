# SPDX-License-Identifier: Apache-2.0
"""Whatever is done to a signed bundle or to a phone is refused, by whom and how the table says."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

import phone
import small_phone
import tampering
import tampers
import uboot_alone
from mvpsdk import run, sign, uboot
from mvpsdk.bundle.flat import flatten
from mvpsdk.core import facade
from mvpsdk.run.via import u_boot
from mvpsdk.units import MIB
from mvpsdk_cli import main
from tampers import ED25519, EXPIRED, RSA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tampers import Case

pytestmark = pytest.mark.target

CASES = tampers.find()
KEYS = ("--key", "test:")
TRUSTED = {"": KEYS, "expired": ("--key", EXPIRED, "--key", ED25519)}
ENOUGH = run.Expectation.parse("work:^up 0$")


def titled(case: Case) -> str:
    """How a case is called in the list of tests."""
    return f"{case.group}-{case.name}"


@pytest.fixture
def tampered(case: Case, bundles: Mapping[str, bytes], tmp_path: Path) -> Path:
    """The bundle of a case, after what was done to it."""
    path = tmp_path / "tampered.itb"
    data = bundles[case.base]
    if case.change:
        data = tampering.changed(data, case.change, bundles, tmp_path)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", CASES, ids=titled)
def test_what_was_done_is_refused_as_the_table_says(
    case: Case, tampered: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """By `verify` with exit code 1, and on the virtual handset, each by the words of the row."""
    code, refusals = verified(case, tampered, folder, capfd)
    if case.verify:
        assert code == 1
        wanted = tampers.pattern(case.verify)
        assert any(wanted.search(said) for said in refusals), refusals
    else:
        assert (code, refusals) == (0, [])
    if case.by:
        seen = booted(case, tampered, folder)
        assert seen.says(case), seen.lines


def verified(
    case: Case, path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> tuple[int, list[str]]:
    """Exit code and refusals of `mvpsdk verify`."""
    if case.part:
        whole = folder / f"{case.part}.mvpart"
        part = part_of(case, folder, path.parent) if case.verify else whole
        code = main.main(["verify", str(part), "--bundle", str(path), "--format", "json"])
        return code, refused(capfd)
    facts = phone_of(case, folder, path.parent)
    device = ("--device", str(facts)) if case.device else ()
    code = main.main(["verify", str(path), *TRUSTED[case.trusted], *device, "--format", "json"])
    return code, refused(capfd)


def refused(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The checks that did not hold, as they were just told."""
    document = json.loads(capfd.readouterr().out)
    checks = (check for check in document["checks"] if not check["ok"])
    return [f"{check['name']}: {check['found']}" for check in checks]


def part_of(case: Case, folder: Path, out: Path) -> Path:
    """The persona's part of a case."""
    path = out / "tampered.mvpart"
    data = (folder / f"{case.part}.mvpart").read_bytes()
    path.write_bytes(tampering.part_changed(data, case.part_change))
    return path


def phone_of(case: Case, folder: Path, out: Path) -> Path:
    """The facts of the phone of a case."""
    made = out / "phone"
    shutil.copytree(folder / "phone", made)
    control, facts = made / "control.dtb", made / "device.toml"
    if case.phone in CONTROL:
        control.write_bytes(CONTROL[case.phone](control.read_bytes()))
    if case.phone == "other-key":
        control.write_bytes(uboot.control_tree(control.read_bytes(), sign.public_keys([RSA])))
    if case.phone == "floor":
        index = small_phone.INDEX
        text = facts.read_text().replace(
            f"rollback-index = {index} ", f"rollback-index = {index + 1} "
        )
        facts.write_text(text)
    return facts


@dataclass(frozen=True, slots=True)
class Seen:
    """What was said, by partition, and whether a persona lived."""

    lines: Mapping[str, list[str]]
    lived: bool

    def says(self, case: Case) -> bool:
        """Whether it went as the case says."""
        if case.by == "nobody":
            return self.lived
        partition = "mvp" if case.by == "hypervisor" else "board"
        words = f"mvp: {case.says}" if case.by == "script" else case.says
        wanted = tampers.pattern(words)
        found = any(wanted.search(line) for line in self.lines.get(partition, ()))
        return found and not self.lived


def booted(case: Case, path: Path, folder: Path) -> Seen:
    """Boot it on the virtual handset, from slot a; slot b is empty."""
    disk = path.with_name("disk.img")
    rooms = {"work": MIB} if case.part else {}
    parts = {"work": part_of(case, folder, path.parent)} if case.part else {}
    u_boot.new_disk(disk, path, small_phone.INDEX, rooms, parts)
    with disk.open("r+b") as file:
        file.seek(MIB)
        file.write(misc(case.phone))
    if case.phone in CONTROL:
        return alone(case, disk)
    made = path.with_name("made")
    made.mkdir()
    options = run.Options(
        via="u-boot",
        keys=sign.public_keys([RSA] if case.phone == "other-key" else ["test:"]),
        unsigned=case.phone == "no-verification",
        persona="work",
        expect=(ENOUGH,),
        timeout=120,
        deterministic=case.by in ("hypervisor", "nobody"),
    )
    with run.boot(phone.on_disk(folder / "good.itb", disk, made), options) as session:
        lines, last = phone.heard(session)
    assert last.reason != "timeout", lines
    return Seen(lines, last.ok)


def misc(phone: str) -> bytes:
    """Boot control of a phone on which slot a was flashed."""
    index = small_phone.INDEX
    state = facade.Slots(rollback_index=index if phone != "floor" else index + 1)
    slot = facade.Slot(priority=15, tries=0 if phone == "no-tries" else 7, rollback_index=index)
    both = bytearray(
        facade.slots_new(
            facade.Slots(slots=(slot, facade.Slot()), rollback_index=state.rollback_index)
        )
    )
    step = facade.SLOTS_LAYOUT.step
    for at in {"damaged-misc": (30, step + 30), "one-damaged-copy": (step + 30,)}.get(phone, ()):
        both[at] ^= 0x10
    return bytes(both)


def alone(case: Case, disk: Path) -> Seen:
    """Boot a phone whose control tree lost what it was provisioned with."""
    key = next(key for key in sign.public_keys(["test:"]) if key.kind == "rsa")
    whole = uboot_alone.control(disk.parent, [key])
    said = uboot_alone.typed(CONTROL[case.phone](whole), disk, disk.parent)
    return Seen({"board": said.splitlines()}, "Starting kernel" in said)


def without_key(tree: bytes) -> bytes:
    """A control tree without /signature."""
    root = facade.fdt_read(tree)
    kept = tuple(child for child in root.children if child.name != "signature")
    return flatten(replace(root, children=kept))


def hint_only(tree: bytes) -> bytes:
    """A control tree whose key is there, but not required."""
    return tree.replace(b"conf\0\0\0\0", b"none\0\0\0\0", 1)


CONTROL = {"no-key": without_key, "hint-only": hint_only}


def test_the_bundle_that_is_tampered_with_is_good(folder: Path, tmp_path: Path) -> None:
    """It is verified, for this very phone too, and boots."""
    device = ("--device", str(folder / "phone" / "device.toml"))
    assert main.main(["verify", str(folder / "good.itb"), *KEYS, *device]) == 0
    path = tmp_path / "good.itb"
    shutil.copyfile(folder / "good.itb", path)
    case = tampers.Case(group="", name="good", what="", verify="-", by="nobody")
    assert booted(case, path, folder).lived


def test_the_part_that_is_tampered_with_is_good(folder: Path, tmp_path: Path) -> None:
    """It is verified by the maker's bundle, and the persona that comes in it lives."""
    path = tmp_path / "apart.itb"
    shutil.copyfile(folder / "apart.itb", path)
    assert main.main(["verify", str(folder / "vendor.mvpart"), "--bundle", str(path)]) == 0
    case = tampers.Case(group="", name="good", what="", part="vendor", verify="-", by="nobody")
    seen = booted(case, path, folder)
    assert "mvp: part work" in seen.lines["board"]
    assert seen.lived


def test_the_table_is_long_and_most_of_it_is_booted() -> None:
    """Thirty rows and more, each with its own name; two thirds of them on the virtual handset."""
    assert len(CASES) >= 30
    assert len({titled(case) for case in CASES}) == len(CASES)
    assert sum(bool(case.by) for case in CASES) > len(CASES) * 2 // 3
