# SPDX-License-Identifier: Apache-2.0
"""What `diff` tells: each change once, nothing that did not change, and every byte counts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acme import Case, arm64_image, noise, planned, prepare, stand_in
from mvpsdk import bundle
from mvpsdk.bundle.aspects import AREAS
from mvpsdk.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Told = set[tuple[str, str]]


def edited(folder: Path, old: str, new: str) -> Case:
    """The handset with another text in its file."""
    prepare(folder)
    file = folder / "handset.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return planned(folder)


def other_file(folder: Path, name: str, data: bytes) -> Case:
    """The handset with another image."""
    prepare(folder)
    (folder / name).write_bytes(data)
    return planned(folder)


def told(before: Case, after: Case) -> Told:
    """Area and name of all that `diff` tells of two handsets' bundles."""
    one, other = bundle.open(before.pack().path), bundle.open(after.pack().path)
    found = bundle.diff(one, other)
    back = bundle.diff(other, one)
    assert [(each.area, each.what, each.after, each.before) for each in back] == [
        (each.area, each.what, each.before, each.after) for each in found
    ]
    return {(each.area, each.what) for each in found} - {
        ("file", "size"),
        ("input", "handset.toml"),
    }


def built_otherwise(case: Case, toolchain: str = "none", sources: str = "") -> Case:
    """The handset with the same hypervisor, made by others or of other sources."""
    built = replace(case.hypervisor, toolchain=toolchain, sources=sources)
    return replace(case, hypervisor=built)


def image(name: str, *aspects: str) -> Told:
    """Changes of an image."""
    return {("image", f"{name} {aspect}") for aspect in aspects}


CHANGES: dict[str, tuple[Callable[[Path], Case], Told]] = {
    "kernel": (
        lambda folder: other_file(folder, "kernel", arm64_image(300_001, 9)),
        image("work/kernel", "SHA-256"),
    ),
    "ramdisk's size": (
        lambda folder: other_file(folder, "ramdisk", noise(123_458, 2)),
        image("work/ramdisk", "SHA-256", "size", "memory") | image("work/dtb", "SHA-256"),
    ),
    "command line": (
        lambda folder: edited(folder, "cpus = [0]\n", 'cpus = [0]\ncommand-line = "quiet"\n'),
        image("work/dtb", "SHA-256", "size", "memory"),
    ),
    "rollback index": (
        lambda folder: edited(folder, "rollback-index = 3", "rollback-index = 4"),
        {("rollback", "index")},
    ),
    "version": (
        lambda folder: edited(folder, "1.4.0", "1.4.1"),
        {("handset", "version")},
    ),
    "restart": (
        lambda folder: edited(folder, "cpus = [0]\n", 'cpus = [0]\nrestart = "never"\n'),
        {("partition", "work restart")},
    ),
    "menu": (
        lambda folder: edited(folder, "[boot]\n", '[boot]\nmenu-timeout = "2 s"\n'),
        {("boot", "menu"), ("abi", "feature menu")},
    ),
    "hypervisor": (
        lambda folder: replace(prepare(folder), hypervisor=stand_in(arm64_image(5001, 4))),
        {("hypervisor", "SHA-256")},
    ),
    "toolchain": (
        lambda folder: built_otherwise(prepare(folder), toolchain="gcc 2"),
        {("toolchain", "compiler and linker")},
    ),
    "sources": (
        lambda folder: built_otherwise(prepare(folder), sources="ab"),
        {("hypervisor", "sources")},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_is_told_and_nothing_else(case: Case, tmp_path: Path, name: str) -> None:
    """What follows from it (digests of pack, manifest and papers) is no change of its own."""
    make, expected = CHANGES[name]

    assert told(case, make(tmp_path / "changed")) == expected


def test_more_memory_for_a_persona_is_told_where_it_shows(case: Case, tmp_path: Path) -> None:
    """In the memory map and the persona's device tree, and nowhere else."""
    found = told(case, edited(tmp_path / "changed", "64 MiB", "96 MiB"))

    assert {area for area, _ in found} == {"map", "image"}
    assert ("image", "work/dtb SHA-256") in found


def test_another_board_is_told_by_its_facts(case: Case, tmp_path: Path) -> None:
    """Name and facts of the board, before and after."""
    one = bundle.open(case.pack().path)
    board = replace(case.plan.board, name="other", compatible="acme,other")
    changed = replace(case, plan=replace(case.plan, board=board))
    other = bundle.open(changed.pack(str(tmp_path / "other.itb")).path)

    found = {each.what: (each.before, each.after) for each in bundle.diff(one, other)}

    assert found["name"] == ("qemu-virt", "other")
    assert found["compatible"] == ("linux,dummy-virt", "acme,other")


def test_a_file_does_not_differ_from_its_copy(case: Case) -> None:
    """Neither from itself nor from a copy under another name."""
    made = case.pack().path
    copy = made.with_name("copy.itb")
    shutil.copyfile(made, copy)

    assert bundle.diff(bundle.open(made), bundle.open(made)) == ()
    assert bundle.diff(bundle.open(made), bundle.open(copy)) == ()


def test_packs_and_images_can_be_compared_too(case: Case, tmp_path: Path) -> None:
    """A pack by its tables, an image by its facts; files of two kinds by that."""
    made = bundle.open(case.pack().path)
    (pack,) = bundle.extract(made, ["pack"], tmp_path)
    kernel, ramdisk = case.files["work/kernel"], case.files["work/ramdisk"]

    other = kernel.with_name("other")
    other.write_bytes(arm64_image(300_001, 5))
    found = bundle.diff(bundle.open(kernel), bundle.open(other))
    assert [(each.area, each.what) for each in found] == [("image", "SHA-256")]
    assert bundle.diff(bundle.open(pack), bundle.open(pack)) == ()
    kinds = bundle.diff(made, bundle.open(pack))[0]
    assert (kinds.what, kinds.before, kinds.after) == ("kind", "fit", "pack")
    assert ramdisk.exists()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_every_byte_counts(case: Case, data: st.DataObject) -> None:
    """A file with any one byte changed can't be opened, or differs."""
    made = case.folder / "whole.itb"
    if not made.exists():
        case.pack(made.name)
    whole = made.read_bytes()
    head = st.integers(0, 8191)
    at = data.draw(st.one_of(head, st.integers(0, len(whole) - 1)))
    changed = case.folder / "changed.itb"
    other = whole[at] ^ data.draw(st.integers(1, 255))
    changed.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])

    try:
        found = bundle.diff(bundle.open(made), bundle.open(changed))
    except BundleError:
        return
    assert found
    assert [each.area for each in found] == sorted((each.area for each in found), key=AREAS.index)


def test_disks_are_compared_slot_by_slot(case: Case) -> None:
    """User data, boot control, and what is in a slot, under its name; equal disks do not differ."""
    first, again = case.folder / "first.img", case.folder / "again.img"
    data = case.userdata()
    for target in (first, again):
        case.disk(userdata=data).path.rename(target)
    assert bundle.diff(bundle.open(first), bundle.open(again)) == ()

    data.write_bytes(data.read_bytes()[:-1] + b"!")
    handset = replace(case.plan.handset, rollback_index=4)
    later = replace(case, plan=replace(case.plan, handset=handset))
    found = bundle.diff(bundle.open(first), bundle.open(later.disk(userdata=data).path))

    told = {(each.area, each.what) for each in found}
    assert told >= {
        ("disk", "userdata SHA-256"),
        ("disk", "boot_a rollback index"),
        ("rollback", "boot_a: index"),
    }
    assert {area for area, _ in told} == {"disk", "rollback"}
