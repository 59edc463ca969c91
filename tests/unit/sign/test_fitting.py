# SPDX-License-Identifier: Apache-2.0
"""Whether a boot loader's control tree has the very key that a bundle is signed by."""

from __future__ import annotations

from base64 import encodebytes
from typing import TYPE_CHECKING

import fdt
import pytest

from mvpsdk import device, sign, uboot
from mvpsdk.errors import InputError
from mvpsdk.sign import fitting

if TYPE_CHECKING:
    from pathlib import Path

KEY = next(key for key in sign.public_keys(["test:"]) if key.kind == "rsa")
OTHER = next(key for key in sign.public_keys(["test:"]) if key.kind != "rsa")


def control(folder: Path, changes: dict[str, bytes | None]) -> device.ControlKey:
    """The key of a control tree, in which some properties are others; None: it is not there."""
    root = fdt.parse_dtb(uboot.control_tree(b"", [KEY]))
    node = root.get_node(f"/signature/{uboot.key_node(KEY)}")
    for name, value in changes.items():
        node.remove_property(name)
        if value is not None:
            node.append(fdt.PropBytes(name, data=value))
    path = folder / "control.dtb"
    path.write_bytes(root.to_dtb(version=17, last_comp_version=16, boot_cpuid_phys=0))
    (key,) = device.control_keys(path)
    return key


@pytest.mark.parametrize("changes", [{}, {"rsa,exponent": None}], ids=str)
def test_a_key_is_known_again(tmp_path: Path, changes: dict[str, bytes | None]) -> None:
    """Where the exponent is not named, U-Boot takes the one that all keys here have."""
    assert fitting._is(control(tmp_path, changes), KEY)
    assert not fitting._is(control(tmp_path, changes), OTHER)


@pytest.mark.parametrize(
    "changes",
    [
        {"rsa,exponent": (1).to_bytes(8)},
        {"rsa,modulus": bytes(256)},
        {"rsa,modulus": None},
        {"rsa,r-squared": bytes(256)},
        {"rsa,n0-inverse": bytes(4)},
        {"rsa,num-bits": bytes(4)},
        {"algo": b"sha1,rsa2048\0"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_key_with_one_number_of_another_is_another(
    tmp_path: Path, changes: dict[str, bytes | None]
) -> None:
    """By the exponent 1 anybody signs; by a wrong constant nobody does."""
    assert not fitting._is(control(tmp_path, changes), KEY)


def test_an_even_modulus_is_told(tmp_path: Path) -> None:
    """Before anything is computed with it that has no result."""
    at = KEY.spki.rindex(b"\x02\x03\x01\x00\x01") - 1  # the modulus ends where the exponent begins
    spki = KEY.spki[:at] + bytes([KEY.spki[at] & 0xFE]) + KEY.spki[at + 1 :]
    path = tmp_path / "even.pub"
    text = encodebytes(spki).decode()
    path.write_text(f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n")
    with pytest.raises(InputError, match="even modulus"):
        sign.public_keys([str(path)])
