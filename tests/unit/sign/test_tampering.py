# SPDX-License-Identifier: Apache-2.0
"""No bundle that was changed verifies, wherever the change is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvpsdk import bundle, device, sign
from mvpsdk.bundle import fit
from mvpsdk.bundle.flat import flatten
from mvpsdk.core.facade import FdtNode, fdt_read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALWAYS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def refusals(path: Path, wanted: sign.Wanted) -> dict[str, str]:
    """What speaks against a bundle: each check's name and what it found."""
    return {check.name: check.found for check in sign.verify(path, wanted).refusals}


@pytest.fixture
def changed(signed: Path, tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes other bytes than the signed ones."""

    def write(data: bytes) -> Path:
        assert data != signed.read_bytes()
        path = tmp_path / "changed.itb"
        path.write_bytes(data)
        return path

    return write


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=ALWAYS)
def test_one_bit_anywhere_is_refused(
    data: st.DataObject, signed: Path, wanted: sign.Wanted, tmp_path: Path
) -> None:
    """In the tree, its padding, a part, between parts, in either signature."""
    whole = bytearray(signed.read_bytes())
    near_tree = st.integers(0, 4095)
    at = data.draw(st.one_of(near_tree, st.integers(0, len(whole) - 1)))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "flipped.itb"
    path.write_bytes(whole)

    assert refusals(path, wanted)


def test_every_bit_of_the_trees_words_is_refused(
    signed: Path, wanted: sign.Wanted, tmp_path: Path
) -> None:
    """The lowest bit of each byte of the tree, one after the other."""
    whole = bytearray(signed.read_bytes())
    size = int.from_bytes(whole[4:8])
    path = tmp_path / "flipped.itb"
    for at in range(0, size, 31):
        whole[at] ^= 1
        path.write_bytes(whole)
        assert refusals(path, wanted), at
        whole[at] ^= 1


def test_a_shorter_and_a_longer_file_are_refused(
    signed: Path, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """By a byte, by a part, to nothing."""
    whole = signed.read_bytes()
    assert refusals(changed(whole + b"\0"), wanted) == {
        "layout": f"the last part ends at byte {len(whole)}, the file at {len(whole) + 1}"
    }
    for size in (len(whole) - 1, len(whole) - 64, 5000, 40, 7, 0):
        assert refusals(changed(whole[:size]), wanted)


def _tree(data: bytes) -> tuple[FdtNode, int]:
    size = int.from_bytes(data[4:8])
    return fdt_read(data[:size]), size


def _without(root: FdtNode, name: str) -> FdtNode:
    children = tuple(_without(child, name) for child in root.children if child.name != name)
    return replace(root, children=children)


@pytest.mark.parametrize(
    ("node", "check"),
    [(fit.CONF_SIGNATURE, "tree"), (fit.SIGNATURE, "layout"), ("hash-1", "part hypervisor")],
)
def test_a_stripped_signature_shows(
    node: str, check: str, signed: Path, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """The manifest says what there should be."""
    data = signed.read_bytes()
    root, size = _tree(data)
    stripped = flatten(_without(root, node), size)

    found = refusals(changed(stripped + data[size:]), wanted)

    assert check in found
    assert sign.verify(signed, wanted).ok


def test_recomputed_digests_do_not_help(
    signed: Path, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """A changed part with its new digest in the tree and in the manifest: both signatures break."""
    data = bytearray(signed.read_bytes())
    part = next(each for each in bundle.open(signed).parts if each.name == "hypervisor")
    old = part.span.sha256
    data[part.span.offset + 100] ^= 0xFF
    start = part.span.offset
    new = hashlib.sha256(data[start : start + part.span.size]).hexdigest()
    whole = bytes(data).replace(bytes.fromhex(old), bytes.fromhex(new))
    whole = whole.replace(old.encode(), new.encode())

    found = refusals(changed(whole), wanted)

    assert {"signature of the configuration", "signature of the manifest"} <= found.keys()


def test_an_unsigned_bundle_with_the_word_signed_is_refused(
    plain: Path, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """A manifest that claims a signer has none."""
    data = plain.read_bytes()
    part = next(each for each in bundle.open(plain).parts if each.name == "manifest")
    said = data[part.span.offset :]
    more = said.replace(b'"signed": false', b'"signed": true ')
    assert json.loads(more)["signed"]

    found = refusals(changed(data[: part.span.offset] + more), wanted)

    assert found["signature of the configuration"] == "there is none"
    assert found["signature of the manifest"] == "there is none"


def test_parts_that_changed_places_are_refused(
    signed: Path, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """Each with its own digest: the names are signed, too."""
    data = signed.read_bytes()
    swapped = data.replace(b"hypervisor\0", b"HYPERVISOR\0")

    assert "layout" in refusals(changed(swapped), wanted)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xd0\x0d\xfe\xed", bytes(64), b"\x27\x05\x19\x56" + bytes(4000), b"MZ" + bytes(4000)],
    ids=["empty", "a head", "zeros", "a legacy image", "a raw image"],
)
def test_what_is_no_bundle_is_refused(
    data: bytes, wanted: sign.Wanted, changed: Callable[[bytes], Path]
) -> None:
    """It is a refusal, no error: whoever asks gets an answer."""
    assert "container" in refusals(changed(data), wanted)


def facts(**values: object) -> device.DeviceFacts:
    """A device that the bundle fits, but for these."""
    from pathlib import Path

    good = {"path": Path("device.toml"), "board": "qemu-virt", "compatible": "linux,dummy-virt"}
    return device.DeviceFacts(**{**good, **values})  # type: ignore[arg-type]


def test_a_device_that_fits_says_yes(signed: Path, wanted: sign.Wanted) -> None:
    """Its board, its floor at the bundle's own index, its slots just large enough."""
    slot = device.Partition(name="boot_a", size=signed.stat().st_size)

    assert not refusals(signed, replace(wanted, device=facts(rollback_index=3, partitions=(slot,))))


def test_a_device_that_does_not_fit_says_why(signed: Path, wanted: sign.Wanted) -> None:
    """Another board, a higher floor, a small slot: both values are named."""
    size = signed.stat().st_size
    slot = device.Partition(name="boot_b", size=size - 1)
    other = facts(board="phone", compatible="acme,one", rollback_index=4, partitions=(slot,))

    assert refusals(signed, replace(wanted, device=other)) == {
        "device board": "the bundle is for qemu-virt, the device is phone",
        "device compatible": "the bundle is for linux,dummy-virt, the device is acme,one",
        "device rollback index": "the bundle has 3, the device 4",
        "device slot boot_b": f"the bundle has {size} bytes, the slot {size - 1}",
    }


def control_tree(path: Path, *keys: FdtNode, mode: str = "") -> Path:
    """A boot loader's control tree with these key nodes."""
    from mvpsdk.bundle.flat import node

    own = {"required-mode": fit.text(mode)} if mode else {}
    children = (node("signature", own, *keys),) if keys else ()
    path.write_bytes(flatten(node("", {}, *children)))
    return path


def test_the_control_tree_must_require_the_bundles_key(
    signed: Path, wanted: sign.Wanted, tmp_path: Path
) -> None:
    """Without a required key any FIT boots there; with another this one does not."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    from mvpsdk.bundle.flat import node
    from mvpsdk.sign.software import signer_of

    own = next(key for key in wanted.keys if key.part == "configuration")
    other = signer_of(rsa.generate_private_key(65537, 2048), "other").key
    nodes = [node(f"key-{key.hint}", sign.public_node(key)) for key in (own, other)]
    hint = node("key-hint", sign.public_node(own, required=False))

    def found(*keys: FdtNode, mode: str = "") -> dict[str, str]:
        tree = control_tree(tmp_path / "control.dtb", *keys, mode=mode)
        return refusals(signed, replace(wanted, device=facts(control_tree=tree)))

    assert found(nodes[0]) == {}
    assert "boots whatever FIT" in found()["device control tree"]
    assert "boots whatever FIT" in found(hint)["device control tree"]
    assert other.hint in found(nodes[1])["device control tree"]
    assert other.hint in found(*nodes)["device control tree"]
    assert found(*nodes, mode="any") == {}
