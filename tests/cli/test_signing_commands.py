# SPDX-License-Identifier: Apache-2.0
"""keys, sign, verify, and bundle --sign, as people and pipelines call them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk_cli import passphrases, render
from workbench import document, matches, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own keys, made once."""
    folder = tmp_path_factory.mktemp("keys")
    from mvpsdk_cli.main import main

    assert main(["keys", "new", "own", "--dir", str(folder), "--no-passphrase", "-q"]) == 0
    return folder


@pytest.fixture
def keys(made: Path, handset: Any) -> Path:
    """Own keys, and a handset to bundle."""
    handset()
    shutil.copytree(made, "keys")
    return Path("keys")


@pytest.fixture
def unsigned(keys: Path, capsys: Capsys) -> Path:
    """A bundle that waits for its signatures."""
    assert keys.is_dir()
    assert run(capsys, "bundle", ".", "-o", "plain.itb", "--unsigned")[0] == 0
    return Path("plain.itb")


SIGN = ("--sign", "keys/own-boot.key", "--sign", "keys/own-manifest.key")
KEYS = ("--key", "keys/own-boot.key", "--key", "keys/own-manifest.key")
TRUST = ("--key", "keys/own-boot.crt", "--key", "keys/own-manifest.crt")


def test_a_bundle_is_signed_as_it_is_made(keys: Path, capsys: Capsys) -> None:
    """One call; verify accepts it, and it is the same that sign makes of an unsigned one."""
    assert keys.is_dir()
    code, out, err = run(capsys, "bundle", ".", "-o", "x.itb", *SIGN)

    assert code == 0
    assert "signed" in out
    assert "unsigned" not in out
    assert "UNSIGNED" not in err
    code, out, _ = run(capsys, "verify", "x.itb", *TRUST)
    assert code == 0
    assert out.endswith("x.itb: verified\n")
    run(capsys, "bundle", ".", "-o", "y.itb", "--unsigned")
    assert run(capsys, "sign", "y.itb", *KEYS)[0] == 0
    assert Path("y.itb").read_bytes() == Path("x.itb").read_bytes()


def test_a_bundle_is_the_same_in_another_folder_and_time_zone(
    keys: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RSA's PKCS#1 v1.5 and Ed25519 sign without chance."""
    import time

    assert keys.is_dir()
    outcomes = []
    for zone, folder in (("UTC", "here"), ("Asia/Kathmandu", "some/where/else")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        Path(folder).mkdir(parents=True)
        for name in ("handset.toml", "linux", "initrd", "keys"):
            copy = shutil.copytree if Path(name).is_dir() else shutil.copy
            if Path(name).exists():
                copy(name, Path(folder) / name)
        with monkeypatch.context() as inside:
            inside.chdir(folder)
            assert run(capsys, "bundle", ".", "-o", "x.itb", *SIGN)[0] == 0
            outcomes.append(Path("x.itb").read_bytes())
    monkeypatch.undo()
    time.tzset()

    assert outcomes[0] == outcomes[1]


def test_verify_as_json_matches_its_schema(unsigned: Path, capsys: Capsys) -> None:
    """Every check is listed, held or not."""
    run(capsys, "sign", str(unsigned), *KEYS, "-o", "x.itb")

    found = document(capsys, "verify", "x.itb", *TRUST)

    assert matches(found)
    assert found["ok"]
    assert {"tree", "layout", "part pack", "signature of the manifest"} <= {
        check["name"] for check in found["checks"]
    }
    assert found["manifest"]["signed"]


def test_a_refusal_has_its_exit_code_and_its_next_step(unsigned: Path, capsys: Capsys) -> None:
    """Unsigned, and signed by another key."""
    code, out, _ = run(capsys, "verify", str(unsigned), *TRUST)
    assert code == 1
    assert "REFUSED  signature" in out
    assert "the bundle is unsigned" in out
    assert "plain.itb: refused by 1 of" in out

    run(capsys, "sign", str(unsigned), *KEYS, "-o", "x.itb")
    code, out, _ = run(capsys, "verify", "x.itb", "--key", "test:")
    assert code == 1
    assert "refused by 2 of" in out
    assert run(capsys, "verify", str(unsigned), "--unsigned")[0] == 0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("verify", "x"), "no key is named"),
        (("verify", "x", "--unsigned", "--key", "test:"), "takes no --key"),
        (("verify", "x", "--unsigned", "--profile", "release"), "must be signed"),
        (("verify", "x", "--key", "test:"), "no such file"),
        (("sign", "x"), "no --key"),
        (("sign", "x", "--key", "test:", "--attach", "d"), "--attach with keys"),
        (("sign", "x", "--key", "test:", "--digest-only", "d", "-o", "y"), "writes no bundle"),
        (("sign", "x", "--key", "test:"), "no such file"),
        (
            ("sign", "handset.toml", "--key", "test:", "--profile", "release"),
            "published test key",
        ),
        (("sign", "x", "--attach", "nowhere"), "no such file"),
        (("keys", "new", "a/b", "--no-passphrase"), "no name for a key"),
        (("keys", "new", "a", "--bits", "1024", "--no-passphrase"), "1024 bits"),
        (("keys", "new", "a"), "nobody can be asked"),
        (("keys", "new", "a", "--no-passphrase", "--passphrase-fd", "3"), "drop one"),
        (("bundle", ".", "-o", "x", "--sign", "test:", "--unsigned"), "signed and unsigned"),
        (("bundle", ".", "-o", "x", "--sign", "nowhere.key"), "no such file"),
    ],
)
def test_calls_that_cannot_be_are_told(
    words: tuple[str, ...], what: str, handset: Any, capsys: Capsys
) -> None:
    """With exit code 2, before anything is written."""
    handset()
    before = set(Path().iterdir())

    code, _, err = run(capsys, *words)

    assert code == 2
    assert what in err
    assert set(Path().iterdir()) == before


def test_detached_signatures_come_back(unsigned: Path, capsys: Capsys) -> None:
    """OpenSSL signs what is in the folder; the bundle is as if the keys had been here."""
    code, out, _ = run(capsys, "sign", str(unsigned), "--digest-only", "todo", *TRUST)
    assert code == 0
    assert "configuration.message: sha256,rsa2048 by" in out
    call = ["openssl", "dgst", "-sha256", "-sign", "keys/own-boot.key"]
    call += ["-out", "todo/configuration.sig", "todo/configuration.message"]
    subprocess.run(call, check=True)
    call = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "keys/own-manifest.key"]
    call += ["-in", "todo/manifest.message", "-out", "todo/manifest.sig"]
    subprocess.run(call, check=True)

    assert run(capsys, "sign", str(unsigned), "--attach", "todo", "-o", "x.itb")[0] == 0

    assert run(capsys, "verify", "x.itb", *TRUST)[0] == 0
    run(capsys, "sign", str(unsigned), *KEYS, "-o", "y.itb")
    assert Path("x.itb").read_bytes() == Path("y.itb").read_bytes()
    call = ["openssl", "dgst", "-sha256", "-verify", "todo/configuration.pub"]
    call += ["-signature", "todo/configuration.sig", "todo/configuration.message"]
    assert b"Verified OK" in subprocess.run(call, check=True, capture_output=True).stdout


def test_a_detached_signature_of_something_else_is_refused(unsigned: Path, capsys: Capsys) -> None:
    """Missing, wrong, or with a description that is no more ours."""
    found = document(capsys, "sign", str(unsigned), "--digest-only", "todo", "--key", "test:")
    assert matches(found)
    assert matches(document(capsys, "keys", "show", "test:"))

    code, _, err = run(capsys, "sign", str(unsigned), "--attach", "todo", "-o", "x.itb")
    assert code == 2
    assert "configuration.sig" in err
    Path("todo/configuration.sig").write_bytes(bytes(256))
    code, _, err = run(capsys, "sign", str(unsigned), "--attach", "todo", "-o", "x.itb")
    assert code == 2
    assert "this is no signature by" in err
    code, _, err = run(
        capsys, "sign", str(unsigned), "--attach", "todo", "-o", "x.itb", "--profile", "release"
    )
    assert "published test key" in err
    for text in ("", "[]", "{}", '{"schema": "mvpsdk.signing/2"}'):
        Path("todo/signing.json").write_text(text)
        code, _, err = run(capsys, "sign", str(unsigned), "--attach", "todo", "-o", "x.itb")
        assert code == 2
        assert "describes no signatures" in err
    assert not Path("x.itb").exists()


@pytest.fixture
def pipe() -> Iterator[int]:
    """A file descriptor from which a passphrase comes."""
    reading, writing = os.pipe()
    os.write(writing, b"open sesame\n")
    os.close(writing)
    yield reading
    os.close(reading)


def test_a_passphrase_comes_by_a_file_descriptor(unsigned: Path, capsys: Capsys, pipe: int) -> None:
    """For the new keys, and to open them again; it shows nowhere."""
    shown = []
    code, out, err = run(capsys, "keys", "new", "shut", "--passphrase-fd", str(pipe))
    shown += [out, err]
    assert code == 0
    shut = ("--key", "shut-boot.key", "--key", "shut-manifest.key")

    code, out, err = run(capsys, "sign", str(unsigned), *shut, "-o", "x.itb")
    shown += [out, err]
    assert code == 2
    assert "nobody can be asked" in err
    for phrase, expected in (("wrong", 2), ("open sesame", 0)):
        Path("phrase").write_text(f"{phrase}\n")
        with Path("phrase").open() as file:
            number = str(file.fileno())
            words = (*shut, "-o", "x.itb", "--passphrase-fd", number)
            code, out, err = run(capsys, "sign", str(unsigned), *words)
        shown += [out, err]
        assert code == expected
    assert not any("sesame" in text for text in shown)
    code, _, err = run(capsys, "keys", "show", "shut-boot.key", "--passphrase-fd", "99")
    assert "shut-boot.key" in run(capsys, "keys", "show", "shut-boot.crt")[1].replace(
        ".crt", ".key"
    )


def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for all keys; for new ones twice, and both must be the same."""
    import getpass

    from mvpsdk.errors import InputError

    answers = iter(["one", "two", "two", "two", "three", "", ""])
    monkeypatch.setattr(render, "interactive", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: next(answers))
    ask = passphrases.asker(None)

    assert ask("a.key") == ask("b.key") == "one"
    assert passphrases.new(None) == "two"
    with pytest.raises(InputError, match="differ"):
        passphrases.new(None)
    with pytest.raises(InputError, match="empty"):
        passphrases.new(None)


def test_keys_show_tells_what_counts(keys: Path, capsys: Capsys) -> None:
    """Kind, id, dates, usage; of a test key that everybody has it; the public key alone."""
    code, out, _ = run(capsys, "keys", "show", "keys/own-boot.crt", "keys/own-manifest.key")
    assert code == 0
    assert "keys/own-boot.crt: sha256,rsa2048, signs the configuration" in out
    assert "keys/own-manifest.key: ed25519, signs the manifest" in out
    assert "usage        signing" in out
    code, out, _ = run(capsys, "keys", "show", "test:")
    assert "certificate  none" in out
    assert "published test key" in out
    code, out, _ = run(capsys, "keys", "show", "keys/own-boot.crt", "--pem")
    wanted = subprocess.run(
        ["openssl", "x509", "-pubkey", "-noout", "-in", str(keys / "own-boot.crt")],
        check=True,
        capture_output=True,
    ).stdout.decode()
    assert out == wanted
    found = document(capsys, "keys", "new", "more", "--no-passphrase")
    assert matches(found)
    assert Path(found["files"][0]).name == "more-boot.key"


def test_verify_holds_a_bundle_to_a_device(unsigned: Path, capsys: Capsys) -> None:
    """Facts come from a file; what is wrong with it stands at its line."""
    run(capsys, "sign", str(unsigned), *KEYS, "-o", "x.itb")
    facts = Path("phone.toml")
    facts.write_text(
        '[device]\nboard = "qemu-virt"\n[[partition]]\nname = "boot_a"\nsize = "1 MiB"\n'
    )
    assert run(capsys, "verify", "x.itb", *TRUST, "--device", "phone.toml")[0] == 0

    facts.write_text('[device]\nboard = "other"\nrollback-index = 9\n')
    code, out, _ = run(capsys, "verify", "x.itb", *TRUST, "--device", "phone.toml")
    assert code == 1
    assert "the bundle is for qemu-virt, the device is other" in out
    assert "the bundle has 0, the device 9" in out

    twice = '[[partition]]\nname = "a"\nsize = "1 MiB"\n' * 2
    for text, what in (
        ('[device]\nboard = "b"\ncolour = "red"\n', "unknown key device.colour"),
        (f'[device]\nboard = "b"\n{twice}', '2 partitions are called "a"'),
        ('schema = "mvpsdk.device/2"\n[device]\nboard = "b"\n', "schema"),
    ):
        facts.write_text(text)
        code, _, err = run(capsys, "verify", "x.itb", *TRUST, "--device", "phone.toml")
        assert code == 2
        assert what in err
        assert "phone.toml:" in err


def test_lint_knows_a_test_key_and_a_stripped_signature(unsigned: Path, capsys: Capsys) -> None:
    """BND002 is a note on a test key, an error where a signature is gone."""
    assert run(capsys, "sign", str(unsigned), "--key", "test:", "-o", "x.itb")[0] == 0
    code, out, _ = run(capsys, "lint", "x.itb", "--select", "BND002")
    assert code == 0
    assert "signed by MVP TEST KEY 1" in out

    data = Path("x.itb").read_bytes()
    Path("y.itb").write_bytes(data.replace(b"signature-1\0", b"signature-2\0"))
    code, out, _ = run(capsys, "lint", "y.itb", "--select", "BND002")
    assert code == 1
    assert "says that it is signed, which proves nothing: tree:" in out


def test_a_disk_is_verified_slot_by_slot(keys: Path, capsys: Capsys) -> None:
    """Raw and sparse: table, boot control, and the bundle in each slot; a changed byte shows."""
    assert keys.is_dir()
    words = ("bundle", ".", "--container", "disk", "--both-slots", "-o", "phone.img")
    assert run(capsys, *words, "--sparse", "phone.simg", *SIGN)[0] == 0

    for name in ("phone.img", "phone.simg"):
        code, out, _ = run(capsys, "verify", name, *TRUST)
        assert code == 0, out
        assert "boot control" in out
        for slot in ("boot_a", "boot_b"):
            assert f"ok  {slot} signature of the configuration" in out
    data = Path("phone.img").read_bytes()
    at = data.index(b"kkkkkkkk")  # in slot a
    Path("phone.img").write_bytes(data[:at] + b"K" + data[at + 1 :])
    code, out, _ = run(capsys, "verify", "phone.img", *TRUST)
    assert code == 1
    assert "REFUSED  boot_a part" in out
    assert "REFUSED  boot_b" not in out
    Path("phone.img").write_bytes(data[:512] + bytes(512) + data[1024:])
    code, out, _ = run(capsys, "verify", "phone.img", *TRUST)
    assert code == 1
    assert "REFUSED  container" in out


@pytest.mark.parametrize(
    "words", [("--board", "b"), ("--board-dir", "d"), ("--toolchain", "gcc"), ("--offline",)]
)
def test_verify_takes_no_word_on_building_where_nothing_is_built(
    words: tuple[str, ...], cli: Any, tmp_path: Path
) -> None:
    """Whoever gives it believes that the bundle is made again."""
    result = cli("verify", tmp_path / "phone.itb", "--key", "test:", *words)
    assert result.code == 2
    assert f"{words[0]} says how to build, and nothing is built" in result.err
    assert "--rebuild HANDSET" in result.err
