# SPDX-License-Identifier: Apache-2.0
"""A persona's part: made, looked into, verified by key and by bundle; and what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from acme import Case, noise, planned, prepare
from mvpsdk import bundle, sign
from mvpsdk.errors import BundleError, HandsetError, InputError

if TYPE_CHECKING:
    from pathlib import Path

KEYS = 'update-key = "vendor.pub"\nupdate-room = "1 MiB"\nupdate-index = 2\n'


def written(folder: Path, name: str, private: Any = None) -> Path:
    """A key pair as two files; the private one's path."""
    private = private or rsa.generate_private_key(65537, 2048)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.key"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.with_suffix(".pub").write_bytes(public)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With two vendors' keys."""
    folder = tmp_path_factory.mktemp("apart")
    for name in ("vendor", "other"):
        written(folder, name)
    return folder


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    """The handset whose one persona is updated apart."""
    return apart(folder)


def apart(folder: Path) -> Case:
    """Plan it, with a hypervisor that can start such personas."""
    made = prepare(folder, KEYS)
    recipe = replace(made.hypervisor.recipe, features=("delegate", "early-console", "rtc"))
    return replace(made, hypervisor=replace(made.hypervisor, recipe=recipe))


def make(case: Case, key: str = "vendor.key", name: str = "work.mvpart") -> bundle.PersonaPart:
    """The part, signed by a key beside it."""
    signers = sign.open_signers([str(case.folder / key)])
    return bundle.make_part(
        case.plan,
        "work",
        case.files,
        case.folder / name,
        seal=lambda header: sign.seal_part(header, signers),
    )


def public(case: Case, name: str) -> tuple[sign.PublicKey, ...]:
    """A vendor's public key."""
    return sign.public_keys([str(case.folder / f"{name}.pub")])


def verified(path: Path, **against: Any) -> sign.Report:
    """The report over a part."""
    return sign.verify_part(path, **against)


def test_a_part_is_made_and_verified_by_key_and_by_bundle(case: Case) -> None:
    """The same bytes each time: RSA PKCS#1 v1.5 has no chance in it."""
    made = make(case)
    again = make(case, name="again.mvpart")
    assert made.path.read_bytes() == again.path.read_bytes()
    assert made.part.rollback_index == 2
    assert verified(made.path, keys=public(case, "vendor")).ok
    assert verified(made.path, keys=(*public(case, "vendor"), *public(case, "other"))).ok
    maker = bundle.open(case.pack().path)
    assert verified(made.path, bundle=maker).ok


def test_what_is_inside_can_be_told_and_taken_out(case: Case, tmp_path: Path) -> None:
    """By the same commands as a bundle's images."""
    contents = bundle.open(make(case).path)
    assert (contents.kind, contents.part and contents.part.guest.persona) == ("part", "work")
    assert [image.name for image in contents.images] == ["work/kernel", "work/ramdisk", "work/dtb"]
    assert all(digest.ok for digest in bundle.verify(contents))
    (path,) = bundle.extract(contents, ["work/kernel"], tmp_path)
    assert path.read_bytes() == (case.folder / "kernel").read_bytes()


def test_no_byte_of_the_makers_bundle_depends_on_the_vendors_images(tmp_path: Path) -> None:
    """Updating the persona leaves everything else as it was."""
    written(tmp_path / "first", "vendor")
    first = apart(tmp_path / "first")
    before = first.pack().path.read_bytes()
    part = make(first).path.read_bytes()
    (first.folder / "ramdisk").write_bytes(noise(77_777, 9))
    second = replace(planned(first.folder), hypervisor=first.hypervisor)
    assert second.pack().path.read_bytes() == before
    assert make(second).path.read_bytes() != part


def test_the_bundle_tells_the_boot_script_where_it_goes(case: Case) -> None:
    """In the configuration, which is signed."""
    data = case.pack().path.read_bytes()
    assert b"mvp,parts\0" in data
    assert b"mvp,home-work\0" in data


def test_another_vendors_key_signs_nothing_here(case: Case) -> None:
    """The handset file names the key; nothing is left behind."""
    with pytest.raises(BundleError, match="handset file has") as caught:
        make(case, "other.key", "wrong.mvpart")
    assert "private half of update-key" in str(caught.value.hint)
    assert not (case.folder / "wrong.mvpart").exists()


def test_a_part_needs_one_rsa_key(case: Case, tmp_path: Path) -> None:
    """Neither none, nor two, nor one of another kind."""
    edwards = written(tmp_path, "edwards", ed25519.Ed25519PrivateKey.generate())
    vendor = str(case.folder / "vendor.key")
    for keys in ([], [vendor, str(case.folder / "other.key")], [str(edwards)]):
        with pytest.raises(InputError, match="one RSA key"):
            sign.seal_part(b"", sign.open_signers(keys))
    with pytest.raises(InputError, match="another kind"):
        verified(make(case).path, keys=sign.public_keys([str(edwards.with_suffix(".pub"))]))


def test_a_hypervisor_without_the_feature_is_no_use(case: Case) -> None:
    """It would refuse the pack."""
    plain = prepare(case.folder, KEYS)
    with pytest.raises(BundleError, match="the pack needs delegate"):
        plain.pack("plain.itb")


def refusals(report: sign.Report) -> dict[str, str]:
    """Each check that did not hold, and what it found."""
    return {check.name: check.found for check in report.refusals}


def test_verify_says_which_check_did_not_hold(case: Case, tmp_path: Path) -> None:
    """One changed byte in each region of the file; a longer and a shorter one."""
    good, keys = make(case).path.read_bytes(), public(case, "vendor")
    path = tmp_path / "changed.mvpart"

    def changed(at: int) -> dict[str, str]:
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        return refusals(verified(path, keys=keys))

    assert changed(40).keys() == {"part"}
    assert "0x54" in changed(2100)["part"]
    assert "0x53" in changed(2060)["part"]
    assert changed(4096).keys() == {"image work/kernel"}
    path.write_bytes(good + b"\0")
    assert refusals(verified(path, keys=keys)).keys() == {"container"}
    path.write_bytes(good[:-4096])
    assert {"container", "part"} <= refusals(verified(path, keys=keys)).keys()
    path.write_bytes(good)
    assert "0x53" in refusals(verified(path, keys=public(case, "other")))["part"]


def test_a_bundle_that_delegates_nothing_judges_no_part(case: Case, tmp_path: Path) -> None:
    """It is the wrong bundle."""
    plain = prepare(tmp_path / "plain").pack()
    with pytest.raises(BundleError, match='delegates no persona "work"'):
        verified(make(case).path, bundle=bundle.open(plain.path))


def test_a_key_is_read_with_the_handset(tmp_path: Path) -> None:
    """What is no usable RSA key is told with its place in the file."""
    place = tmp_path / "handset"

    def fault(content: bytes | None) -> str:
        place.mkdir(exist_ok=True)
        if content is not None:
            (place / "vendor.pub").write_bytes(content)
        with pytest.raises(HandsetError) as caught:
            prepare(place, KEYS)
        assert caught.value.place
        assert caught.value.place.line
        return str(caught.value)

    assert "No such file" in fault(None)
    assert "no public key in PEM" in fault(b"x")
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    small = written(tmp_path / "small", "small", weak)
    assert "has 1024 bits" in fault(small.with_suffix(".pub").read_bytes())
    three = written(tmp_path / "three", "three", rsa.generate_private_key(3, 2048))
    assert "the exponent 3" in fault(three.with_suffix(".pub").read_bytes())
    edwards = written(tmp_path / "edwards", "edwards", ed25519.Ed25519PrivateKey.generate())
    assert "is no RSA key" in fault(edwards.with_suffix(".pub").read_bytes())


def test_a_certificate_names_a_key_too(tmp_path: Path) -> None:
    """Its digest is the key's own."""
    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vendor")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=private.public_key(),
        serial_number=1,
        not_valid_before=day,
        not_valid_after=day + dt.timedelta(days=365),
    ).sign(private, SHA256())
    folder = tmp_path / "handset"
    folder.mkdir()
    (folder / "vendor.pub").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key = prepare(folder, KEYS).plan.handset.personas[0].update_key
    assert key
    info = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert key.digest == hashlib.sha256(info).digest()


def test_a_disk_has_slots_for_the_part_and_is_verified_with_it(case: Case) -> None:
    """As large as its home; what is wrong in one is told by its partition."""
    made = make(case)
    path = case.disk(parts={"work": made.path}, sparse=case.folder / "phone.simg").path
    opened = bundle.open(path)
    assert opened.boot
    names = {each.name: each for each in opened.boot.disk.partitions}
    assert [*names] == ["misc", "boot_a", "boot_b", "work_a", "work_b", "userdata"]
    assert names["work_a"].size == names["work_b"].size == 1 << 20
    assert path.read_bytes()[names["work_a"].offset :].startswith(made.path.read_bytes())

    wanted = sign.Wanted(now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), unsigned=True)
    for whole in (path, case.folder / "phone.simg"):
        report = sign.verify(whole, wanted)
        assert report.ok
        assert "work_a image work/kernel" in [check.name for check in report.checks]
    with path.open("r+b") as file:
        file.seek(names["work_a"].offset + 5000)
        file.write(b"!!")
    assert {check.name for check in sign.verify(path, wanted).refusals} <= {
        "work_a part",
        "work_a image work/kernel",
    }
    assert not sign.verify(path, wanted).ok


def test_a_disk_without_the_part_says_so(case: Case) -> None:
    """The persona has its room; one that is too large for it, or signed by others, is refused."""
    made = case.disk("bare.img")
    wanted = sign.Wanted(now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), unsigned=True)
    assert "work does not start before a part of it is flashed" in "\n".join(made.notes)
    assert sign.verify(made.path, wanted).ok

    boot = bundle.open(made.path).boot
    assert boot
    place = boot.disk.find("work_a")
    assert place
    data = bytearray(make(case).path.read_bytes())
    for damaged in (b"!" * 5000, bytes(data[:300]) + b"!" + bytes(data[301:])):
        with made.path.open("r+b") as file:
            file.seek(place.offset)
            file.write(damaged)
        refusals = sign.verify(made.path, wanted).refusals
        assert refusals
        assert all(check.name.startswith("work_a") for check in refusals)
    (case.folder / "large").write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(InputError, match="its home 1 MiB"):
        case.disk(parts={"work": case.folder / "large"})
