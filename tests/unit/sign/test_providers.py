# SPDX-License-Identifier: Apache-2.0
"""Keys that nobody can copy: in a token (SoftHSM2), or behind another program."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mvpsdk import sign
from mvpsdk.errors import InputError, MissingToolError, RefusedError, TimeoutError_
from mvpsdk.sign import token_uri
from mvpsdk.sign.providers import cmd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PIN = "4711-a-pin"

PROGRAM = """\
#!/bin/sh
# A signing service's client: it alone can read the keys.
keys={folder}
case $1 in
public) cat $keys/acme-boot.crt $keys/acme-manifest.crt ;;
sign)
  case $2 in
  ed25519)
    cat >$keys/asked
    openssl pkeyutl -sign -rawin -inkey $keys/acme-manifest.key -in $keys/asked ;;
  sha256,rsa2048) openssl pkeyutl -sign -inkey $keys/acme-boot.key -pkeyopt digest:sha256 ;;
  *) echo "no such algorithm: $2" >&2; exit 1 ;;
  esac ;;
esac
"""


def verified(path: Path, keys: list[str]) -> bool:
    """Whether a bundle verifies by these keys."""
    wanted = sign.Wanted(keys=sign.public_keys(keys), now=NOW, release=False)
    return sign.verify(path, wanted).ok


# ---- a token ----


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token with an RSA, an Ed25519 and a P-256 key that were made in it."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(conf))
        call = ["softhsm2-util", "--init-token", "--free", "--label", "release"]
        subprocess.run(
            [*call, "--pin", PIN, "--so-pin", "8888-so"], check=True, capture_output=True
        )
        kinds = {"boot": "rsa:2048", "papers": "EC:edwards25519", "ec": "EC:prime256v1"}
        for number, (label, kind) in enumerate(kinds.items(), 1):
            call = ["pkcs11-tool", "--module", MODULE, "--token-label", "release", "--login"]
            call += ["--pin", PIN, "--keypairgen", "--key-type", kind, "--label", label]
            call += ["--id", f"{number:02}"]
            subprocess.run(call, check=True, capture_output=True)
        yield folder


def uri(name: str, more: str = "") -> str:
    """One of the token's keys."""
    return f"pkcs11:token=release;object={name}?module-path={MODULE}{more}"


def test_a_key_that_was_made_in_a_token_signs(
    token: Path, plain: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """RSA for the configuration, Ed25519 for the manifest; no PIN is needed to verify."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "x.itb"
    keys = [uri("boot"), uri("papers")]

    sign.sign(plain, sign.open_signers(keys, lambda _: PIN), path)

    assert token.is_dir()
    assert verified(path, keys)
    assert PIN not in caplog.text
    assert PIN.encode() not in path.read_bytes()


def test_a_token_never_gives_its_key_away(token: Path) -> None:
    """The token itself says that the key can't be read, and was made in it."""
    import pkcs11

    assert token.is_dir()
    (signer,) = sign.open_signers([uri("boot")], lambda _: PIN)
    private = signer.private  # type: ignore[attr-defined]
    assert private[pkcs11.Attribute.SENSITIVE]
    assert not private[pkcs11.Attribute.EXTRACTABLE]
    assert private[pkcs11.Attribute.LOCAL]
    with pytest.raises(pkcs11.AttributeSensitive):
        private[pkcs11.Attribute.PRIVATE_EXPONENT]


def test_a_tokens_ecdsa_key_signs(token: Path, plain: Path, tmp_path: Path) -> None:
    """Its r and s are what the format wants."""
    assert token.is_dir()
    path = tmp_path / "x.itb"
    keys = [uri("ec"), uri("papers")]

    sign.sign(plain, sign.open_signers(keys, lambda _: PIN), path)

    assert verified(path, keys)


def test_the_pin_may_come_from_a_file(token: Path, tmp_path: Path) -> None:
    """pin-source names it; nobody is asked."""
    assert token.is_dir()
    (tmp_path / "pin").write_text(f"{PIN}\n")

    found = sign.open_signers([uri("boot", f"&pin-source=file:{tmp_path}/pin")])

    assert found[0].key.algorithm == "sha256,rsa2048"


def test_what_a_token_refuses_is_told(token: Path) -> None:
    """Another PIN is a refusal; a token or key that is not there is missing."""
    assert token.is_dir()
    sessions = sign.open_signers([uri("boot")], lambda _: PIN)
    assert sessions
    with pytest.raises(InputError, match="there is no such key"):
        sign.open_signers([uri("nothing")], lambda _: PIN)
    with pytest.raises(InputError, match="there is no such key"):
        sign.public_keys([uri("nothing")])
    with pytest.raises(MissingToolError, match="there is no token other"):
        sign.open_signers([uri("boot").replace("release", "other")], lambda _: PIN)


def test_a_wrong_pin_is_a_refusal(token: Path) -> None:
    """In a process of its own: within one, who has logged in is in."""
    assert token.is_dir()
    script = (
        "import sys; from mvpsdk import sign; from mvpsdk.errors import RefusedError\n"
        "try: sign.open_signers([sys.argv[1]], lambda _: 'wrong')\n"
        "except RefusedError as error: print(error.message, error.exit_code)"
    )
    import sys

    call = [sys.executable, "-c", script, uri("boot")]
    done = subprocess.run(call, capture_output=True, check=True, text=True)

    assert done.stdout == "pkcs11:token=release;object=boot: the PIN is wrong 5\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("token=a;object=b", "no module-path"),
        ("object=b?module-path=/x", "names no token"),
        ("token=a;pin-value=1?module-path=/x", "a PIN in a command line"),
        ("token=a?module-path=/x&pin-value=1", "a PIN in a command line"),
        ("token=a;token=b?module-path=/x", '"token=b"'),
        ("token=a;colour=b?module-path=/x", '"colour=b"'),
        ("token?module-path=/x", '"token"'),
    ],
)
def test_a_token_uri_that_is_wrong_is_told(text: str, what: str) -> None:
    """A PIN in it above all: everybody can read a command line."""
    with pytest.raises(InputError, match=what) as caught:
        token_uri.parse(text)
    assert caught.value.hint


def test_a_token_uri_reads_as_its_standard_says() -> None:
    """Percent signs are resolved (RFC 7512, 2.3)."""
    found = token_uri.parse("token=my%20token;object=a%3Bb;id=%01%ff?module-path=/x&pin-source=/p")

    assert (found.token, found.object, found.id) == ("my token", "a;b", b"\x01\xff")
    assert (found.module, found.pin_source) == ("/x", "/p")


# ---- a program ----


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that signs, and the folder that it alone can read."""
    vault = tmp_path / "vault"
    sign.generate("acme", vault, bits=2048, days=30, now=NOW, passphrase="")
    path = vault / "signer"
    path.write_text(PROGRAM.format(folder=vault))
    path.chmod(0o700)
    return path


def test_another_programs_key_signs_and_is_nowhere_else(
    program: Path, plain: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same bundle as by the key itself; no byte of the key in bundle, log or folder."""
    caplog.set_level(logging.DEBUG)
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(plain, work / "plain.itb")
    keys = [f"cmd:{program}"]

    sign.sign(work / "plain.itb", sign.open_signers(keys), work / "x.itb")

    vault = program.parent
    assert verified(work / "x.itb", keys)
    own = [str(vault / f"acme-{part}.key") for part in ("boot", "manifest")]
    sign.sign(work / "plain.itb", sign.open_signers(own), work / "own.itb")
    assert (work / "x.itb").read_bytes() == (work / "own.itb").read_bytes()
    for secret in private_bytes(vault):
        assert secret.hex() not in caplog.text
        for path in work.iterdir():
            assert secret not in path.read_bytes()
            assert secret.hex().encode() not in path.read_bytes()


def private_bytes(vault: Path) -> Iterator[bytes]:
    """What must never be seen: the RSA key's private numbers, the Ed25519 key's seed."""
    rsa = load_pem_private_key((vault / "acme-boot.key").read_bytes(), None)
    numbers = rsa.private_numbers()  # type: ignore[union-attr]
    yield numbers.d.to_bytes(256).lstrip(b"\0")  # type: ignore[union-attr]
    yield numbers.p.to_bytes(128)  # type: ignore[union-attr]
    yield numbers.q.to_bytes(128)  # type: ignore[union-attr]
    seed = load_pem_private_key((vault / "acme-manifest.key").read_bytes(), None)
    yield seed.private_bytes_raw()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "error", "what"),
    [
        ("echo no >&2; exit 3", RefusedError, "refused .exit code 3.: no"),
        ("exit 1", RefusedError, "it gave no reason"),
        ("echo nothing", InputError, "there is no key in it"),
    ],
)
def test_a_program_that_does_not_answer_well_is_told(
    body: str, error: type[Exception], what: str, tmp_path: Path
) -> None:
    """Its exit code and its own words."""
    path = tmp_path / "signer"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)

    with pytest.raises(error, match=what):
        sign.open_signers([f"cmd:{path}"])


def test_a_program_that_signs_nonsense_makes_no_bundle(
    program: Path, plain: Path, tmp_path: Path
) -> None:
    """What it gives is held to its own public key."""
    program.write_text(program.read_text().replace("digest:sha256", "digest:sha256 | tac -rs ."))

    with pytest.raises(RefusedError, match="its own public key refuses"):
        sign.sign(plain, sign.open_signers([f"cmd:{program}"]), tmp_path / "x.itb")
    assert not (tmp_path / "x.itb").exists()


def test_a_program_that_hangs_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs out, with an exit code of its own."""
    monkeypatch.setattr(cmd, "TIMEOUT", 0.2)
    path = tmp_path / "signer"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o700)

    with pytest.raises(TimeoutError_, match=r"took longer than 0\.2 s"):
        sign.open_signers([f"cmd:{path}"])


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Or one that nobody may run; or a URI without any."""
    (tmp_path / "data").write_text("")

    with pytest.raises(MissingToolError, match="there is no program /nowhere/signer"):
        sign.open_signers(["cmd:/nowhere/signer"])
    with pytest.raises(MissingToolError, match="can't be run"):
        sign.open_signers([f"cmd:{tmp_path / 'data'}"])
    with pytest.raises(InputError, match="names no program"):
        sign.open_signers(["cmd:"])
    with pytest.raises(InputError, match="quotation"):
        sign.open_signers(["cmd:'"])
