# SPDX-License-Identifier: Apache-2.0
"""A hypervisor beside another, and beside what is made for it."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import packs
from mvpsdk import abi
from mvpsdk.core import facade
from mvpsdk.errors import InputError
from mvpsdk.image import AbiNote, ImageFacts
from mvpsdk.image.layouts import Enum, Layouts, Member, Struct

OFFER = abi.offered(3, {"power"})
WIDE = Enum(name="mvp_partition_state", size=4, values=(("MVP_PARTITION_OFF", 0),))
PAIR = Struct(
    name="mvp_pair",
    size=16,
    members=(
        Member(name="ipa", offset=0, size=8, type="uint64_t"),
        Member(name="size", offset=8, size=8, type="uint64_t"),
    ),
)


def note(**changes: Any) -> AbiNote:
    """What a hypervisor offers, or with role=1 what a guest needs."""
    fields = [each.name for each in dataclasses.fields(OFFER) if each.name != "intact"]
    own = {name: getattr(OFFER, name) for name in fields}
    return AbiNote(**{**own, "offset": 0, "layouts": OFFER.layouts.hex(), **changes})


def side(name: str, found: AbiNote | None, layouts: Layouts | None = None) -> abi.Side:
    """An image with this note and these layouts."""
    facts = ImageFacts(
        path=Path(name),
        role="",
        size=1,
        sha256="",
        format="elf",
        architecture="arm64",
        note=found,
        layouts=layouts,
    )
    return abi.of_image(name, facts)


def told(before: abi.Side, after: abi.Side) -> list[str]:
    """What differs, in words."""
    return [f"{change.kind} {change.text}" for change in abi.diff(before, after)]


def test_what_a_later_build_has_and_lacks_is_told() -> None:
    """A feature that goes breaks, one that comes is added; so with calls and vGICs."""
    smaller = abi.offered(2, {"vgic2"})
    later = note(features=smaller.features, calls=smaller.calls, vgic_versions=4, abi_minor=1)
    assert told(side("a", note()), side("b", later)) == [
        "added ABI: version 1.0 is now 1.1",
        "broke feature vgic3: no longer offered",
        "added feature vgic2: now offered",
        "broke feature power: no longer offered",
        "broke call 0xc6008006 pins: no longer offered",
        "added vGIC version 2: now offered",
        "broke vGIC version 3: no longer offered",
    ]
    assert told(side("a", note()), side("b", note())) == []


def guest(**changes: Any) -> abi.Side:
    """An image that needs the console and its call, and takes either vGIC."""
    needs = {"role": 1, "features": 1, "calls": 2, "vgic_versions": 12, "psci_conduits": 1}
    return side("rtos", note(**{**needs, **changes}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"abi_major": 2}, ["ABI: 2.0 is needed, 1.0 is offered"]),
        ({"abi_minor": 1}, ["ABI: 1.1 is needed, 1.0 is offered"]),
        ({"features": 0x401}, ["feature: smmu is needed, and not offered"]),
        ({"features": 1 << 40}, ["feature: 0x10000000000 is needed, and not offered"]),
        ({"calls": 1 << 7}, ["call: 0xc6008007 is needed, and not offered"]),
        ({"vgic_versions": 4}, ["vGIC version: 2 is needed, 3 is offered"]),
        ({"vgic_versions": 0}, []),
        ({"psci_conduits": 4}, ["conduit: 0x4 is needed, hvc or smc is offered"]),
    ],
)
def test_what_a_guest_needs_and_does_not_get_breaks(
    changes: dict[str, int], words: list[str]
) -> None:
    """In whatever order the two are named."""
    hypervisor = side("hv", note())
    found = abi.diff(hypervisor, guest(**changes))
    assert found == abi.diff(guest(**changes), hypervisor)
    assert [change.text for change in found] == words
    assert {change.kind for change in found} <= {"broke"}
    assert abi.verdict(guest(), found) == ("does not run" if words else "runs")


def test_layouts_are_compared_where_both_sides_know_them() -> None:
    """What only one side uses is no difference; what differs in one way of two is one."""
    swapped = replace(
        PAIR, members=tuple(replace(m, offset=8 - m.offset) for m in reversed(PAIR.members))
    )
    narrow = replace(WIDE, size=1)
    mine = side("rtos", None, Layouts(source="dwarf", structs=(PAIR,), enums=(WIDE, narrow)))
    its = side("hv", note(), Layouts(source="btf", structs=(swapped,), enums=(WIDE,)))
    assert told(mine, its) == [
        "broke struct mvp_pair.ipa: place byte 0 is now byte 8",
        "broke struct mvp_pair.size: place byte 8 is now byte 0",
        "broke enum mvp_partition_state: size 1 byte is now 4 bytes",
    ]
    other = side("hv", note(), Layouts(source="btf", structs=(replace(PAIR, name="mvp_x"),)))
    assert told(mine, other) == []


def test_a_note_without_debug_information_names_its_version_s_layouts() -> None:
    """The digest is enough; one that no version has leaves them unknown."""
    assert side("hv", note()).structs == abi.own_structs()
    assert side("hv", note()).source == "those of ABI 1.0, by the note's digest"
    assert side("hv", note(layouts="11" * 32)).source == ""
    assert side("hv", note(layouts="11" * 32), Layouts(source="btf")).source == ""


def test_a_header_is_compared_with_an_image() -> None:
    """By its version and its layouts: what a build offers it can't say."""
    header = abi.of_version("ABI 1.0", abi.versions()["1.0"])
    assert told(header, side("hv", note())) == []
    assert told(header, guest(abi_minor=4)) == ["broke ABI: 1.4 is needed, 1.0 is offered"]
    assert told(header, guest(features=1 << 40)) == []
    narrow = Layouts(source="dwarf", enums=(replace(abi.own_enums()[0], size=1),))
    assert told(header, side("rtos", None, narrow)) == [
        "broke enum mvp_partition_state: size 4 bytes is now 1 byte"
    ]


def test_two_that_offer_nothing_are_refused() -> None:
    """One side must be a hypervisor, a header or a version."""
    with pytest.raises(InputError, match="neither rtos nor blob offers an ABI"):
        abi.diff(guest(), side("blob", None))


def test_an_image_without_a_note_can_not_be_told() -> None:
    """Unless its layouts differ: then it does not run."""
    assert abi.verdict(side("blob", None), ()) == "can't tell"
    broken = abi.Change(kind="broke", what="x", aspect="size", before="1", after="2")
    assert abi.verdict(side("blob", None), [broken]) == "does not run"


@pytest.mark.parametrize("major", range(1, 4))
@pytest.mark.parametrize("minor", range(3))
def test_the_core_refuses_each_version_that_does_not_fit(major: int, minor: int) -> None:
    """A pack whose partition needs such a version is refused for that very reason."""
    fits = not abi.diff(guest(abi_major=major, abi_minor=minor), side("hv", note()))
    good = packs.good_pack()
    needing = replace(good.partitions[0], abi_major=major, abi_minor=minor)
    whole = facade.pack_read(facade.pack_write(good)).total_size
    data = facade.pack_write(replace(good, partitions=(needing, *good.partitions[1:])))
    verdict = facade.pack_check(data, size=whole)
    assert fits is (verdict.reason is not facade.Reason.PACK_ABI)
