# SPDX-License-Identifier: Apache-2.0
"""`--container android`, and what the other commands say of it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mvpsdk_cli import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]


@pytest.fixture
def phone(handset: Any, cli: Cli) -> Path:
    """A signed Android container."""
    handset()
    Path("board.dtb").write_bytes(bytes.fromhex("d00dfeed") + bytes(60))
    words = ("bundle", ".", "-o", "phone.zip", "--sign", "test:")
    done = cli(*words, "--container", "android", "--tree", "board.dtb")
    assert done.code == 0, done.err
    assert "checked, not booted" in done.err
    assert "fastboot flash boot boot.img\nfastboot flash vbmeta vbmeta.img\n" in done.err
    return Path("phone.zip")


def test_it_is_verified_and_inspected(cli: Cli, phone: Path) -> None:
    """Every part, both signatures; and what vbmeta vouches for, as text and by its schema."""
    assert cli("verify", phone, "--key", "test:").code == 0
    shown = cli("inspect", phone)
    assert shown.code == 0
    assert shown.out.startswith("phone.zip: Android container (checked, not booted)")
    assert "  vbmeta       SHA256_RSA2048, rollback index 0\n" in shown.out
    document = json.loads(cli("inspect", phone, "--format", "json").out)
    jsonschema.validate(document, schemas.schema("inspect"))
    assert document["vbmeta"]["hashes"][0]["partition"] == "boot"
    assert document["vbmeta"]["properties"]["mvpsdk.board"] == "qemu-virt"


def test_its_images_are_known_by_themselves(cli: Cli, phone: Path) -> None:
    """As a boot loader gets them: the boot image, and vbmeta."""
    with zipfile.ZipFile(phone) as box:
        box.extractall("out")

    boot, vbmeta = cli("inspect", "out/boot.img"), cli("inspect", "out/vbmeta.img")

    assert (boot.code, vbmeta.code) == (0, 0)
    assert "Android boot image, header version 2" in boot.out
    assert vbmeta.out.startswith("out/vbmeta.img: Android vbmeta image")


def test_a_changed_boot_image_is_found(cli: Cli, phone: Path) -> None:
    """By inspect, which knows vbmeta's digest, and by verify."""
    data = bytearray(phone.read_bytes())
    data[9000] ^= 1
    phone.write_bytes(data)

    found = cli("inspect", phone)

    assert found.code == 1
    assert "boot.img is damaged" in found.out
    assert cli("verify", phone, "--key", "test:").code == 1


def test_it_is_rebuilt_like_any_bundle(cli: Cli, phone: Path) -> None:
    """Its parts are those of the FIT, so the same inputs give them again."""
    assert cli("verify", phone, "--key", "test:", "--rebuild", ".").code == 0


def test_options_that_do_not_fit_are_refused(cli: Cli, handset: Any) -> None:
    """A device tree in a FIT, which has no place for it."""
    handset()
    Path("board.dtb").write_bytes(b"tree")

    done = cli("bundle", ".", "-o", "x.itb", "--unsigned", "--tree", "board.dtb")

    assert done.code == 2
    assert "the container fit has no --tree" in done.err
    assert "--container android" in done.err
