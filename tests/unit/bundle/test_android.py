# SPDX-License-Identifier: Apache-2.0
"""The Android container: what `mkbootimg` and `openssl` say of it, what a reader refuses."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mvpsdk import bundle
from mvpsdk.bundle import avb, avb_read
from mvpsdk.bundle.containers import Wanted, android
from mvpsdk.errors import BundleError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case

TREE = bytes.fromhex("d00dfeed") + bytes(60)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A container and what it was made of."""

    path: Path
    fit: Path
    tree: Path
    key: rsa.RSAPrivateKey

    def member(self, name: str) -> bytes:
        """One of its members."""
        with zipfile.ZipFile(self.path) as box:
            return box.read(name)


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    """An RSA key of 4096 bits."""
    return rsa.generate_private_key(65537, 4096)


def signing(key: rsa.RSAPrivateKey) -> avb.Key:
    """What signs with it."""
    return avb.Key(
        modulus=key.public_key().public_numbers().n,
        exponent=65537,
        sign=lambda message: key.sign(message, padding.PKCS1v15(), SHA256()),
    )


def make(case: Case, key: rsa.RSAPrivateKey) -> Made:
    """Make a container of a case, in its folder."""
    fit = case.pack().path
    tree = case.folder / "board.dtb"
    tree.write_bytes(TREE)
    path = case.folder / "phone.zip"
    wanted = Wanted(output=path, tree=tree, vbmeta_key=signing(key))
    made = android.contain(fit, wanted, None)
    assert made.size == path.stat().st_size
    assert "checked, not booted" in made.notes[0]
    return Made(path=path, fit=fit, tree=tree, key=key)


@pytest.fixture
def made(case: Case, key: rsa.RSAPrivateKey) -> Made:
    """A signed container."""
    return make(case, key)


def test_the_boot_image_is_what_mkbootimg_makes(made: Made, tmp_path: Path) -> None:
    """Byte for byte, of the same parts and addresses."""
    opened = bundle.open(made.path)
    parts = {part.name: part for part in opened.parts}
    for name in ("hypervisor", "pack"):
        (tmp_path / name).write_bytes(parts[name].span.read())
    words = {
        "kernel": tmp_path / "hypervisor",
        "ramdisk": tmp_path / "pack",
        "dtb": made.tree,
        "kernel_offset": hex(parts["hypervisor"].load or 0),
        "ramdisk_offset": hex(parts["pack"].load or 0),
        "dtb_offset": hex(parts["dtb"].load or 0),
        "tags_offset": hex(parts["dtb"].load or 0),
        "base": "0",
        "pagesize": "4096",
        "header_version": "2",
        "board": "acme-one",
        "output": tmp_path / "boot.img",
    }
    line = [word for name, value in words.items() for word in (f"--{name}", str(value))]
    subprocess.run(["mkbootimg", *line], check=True)

    assert (tmp_path / "boot.img").read_bytes() == made.member("boot.img")


def test_unpack_bootimg_gives_the_same_parts(made: Made, tmp_path: Path) -> None:
    """Debian's tool finds the FIT's hypervisor and pack, and the device tree."""
    (tmp_path / "boot.img").write_bytes(made.member("boot.img"))
    out = tmp_path / "out"
    call = ["unpack_bootimg", "--boot_img", str(tmp_path / "boot.img"), "--out", str(out)]
    subprocess.run(call, check=True, capture_output=True)
    fit = {part.name: part.span.read() for part in bundle.open(made.fit).parts}

    assert (out / "kernel").read_bytes() == fit["hypervisor"]
    assert (out / "ramdisk").read_bytes() == fit["pack"]
    assert (out / "dtb").read_bytes() == TREE


def test_openssl_takes_the_signature_and_refuses_another(made: Made, tmp_path: Path) -> None:
    """RSA-4096, PKCS#1 v1.5, SHA-256, over the header and the auxiliary block."""
    said = avb_read.read(made.member("vbmeta.img"))
    public = made.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    (tmp_path / "signature").write_bytes(said.signature)
    for message, code in ((said.message, 0), (said.message + b"!", 1)):
        (tmp_path / "message").write_bytes(message)
        call = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature"]
        done = subprocess.run([*call, "message"], cwd=tmp_path, check=False, capture_output=True)
        assert done.returncode == code


def test_vbmeta_vouches_for_the_boot_image_and_the_manifest(made: Made) -> None:
    """By a salted digest, and by the manifest's; the rollback index is the handset's."""
    said = avb_read.read(made.member("vbmeta.img"))
    boot = made.member("boot.img")
    (of,) = said.hashes

    assert said.algorithm.name == "SHA256_RSA4096"
    assert (of.partition, of.size) == ("boot", len(boot))
    assert of.digest == hashlib.sha256(of.salt + boot).digest()
    assert said.rollback_index == 3
    words = {each.name: each.value.decode() for each in said.properties}
    assert words["mvpsdk.manifest"] == hashlib.sha256(made.member("manifest.json")).hexdigest()
    assert words["mvpsdk.board"] == "qemu-virt"
    assert said.public_key == made.member("avb_pkmd.bin")
    assert struct.unpack_from(">I", said.public_key)[0] == 4096


def test_the_container_is_opened_as_a_bundle(made: Made) -> None:
    """The same hypervisor, pack, images and papers as in the FIT, each by its digest."""
    one, other = bundle.open(made.fit), bundle.open(made.path)

    assert other.kind == "android"
    assert other.manifest == one.manifest
    assert [each.name for each in other.images] == [each.name for each in one.images]
    assert other.verdict
    assert other.verdict.ok
    digests = {each.name: each for each in bundle.verify(other)}
    for name in ("hypervisor", "pack", "manifest", *(each.name for each in one.images)):
        assert digests[name].expected
        assert digests[name].ok, name


def test_the_device_tree_lies_where_nobody_is(made: Made) -> None:
    """In RAM, on a 2 MiB boundary, off the hypervisor's window and the pack's home."""
    parts = {part.name: part for part in bundle.open(made.path).parts}
    at, size = parts["dtb"].load, parts["dtb"].span.size

    assert at is not None
    assert at % (2 << 20) == 0
    assert 0x4000_0000 <= at < 0x8000_0000 - size
    for name, room in (("hypervisor", 2 << 20), ("pack", parts["pack"].span.size)):
        base = parts[name].load
        assert base is not None
        assert at + size <= base or base + room <= at


def test_the_same_inputs_and_key_give_the_same_container(
    case: Case, again: Case, key: rsa.RSAPrivateKey
) -> None:
    """In two folders: a zip file without a time, a salt that is derived."""
    assert make(case, key).path.read_bytes() == make(again, key).path.read_bytes()


def test_without_key_and_tree_it_says_so(case: Case) -> None:
    """Nobody signs, and the boot loader has to have its own device tree."""
    fit = case.pack().path
    path = case.folder / "phone.zip"

    made = android.contain(fit, Wanted(output=path), None)

    with zipfile.ZipFile(path) as box:
        said = avb_read.read(box.read("vbmeta.img"))
        steps = box.read("flash.txt").decode()
        assert "avb_pkmd.bin" not in box.namelist()
    assert said.algorithm.name == "NONE"
    assert said.signature == b""
    assert "no device tree is in it" in " ".join(made.notes)
    assert "vbmeta is not signed" in steps
    assert "fastboot flash boot boot.img\nfastboot flash vbmeta vbmeta.img\n" in steps
    assert "dtb" not in {part.name for part in bundle.open(path).parts}


def test_a_key_that_avb_does_not_know_is_refused(case: Case) -> None:
    """RSA of 3072 bits; nothing is left behind."""
    small = rsa.generate_private_key(65537, 3072)
    fit = case.pack().path
    path = case.folder / "phone.zip"

    with pytest.raises(InputError, match="no RSA key of 3072 bits"):
        android.contain(fit, Wanted(output=path, vbmeta_key=signing(small)), None)

    assert not path.exists()


def vbmeta(key: rsa.RSAPrivateKey | None) -> bytes:
    """A small vbmeta image."""
    of = avb.HashDescriptor(partition="boot", size=9, salt=b"salt", digest=bytes(32))
    word = avb.Property(name="a", value=b"b")
    return avb.assemble([of], [word], rollback_index=1, key=signing(key) if key else None)


def changed(data: bytes, at: int, value: bytes) -> bytes:
    """Bytes with others in one place."""
    return data[:at] + value + data[at + len(value) :]


TAIL = 256 + 576
"""Where the auxiliary block of a signed image begins."""
DAMAGE = {
    "magic": (0, b"AVB1", "begins with 41 56 42 31"),
    "version": (4, struct.pack(">I", 2), "needs libavb 2"),
    "block size": (12, struct.pack(">Q", 577), "not whole 64s"),
    "cut short": (20, struct.pack(">Q", 1 << 40), "its header says"),
    "algorithm": (28, struct.pack(">I", 9), "algorithm is number 9"),
    "weaker algorithm": (28, struct.pack(">I", 1), "SHA256_RSA2048 makes 32 and 256"),
    "digest's place": (32, struct.pack(">Q", 600), "its digest ends at 632"),
    "signature's place": (48, struct.pack(">Q", 100), "its signature ends at 612"),
    "key's place": (64, struct.pack(">Q", 1 << 63), "its public key ends at"),
    "descriptors' place": (104, struct.pack(">Q", 1 << 30), "its descriptors ends at|SHA-256"),
    "rollback index": (112, struct.pack(">Q", 9), "SHA-256 of what is signed"),
    "flags": (120, struct.pack(">I", 2), "SHA-256 of what is signed"),
    "descriptor": (TAIL + 20, b"x", "SHA-256 of what is signed"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_vbmeta_image_is_refused(key: rsa.RSAPrivateKey, name: str) -> None:
    """With what is wrong, whatever of it is."""
    at, value, message = DAMAGE[name]

    with pytest.raises(BundleError, match=message):
        avb_read.read(changed(vbmeta(key), at, value))


def test_numbers_of_a_public_key_must_fit_each_other(key: rsa.RSAPrivateKey) -> None:
    """A boot loader computes with them: wrong ones make a wrong verdict."""
    data = vbmeta(key)
    said = avb_read.read(data)
    wrong = said.public_key[:-1] + bytes([said.public_key[-1] ^ 1])

    with pytest.raises(BundleError, match="contradict each other"):
        avb_read.modulus(wrong, said.algorithm)
    assert avb_read.modulus(said.public_key, said.algorithm) == signing(key).modulus


UNSIGNED_DAMAGE = {
    "descriptor's length": (256 + 8, struct.pack(">Q", 1 << 20), "a descriptor of 1048576 bytes"),
    "descriptor's rest": (104, struct.pack(">Q", 8), "8 bytes are left"),
    "kind of hash": (256 + 24, b"sha1\0\0", "by sha1"),
    "name's length": (256 + 56, struct.pack(">I", 1 << 20), "a descriptor names"),
    "property's end": (256 + 176 + 33, b"x", "zero byte"),
}


@pytest.mark.parametrize("name", UNSIGNED_DAMAGE)
def test_a_damaged_descriptor_is_refused(name: str) -> None:
    """Where no digest finds it, its own lengths do."""
    at, value, message = UNSIGNED_DAMAGE[name]

    with pytest.raises(BundleError, match=message):
        avb_read.read(changed(vbmeta(None), at, value))


def rezipped(made: Made, path: Path, **members: bytes | None) -> Path:
    """The container with other members, by their names' first word; None: without it."""
    with zipfile.ZipFile(made.path) as box, zipfile.ZipFile(path, "w") as other:
        for info in box.infolist():
            data = members.get(info.filename.split(".")[0], box.read(info))
            if data is not None:
                other.writestr(replace_name(info.filename), data)
    return path


def replace_name(name: str) -> zipfile.ZipInfo:
    """A member's entry."""
    return zipfile.ZipInfo(name)


def test_a_container_that_lacks_or_lies_is_refused(made: Made, tmp_path: Path) -> None:
    """No boot image, something else in its place, parts behind its end, packed members."""
    boot = made.member("boot.img")
    longer = changed(boot, 8, struct.pack("<I", 1 << 30))
    version = changed(boot, 40, struct.pack("<I", 7))
    for data, message in (
        (None, "boot.img and vbmeta.img are not both in it"),
        (b"short", "boot.img is no boot image"),
        (longer, "hypervisor in boot.img ends at"),
        (version, "header version 7"),
    ):
        path = rezipped(made, tmp_path / "bad.zip", boot=data)
        with pytest.raises(BundleError, match=message):
            bundle.open(path)
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("boot.img", boot)
    with pytest.raises(BundleError, match="packed or encrypted"):
        bundle.open(packed)
    packed.write_bytes(made.path.read_bytes()[:-30])
    with pytest.raises(BundleError, match="no whole zip file"):
        bundle.open(packed)


def test_a_directory_of_a_million_members_is_not_read(tmp_path: Path) -> None:
    """It would have to be held in memory whole."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as box:
        for number in range(1000):
            box.writestr(f"{number:0200}", b"")
    with pytest.raises(BundleError, match="its directory has 246000 bytes"):
        bundle.open(path)


def test_a_vbmeta_image_alone_is_opened(made: Made, tmp_path: Path) -> None:
    """Recognised by its first bytes."""
    (tmp_path / "some").write_bytes(made.member("vbmeta.img"))

    opened = bundle.open(tmp_path / "some")

    assert opened.kind == "vbmeta"
    assert opened.vbmeta
    assert opened.vbmeta.rollback_index == 3


def test_what_contradicts_vbmeta_is_told(made: Made, tmp_path: Path) -> None:
    """Another boot image, a longer one, other checks switched off, another rollback index."""
    boot = made.member("boot.img")
    of = avb_read.read(made.member("vbmeta.img"))
    for name, members, message in (
        ("bit", {"boot": changed(boot, 9000, bytes([boot[9000] ^ 1]))}, "boot.img is damaged"),
        ("long", {"boot": boot + bytes(4096)}, "vbmeta vouches for"),
        ("flags", {"vbmeta": loose(of.hashes, 3)}, "to verify nothing"),
        ("index", {"vbmeta": avb.assemble(of.hashes, (), rollback_index=4)}, "index is 4"),
        ("none", {"vbmeta": avb.assemble((), (), rollback_index=3)}, "for 0 boot images"),
    ):
        path = rezipped(made, tmp_path / f"{name}.zip", **members)
        (told,) = bundle.problems(bundle.open(path))
        assert message in told
    assert list(bundle.problems(bundle.open(made.path))) == []
    assert list(bundle.problems(bundle.open(made.fit))) == []


def loose(hashes: tuple[avb.HashDescriptor, ...], index: int) -> bytes:
    """A vbmeta image that switches verification off."""
    return changed(avb.assemble(hashes, (), rollback_index=index), 120, struct.pack(">I", 2))


def test_two_containers_differ_by_what_is_in_them(
    made: Made, case: Case, key: rsa.RSAPrivateKey
) -> None:
    """A later rollback index shows in pack, manifest and vbmeta, and nowhere else."""
    handset = replace(case.plan.handset, rollback_index=4)
    later = replace(case, plan=replace(case.plan, handset=handset))
    copy = made.path.rename(made.path.with_name("before.zip"))

    found = bundle.diff(bundle.open(copy), bundle.open(make(later, key).path))

    assert {(each.area, each.what) for each in found} == {
        ("rollback", "index"),
        ("vbmeta", "rollback index"),
    }
