# SPDX-License-Identifier: Apache-2.0
"""Verifying Android containers: the whole one holds, and each change is refused where it is."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle, sign
from mvpsdk.bundle import avb, avb_read
from mvpsdk.bundle.containers import Wanted as Made
from mvpsdk.bundle.containers import android
from mvpsdk.device import DeviceFacts, Partition
from mvpsdk.errors import InputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acme import Case

Members = dict[str, bytes]


@pytest.fixture(scope="session")
def container(signed: Path) -> Path:
    """The signed bundle as an Android container, by the published RSA test key."""
    path = signed.with_name("signed.zip")
    key = sign.avb_key(sign.open_signers(["test:"]))
    android.contain(signed, Made(output=path, vbmeta_key=key), None)
    return path


@pytest.fixture(scope="session")
def unsigned(plain: Path) -> Path:
    """The unsigned bundle as an Android container."""
    path = plain.with_name("plain.zip")
    android.contain(plain, Made(output=path), None)
    return path


def refusals(path: Path, wanted: sign.Wanted) -> dict[str, str]:
    """What spoke against it, by the check's name."""
    return {check.name: check.found for check in sign.verify(path, wanted).refusals}


def test_a_container_of_a_signed_bundle_is_verified(container: Path, wanted: sign.Wanted) -> None:
    """Both signatures, every part, and that all speak of the same thing."""
    report = sign.verify(container, wanted)

    assert report.refusals == ()
    names = {check.name for check in report.checks}
    assert names >= {
        *("container", "layout", "vbmeta", "pack", "board", "rollback index", "load address"),
        *("part hypervisor", "part pack", "part manifest", "part sbom", "part provenance"),
        *("part flash.txt", "part avb_pkmd.bin", "key in vbmeta"),
        *("signature of vbmeta", "signature of the manifest"),
    }
    assert report.manifest
    assert report.manifest.signed


def test_an_unsigned_container_will_do_if_that_is_said(unsigned: Path, wanted: sign.Wanted) -> None:
    """Else it is refused, as any unsigned bundle."""
    assert refusals(unsigned, replace(wanted, keys=(), unsigned=True)) == {}
    assert set(refusals(unsigned, wanted)) == {"signature"}


def test_it_is_held_to_a_device(container: Path, wanted: sign.Wanted) -> None:
    """Another board, a higher floor, a slot that is too small for the boot image."""
    facts = DeviceFacts(
        path=container,
        board="other",
        compatible="acme,other",
        rollback_index=9,
        partitions=(Partition(name="boot_a", size=4096),),
    )

    found = set(refusals(container, replace(wanted, device=facts)))

    assert found == {
        *("device board", "device compatible", "device rollback index", "device slot boot_a")
    }


def flip(name: str, at: int) -> Callable[[Members], None]:
    """Change one bit of a member."""

    def change(members: Members) -> None:
        data = bytearray(members[name])
        data[at] ^= 1
        members[name] = bytes(data)

    return change


def without(name: str) -> Callable[[Members], None]:
    """Leave a member away."""

    def change(members: Members) -> None:
        del members[name]

    return change


def put(name: str, data: bytes) -> Callable[[Members], None]:
    """Put another member in its place, or beside the others."""

    def change(members: Members) -> None:
        members[name] = data

    return change


def vouched_by_nobody(members: Members) -> None:
    """Strip vbmeta of its signature: what it says stays the same."""
    said = avb_read.read(members["vbmeta.img"])
    made = avb.assemble(said.hashes, said.properties, rollback_index=said.rollback_index)
    members["vbmeta.img"] = made


def vouched_by_another(members: Members) -> None:
    """Sign vbmeta anew, by a key of one's own."""
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    own = rsa.generate_private_key(65537, 2048)
    key = avb.Key(
        modulus=own.public_key().public_numbers().n,
        exponent=65537,
        sign=lambda message: own.sign(message, padding.PKCS1v15(), SHA256()),
    )
    said = avb_read.read(members["vbmeta.img"])
    index = said.rollback_index
    members["vbmeta.img"] = avb.assemble(
        said.hashes, said.properties, rollback_index=index, key=key
    )
    members["avb_pkmd.bin"] = avb.public_key(key.modulus, key.exponent)


def older(members: Members) -> None:
    """Give vbmeta a lower rollback index, unsigned as it then is."""
    said = avb_read.read(members["vbmeta.img"])
    members["vbmeta.img"] = avb.assemble(said.hashes, said.properties, rollback_index=1)


TAMPERED: dict[str, tuple[Callable[[Members], None], set[str]]] = {
    "a bit of the boot image's header": (flip("boot.img", 70), {"vbmeta"}),
    "a bit of the hypervisor": (flip("boot.img", 5000), {"vbmeta", "part hypervisor"}),
    "a bit of the pack": (flip("boot.img", 4096 * 40), {"vbmeta", "part pack", "part work/kernel"}),
    "a bit of vbmeta": (flip("vbmeta.img", 256 + 320 + 40), {"container"}),
    "a bit of vbmeta's signature": (flip("vbmeta.img", 256 + 100), {"signature of vbmeta"}),
    "vbmeta without signature": (
        vouched_by_nobody,
        {"signature of vbmeta", "key in vbmeta"},
    ),
    "vbmeta by another key": (vouched_by_another, {"signature of vbmeta", "key in vbmeta"}),
    "an older rollback index": (
        older,
        {"vbmeta", "rollback index", "signature of vbmeta", "key in vbmeta"},
    ),
    "a letter of the manifest": (
        lambda members: members.update(
            {"manifest.json": members["manifest.json"].replace(b"1.4.0", b"1.4.1")}
        ),
        {"part manifest", "part flash.txt", "signature of the manifest"},
    ),
    "a bit of the manifest's signature": (
        flip("manifest.sig", 9),
        {"signature of the manifest"},
    ),
    "no signature of the manifest": (without("manifest.sig"), {"signature of the manifest"}),
    "a manifest that names nobody": (
        lambda members: members.update(
            {"manifest.json": members["manifest.json"].replace(b'"configuration"', b'"nothing"')}
        ),
        {"part manifest", "signature", "signature of the configuration"},
    ),
    "a letter of the SBOM": (flip("sbom.json", 100), {"part sbom"}),
    "no provenance": (without("provenance.json"), {"part provenance"}),
    "other steps": (put("flash.txt", b"fastboot oem unlock\n"), {"part flash.txt"}),
    "another public key": (flip("avb_pkmd.bin", 20), {"part avb_pkmd.bin"}),
    "one member more": (put("run-me.sh", b"#!/bin/sh\n"), {"layout"}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_refused(
    container: Path, wanted: sign.Wanted, tmp_path: Path, name: str
) -> None:
    """By the checks that it concerns, and by no other."""
    change, expected = TAMPERED[name]
    path = tmp_path / "tampered.zip"
    with zipfile.ZipFile(container) as box:
        members = {each: box.read(each) for each in box.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as box:
        for each, data in members.items():
            box.writestr(zipfile.ZipInfo(each), data)

    assert set(refusals(path, wanted)) - {"part flash.txt", "part avb_pkmd.bin"} == expected - {
        "part flash.txt",
        "part avb_pkmd.bin",
    }
    assert set(refusals(path, wanted)) >= expected


def test_bytes_beside_the_members_are_refused(
    container: Path, wanted: sign.Wanted, tmp_path: Path
) -> None:
    """Before the first, and as a comment behind the last."""
    data = container.read_bytes()
    path = tmp_path / "more.zip"
    (size,) = struct.unpack_from("<H", data, len(data) - 2)
    assert size == 0
    path.write_bytes(data[:-2] + struct.pack("<H", 5) + b"hello")
    assert set(refusals(path, wanted)) == {"layout"}
    path.write_bytes(data[: len(data) // 2])
    assert set(refusals(path, wanted)) == {"container"}


def test_a_key_that_is_not_named_is_not_trusted(container: Path, wanted: sign.Wanted) -> None:
    """Whatever vbmeta itself says of its key."""
    alone = [key for key in wanted.keys if key.kind == "ed25519"]

    found = set(refusals(container, replace(wanted, keys=alone)))

    assert found == {"signature of vbmeta", "key in vbmeta"}


def test_vbmeta_wants_an_rsa_key() -> None:
    """Without signers there is none; of other kinds none does; one that errs is found out."""
    signers = sign.open_signers(["test:"])
    assert sign.avb_key(()) is None
    with pytest.raises(InputError, match="no RSA key for vbmeta"):
        sign.avb_key([each for each in signers if each.key.kind == "ed25519"])

    class Liar:
        key = next(each.key for each in signers if each.key.kind == "rsa")

        def sign(self, request: sign.Request) -> bytes:
            return bytes(len(request.message) and 256)

    liar = sign.avb_key([Liar()])
    assert liar
    with pytest.raises(RefusedError, match="its own public key refuses"):
        liar.sign(b"message")


def test_the_bundle_in_it_is_the_bundle(container: Path, signed: Path, acme: Case) -> None:
    """What runs is the same, byte for byte; the container adds nothing that differs."""
    changes = bundle.diff(bundle.open(signed), bundle.open(container))

    assert {each.area for each in changes} <= {"file", "part", "signer", "vbmeta"}
    assert acme.plan.handset.rollback_index == 3
