# SPDX-License-Identifier: Apache-2.0
"""Keys: made, shown, judged; from files, with a passphrase or without, with certificates."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mvpsdk import sign
from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.sign import providers
from mvpsdk.sign.public import of_object

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "open sesame"  # noqa: S105 - of a key that lives as long as a test
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def make(folder: Path, *, passphrase: str = "", days: int = 30) -> sign.New:
    """A fresh pair of pairs."""
    return sign.generate("acme", folder, bits=2048, days=days, now=NOW, passphrase=passphrase)


def openssl(*words: str | Path) -> str:
    """What OpenSSL says."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True)
    return done.stdout.decode()


def test_new_keys_are_their_owners_alone(tmp_path: Path) -> None:
    """Two keys, two certificates; and OpenSSL reads them."""
    made = make(tmp_path / "keys")

    names = ["acme-boot.key", "acme-boot.crt", "acme-manifest.key", "acme-manifest.crt"]
    assert [path.name for path in made.files] == names
    for path in made.files:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o600 if path.suffix == ".key" else 0o644)
    assert [key.algorithm for key in made.keys] == ["sha256,rsa2048", "ed25519"]
    assert "RSA key ok" in openssl("rsa", "-check", "-noout", "-in", made.files[0])
    for certificate in made.files[1::2]:
        said = openssl("x509", "-noout", "-text", "-in", certificate)
        assert "Digital Signature" in said
        assert "Jul  1 00:00:00 2026 GMT" in said


def test_a_key_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    """One of four files is enough, and the others are not made either."""
    (tmp_path / "acme-manifest.key").write_text("precious")

    with pytest.raises(InputError, match="this key exists"):
        make(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["acme-manifest.key"]
    assert (tmp_path / "acme-manifest.key").read_text() == "precious"


def test_a_passphrase_keeps_a_key_shut(tmp_path: Path) -> None:
    """It opens with it, not with another, and nobody is asked twice for nothing."""
    made = make(tmp_path, passphrase=SECRET)
    asked: list[str] = []

    def secret(what: str) -> str:
        asked.append(what)
        return SECRET

    (signer,) = sign.open_signers([str(made.files[0])], secret)

    assert signer.key == made.keys[0]
    assert asked == [str(made.files[0])]
    with pytest.raises(InputError, match="the key does not open"):
        sign.open_signers([str(made.files[0])], lambda _: "wrong")
    with pytest.raises(InputError, match="needs a passphrase"):
        sign.open_signers([str(made.files[0])])
    with pytest.raises(TypeError):
        load_pem_private_key(made.files[0].read_bytes(), None)


def test_certificate_public_and_private_half_are_one_key(tmp_path: Path) -> None:
    """Whichever is named: the same id, with the certificate's dates where it is known."""
    made = make(tmp_path)
    key, certificate = made.files[:2]
    public = tmp_path / "alone.pub"
    public.write_text(openssl("pkey", "-pubout", "-in", key))

    found = [sign.public_keys([str(path)])[0] for path in (key, certificate, public)]

    assert {each.id for each in found} == {made.keys[0].id}
    assert [each.certificate is not None for each in found] == [True, True, False]
    assert found[0].certificate == made.keys[0].certificate
    assert sign.public_pem(found[0]) == public.read_text()
    assert len(sign.public_keys([str(path) for path in (key, certificate, public)])) == 1


def test_an_expired_key_and_one_of_tomorrow_sign_nothing(tmp_path: Path) -> None:
    """The message names both dates; the same refuses a bundle that they signed."""
    (key, _) = make(tmp_path).keys

    sign.check([key], release=True, now=NOW)
    with pytest.raises(InputError, match="expired on 2026-07-01; today is 2026-07-02"):
        sign.check([key], release=False, now=NOW + dt.timedelta(days=31))
    with pytest.raises(InputError, match="holds from 2026-06-01 on; today is 2026-05-31"):
        sign.check([key], release=False, now=NOW - dt.timedelta(days=1))


def test_a_key_for_another_use_signs_nothing(tmp_path: Path) -> None:
    """A certificate without digitalSignature says that it is for something else."""
    (key, _) = make(tmp_path).keys
    assert key.certificate
    other = replace(key, certificate=replace(key.certificate, signs=False))

    with pytest.raises(InputError, match="lacks digitalSignature"):
        sign.check([other], release=False, now=NOW)


@pytest.mark.parametrize(
    ("bits", "exponent", "what"),
    [(1024, 65537, "RSA key of 1024 bits"), (2560, 65537, "2560"), (2048, 3, "exponent 3")],
)
def test_weak_and_odd_rsa_keys_are_refused(bits: int, exponent: int, what: str) -> None:
    """U-Boot knows three sizes, and what is shorter can be broken."""
    key = rsa.generate_private_key(exponent, bits).public_key()

    with pytest.raises(InputError, match=what):
        sign.check([of_object(key, "weak")], release=False, now=NOW)


def test_kinds_that_sign_no_bundle_are_refused() -> None:
    """The message names the kind, the hint those that do."""
    with pytest.raises(InputError, match="a kind that signs no bundle"):
        of_object(ed448.Ed448PrivateKey.generate().public_key(), "x")
    with pytest.raises(InputError, match="on the curve secp384r1"):
        of_object(ec.generate_private_key(ec.SECP384R1()).public_key(), "x")


def test_ecdsa_is_told_to_need_a_driver() -> None:
    """It is no fault, and worth knowing: Debian's U-Boot for QEMU knows RSA only."""
    key = of_object(ec.generate_private_key(ec.SECP256R1()).public_key(), "x")

    assert list(sign.faults(key, release=True, now=NOW)) == []
    assert "CONFIG_ECDSA_VERIFY" in next(iter(sign.remarks(key)))


def test_the_control_trees_numbers_are_mkimages(tmp_path: Path) -> None:
    """Modulus, exponent, R squared and the inverse are what mkimage writes for the same key."""
    made = make(tmp_path)
    made.files[0].rename(tmp_path / "dev.key")
    made.files[1].rename(tmp_path / "dev.crt")
    its = tmp_path / "x.its"
    its.write_text(
        '/dts-v1/; / { description = "x"; images { k { description = "k"; type = "kernel";'
        ' data = "k"; arch = "arm64"; os = "linux"; compression = "none"; load = <0>; entry = <0>;'
        ' hash-1 { algo = "sha256"; }; }; }; configurations { default = "c"; c {'
        ' description = "c"; kernel = "k"; signature-1 { algo = "sha256,rsa2048";'
        ' key-name-hint = "dev"; sign-images = "kernel"; }; }; }; };'
    )
    tree = tmp_path / "control.dtb"
    source = b"/dts-v1/; / { };"
    made_tree = subprocess.run(
        ["dtc", "-O", "dtb", "-o", str(tree)], input=source, check=True, capture_output=True
    )
    assert made_tree.returncode == 0
    call = ["mkimage", "-f", its, "-k", tmp_path, "-K", tree, "-r", tmp_path / "x.itb"]
    subprocess.run([str(word) for word in call], check=True, capture_output=True)
    from mvpsdk.core.facade import fdt_read

    root = fdt_read(tree.read_bytes())
    node = root.get("signature/key-dev")
    assert node
    ours = sign.public_node(made.keys[0])
    assert {**node.properties, "key-name-hint": b""} == {**ours, "key-name-hint": b""}


def test_unknown_providers_are_told(tmp_path: Path) -> None:
    """A path may have a colon behind a slash; a scheme that nobody provides is named."""
    with pytest.raises(InputError, match='no key provider is called "tpm:"') as caught:
        sign.open_signers(["tpm:1"])
    assert "there are: cmd:, file:, pkcs11:, test:" in caught.value.hint
    assert providers.find("./a:b")[1] == "./a:b"
    with pytest.raises(InputError, match="no such file"):
        sign.open_signers([str(tmp_path / "nothing")])
    with pytest.raises(InputError, match='no test key "2"'):
        sign.open_signers(["test:2"])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("nothing", "there is no key in it"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "can't be read"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can't be read"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "does not open"),
    ],
)
def test_what_is_no_key_is_refused(text: str, what: str, tmp_path: Path) -> None:
    """With its file, and never with a traceback."""
    path = tmp_path / "x.pem"
    path.write_text(text)

    with pytest.raises(InputError, match=what) as caught:
        sign.public_keys([str(path)])
    assert caught.value.place
    with pytest.raises(InputError):
        sign.open_signers([str(path)])


def test_a_module_that_is_not_there_is_told() -> None:
    """The hint says how to get one."""
    with pytest.raises(MissingToolError, match="does not load") as caught:
        sign.open_signers(["pkcs11:token=x;object=y?module-path=/nowhere/lib.so"])
    assert "softhsm2" in caught.value.hint
