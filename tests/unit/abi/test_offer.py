# SPDX-License-Identifier: Apache-2.0
"""What a build says of itself, beside what the core answers."""

from __future__ import annotations

import pytest

from mvpsdk import abi
from mvpsdk.abi import features, layouts_digest, offered
from mvpsdk.core import facade
from mvpsdk.core._library import lib

ALL = features.CHOICES | {"vgic2"}


@pytest.mark.parametrize("gic", [2, 3])
def test_the_note_says_what_the_core_answers(gic: int) -> None:
    """Of a build with all that there is, as the host's; the other vGIC is the software's."""
    answer = lib.judge_features(gic)
    assert offered(gic, features.present((), gic)).features & ~answer == 0
    assert offered(gic, ALL).features == answer | facade.CONSTANTS["FEATURE_VGIC2"]


def test_each_feature_that_a_pack_can_need_is_told() -> None:
    """What a build has and its note's bits are of one table."""
    whole = facade.CONSTANTS["FEATURES"]
    assert offered(3, ALL).features == whole
    for name in ("flash", "menu", "power", "rtc", "smmu", "smp"):
        lacking = whole & ~offered(3, ALL - {name}).features
        assert features.missing(lacking, ()) == (name,)


def test_pins_are_set_where_there_is_power() -> None:
    """One call for each number from the first to the last that the build knows."""
    assert offered(3, ()).calls == 0x3F
    assert offered(3, {"power"}).calls == 0x7F


@pytest.mark.parametrize(("gic", "asked", "versions"), [(2, (), 4), (3, (), 8), (3, ALL, 12)])
def test_a_vgic_is_the_boards_or_the_softwares(
    gic: int, asked: tuple[str, ...], versions: int
) -> None:
    """Bit n says that there is a vGIC of version n."""
    assert offered(gic, features.present(set(asked) - {"vgic2"}, gic)).vgic_versions == versions


def test_a_note_written_is_the_note_read() -> None:
    """Its checksum is right, and it is as long as the header says."""
    note = offered(3, ALL)
    written = facade.note_write(note)
    assert len(written) == facade.NOTE_SIZE
    assert facade.note_read(written) == note


def test_a_member_that_moves_changes_the_digest() -> None:
    """So does each other word of a layout; the order of the structs does not."""
    structs, enums = abi.own_structs(), abi.own_enums()
    digest = layouts_digest(structs, enums)
    assert digest == layouts_digest(reversed(structs), enums)
    assert digest != layouts_digest(structs, ())
    assert digest != layouts_digest((), enums)
