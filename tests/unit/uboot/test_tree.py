# SPDX-License-Identifier: Apache-2.0
"""Keys and script in U-Boot's control tree."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mvpsdk import device, sign, uboot
from mvpsdk.core.facade import fdt_read
from mvpsdk.errors import InputError
from mvpsdk.units import MIB, Pa, Range

if TYPE_CHECKING:
    from pathlib import Path

TREE = """/dts-v1/;
/ { compatible = "acme,one"; memory@40000000 { device_type = "memory"; reg = <0x40000000 0x1000>; };
    signature { key-old { required = "conf"; }; }; config { bootcmd = "run evil"; }; };
"""
TARGET = uboot.Target(
    compatible="acme,one",
    storage=uboot.Storage.parse("mmc 0"),
    room=Range(Pa(0x4400_0000), 512 * MIB),
)


@pytest.fixture
def key() -> sign.PublicKey:
    """The published RSA key."""
    return next(each for each in sign.public_keys(["test:"]) if each.kind == "rsa")


@pytest.fixture
def tree(tmp_path: Path) -> bytes:
    """A board's tree, with an old key and an old command in it."""
    source, out = tmp_path / "board.dts", tmp_path / "board.dtb"
    source.write_text(TREE)
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", str(out), str(source)], check=True)
    return out.read_bytes()


def test_keys_are_required_and_any_of_them_is_enough(key: sign.PublicKey, tree: bytes) -> None:
    """While a key is replaced by another, bundles signed by either start."""
    root = fdt_read(uboot.control_tree(tree, [key]))
    signature = root.get("signature")
    assert signature
    assert signature.text("required-mode") == "any"
    assert [node.name for node in signature.children] == [uboot.key_node(key)]
    assert signature.children[0].properties == sign.public_node(key)
    assert signature.children[0].text("required") == "conf"


def test_nothing_of_before_stays(key: sign.PublicKey, tree: bytes) -> None:
    """Neither another's key nor another's command; the board's facts do."""
    root = fdt_read(uboot.control_tree(tree, [key], script="poweroff"))
    config = root.get("config")
    assert config
    assert config.text("bootcmd") == "poweroff"
    assert int.from_bytes(config.properties["bootdelay"], signed=True) == -2
    assert root.text("compatible") == "acme,one"
    assert root.get("memory@40000000")


def test_without_keys_none_is_left(tree: bytes) -> None:
    """A tree without /signature is what verifies nothing, and is seen to."""
    root = fdt_read(uboot.control_tree(tree))
    assert root.get("signature") is None
    assert root.get("config") is None


def test_a_damaged_tree_is_refused(tree: bytes) -> None:
    """It is told that it can't be read."""
    with pytest.raises(InputError, match="the device tree can't be read"):
        uboot.control_tree(tree[:40] + b"\xff" * (len(tree) - 40))


def test_source_and_tree_say_the_same(key: sign.PublicKey, tmp_path: Path) -> None:
    """What dtc makes of the source is the tree, to each property."""
    files = uboot.provision(TARGET, [key], board="one")
    source, out = tmp_path / "control.dts", tmp_path / "control.dtb"
    source.write_bytes(b"/dts-v1/;\n" + files["control.dtsi"])
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", str(out), str(source)], check=True)
    assert fdt_read(out.read_bytes()) == fdt_read(files["control.dtb"])


def test_the_facts_hold_a_bundle_to_the_board_s_slots(key: sign.PublicKey, tmp_path: Path) -> None:
    """They can be read as they are written: what fits no slot is refused before it is flashed."""
    slots = (("boot_a", 24 * MIB), ("boot_b", 32 * MIB))
    files = uboot.provision(TARGET, [key], board="one", slots=slots)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    facts = device.load(tmp_path / "device.toml")
    assert [(slot.name, slot.size) for slot in facts.slots] == list(slots)
    assert (facts.board, facts.compatible) == ("one", TARGET.compatible)
    assert facts.control_tree == tmp_path / "control.dtb"


def test_provisioning_without_a_key_is_refused() -> None:
    """Such a phone would start anything."""
    with pytest.raises(InputError, match="a control tree without a key verifies nothing"):
        uboot.provision(TARGET, [], board="one")
