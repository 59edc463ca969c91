# SPDX-License-Identifier: Apache-2.0
"""Signing: in place, reproducible, over every length and digest; and verified again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mvpsdk import bundle, sign
from mvpsdk.bundle import fit
from mvpsdk.errors import BundleError, InputError, RefusedError
from mvpsdk.sign import preflight
from mvpsdk.sign.software import signer_of

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case


def refusals(path: Path, wanted: sign.Wanted) -> list[str]:
    """What speaks against a bundle, by the checks' names."""
    return [check.name for check in sign.verify(path, wanted).refusals]


def test_a_signed_bundle_verifies(signed: Path, wanted: sign.Wanted) -> None:
    """Every check holds, both signatures' among them."""
    report = sign.verify(signed, wanted)

    assert report.ok
    assert report.refusals == ()
    names = [check.name for check in report.checks]
    assert {"signature of the configuration", "signature of the manifest"} <= set(names)
    assert report.manifest == bundle.open(signed).manifest


def test_signing_moves_nothing(plain: Path, signed: Path) -> None:
    """Between the tree and the manifest every byte stays where it was."""
    before, after = plain.read_bytes(), signed.read_bytes()
    place = {part.name: part.span for part in bundle.open(plain).parts}
    start, end = place["hypervisor"].offset, place["manifest"].offset

    assert after[start:end] == before[start:end]
    assert {part.name: part.span.offset for part in bundle.open(signed).parts}.items() >= {
        name: span.offset for name, span in place.items()
    }.items()


def test_the_manifest_names_both_signers(signed: Path) -> None:
    """By what they sign, how, and the digest of their public keys."""
    manifest = bundle.open(signed).manifest
    keys = {key.part: key for key in sign.public_keys(["test:"])}

    assert manifest
    assert manifest.signed
    assert [(each.part, each.algorithm, each.key) for each in manifest.signers] == [
        ("configuration", "sha256,rsa2048", keys["configuration"].id),
        ("manifest", "ed25519", keys["manifest"].id),
    ]


def test_signing_while_bundling_gives_the_same_bytes(acme: Case, signed: Path) -> None:
    """In another file, with another name."""
    signers = sign.open_signers(["test:"])

    made = bundle.pack(
        acme.plan,
        acme.hypervisor,
        acme.files,
        acme.folder / "at-once.itb",
        seal=lambda file: sign.seal(file, signers),
    )

    assert made.path.read_bytes() == signed.read_bytes()
    assert made.manifest == bundle.open(signed).manifest
    assert made.size == signed.stat().st_size


def test_signing_again_gives_the_same_bytes(signed: Path, tmp_path: Path) -> None:
    """The signatures are replaced, not added."""
    path = tmp_path / "again.itb"
    shutil.copy(signed, path)

    sign.sign(path, sign.open_signers(["test:"]))

    assert path.read_bytes() == signed.read_bytes()


@pytest.mark.parametrize("bits", [3072, 4096])
def test_larger_keys_have_room(bits: int, plain: Path, tmp_path: Path) -> None:
    """RSA-3072 and -4096 signatures fit in the tree's padding."""
    own = _pair(rsa.generate_private_key(65537, bits))
    path = tmp_path / "x.itb"

    sign.sign(plain, own, path)

    wanted = sign.Wanted(keys=[each.key for each in own], now=_now())
    assert sign.verify(path, wanted).ok
    said = bundle.open(path).manifest
    assert said
    assert said.signers[0].algorithm == f"sha256,rsa{bits}"


def test_ecdsa_signs_what_verify_checks(plain: Path, tmp_path: Path) -> None:
    """The format is U-Boot's, r and s of 32 bytes each, though Debian's build knows RSA only."""
    own = _pair(ec.generate_private_key(ec.SECP256R1()))
    path = tmp_path / "x.itb"

    sign.sign(plain, own, path)

    wanted = sign.Wanted(keys=[each.key for each in own], now=_now())
    assert sign.verify(path, wanted).ok
    said = bundle.open(path).manifest
    assert said
    assert said.signers[0].algorithm == "sha256,ecdsa256"


def test_other_keys_are_refused(signed: Path) -> None:
    """Both signatures, each by the key that made it and the keys that are trusted."""
    own = [each.key for each in _pair(rsa.generate_private_key(65537, 2048))]

    report = sign.verify(signed, sign.Wanted(keys=own, now=_now()))

    found = [check for check in report.refusals if check.name.startswith("signature")]
    assert len(found) == len(report.refusals) == 2
    for check, key in zip(found, own, strict=True):
        assert key.id in check.found
    assert sign.public_keys(["test:"])[0].id in found[0].found


def test_one_key_is_not_enough(signed: Path, wanted: sign.Wanted) -> None:
    """Whoever trusts one of both keys is told that the other is missing."""
    for key in wanted.keys:
        assert refusals(signed, replace(wanted, keys=[key])) == [
            f"signature of the {'manifest' if key.part == 'configuration' else 'configuration'}"
        ]


def test_an_unsigned_bundle_is_refused_unless_asked_for(plain: Path, wanted: sign.Wanted) -> None:
    """With the word its digests are checked."""
    assert refusals(plain, wanted) == ["signature"]
    assert sign.verify(plain, replace(wanted, unsigned=True)).ok


def test_both_kinds_of_keys_are_needed(plain: Path, tmp_path: Path) -> None:
    """The message says which is missing; of two that could, it names both."""
    boot, papers = sign.open_signers(["test:"])
    other = signer_of(rsa.generate_private_key(65537, 2048), "other")

    with pytest.raises(InputError, match="no key for the manifest's signature"):
        sign.sign(plain, [boot], tmp_path / "x.itb")
    with pytest.raises(InputError, match="no key for the configuration's signature"):
        sign.sign(plain, [papers], tmp_path / "x.itb")
    with pytest.raises(InputError, match=r"several keys .* MVP TEST KEY 1 .*other"):
        sign.sign(plain, [boot, papers, other], tmp_path / "x.itb")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_signs_wrongly_is_found_out(plain: Path, tmp_path: Path) -> None:
    """A provider whose halves don't belong together makes no bundle."""
    boot, papers = sign.open_signers(["test:"])
    wrong: Any = replace(papers, private=ed25519.Ed25519PrivateKey.generate())  # type: ignore[type-var]

    with pytest.raises(RefusedError, match="its own public key refuses"):
        sign.sign(plain, [boot, wrong], tmp_path / "x.itb")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_bundle_cannot_be_signed(plain: Path, tmp_path: Path) -> None:
    """A changed tree, a FIT of somebody else, no FIT at all."""
    path = tmp_path / "x.itb"
    signers = sign.open_signers(["test:"])

    path.write_bytes(plain.read_bytes().replace(b"what this bundle", b"what that bundle"))
    with pytest.raises(BundleError, match="the manifest was made for a tree with SHA-256"):
        sign.sign(path, signers)
    path.write_bytes(fit.header(fit.tree([], description="x", compatible="", rollback_index=0)))
    with pytest.raises(BundleError, match="there is no manifest in it"):
        sign.sign(path, signers)
    path.write_bytes(b"no bundle at all")
    with pytest.raises(BundleError):
        sign.sign(path, signers)


def test_test_keys_sign_no_release() -> None:
    """And are known by their ids, wherever they come from."""
    keys = sign.public_keys(["test:"])

    assert all(preflight.is_test_key(key.id) for key in keys)
    sign.check(keys, release=False, now=_now())
    with pytest.raises(InputError, match="MVP TEST KEY 1 is a published test key"):
        sign.check(keys, release=True, now=_now())


def test_where_the_kernel_does_not_copy_it_is_done_by_hand(
    plain: Path, signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between file systems, or half way: the outcome is the same, and progress adds up."""
    import os

    copied: list[int] = []

    def half(source: int, target: int, count: int, at: int, to: int) -> int:
        if copied:
            raise OSError(18, "Invalid cross-device link")
        copied.append(at)
        return os.pwrite(target, os.pread(source, min(count, 100_000), at), to)

    monkeypatch.setattr(os, "copy_file_range", half)
    told: list[int] = []

    made = sign.sign(plain, sign.open_signers(["test:"]), tmp_path / "x", progress=told.append)

    assert made.path.read_bytes() == signed.read_bytes()
    assert sum(told) == plain.stat().st_size
    assert copied == [0]


def _pair(configuration: Any) -> list[Any]:
    """A key for the configuration and a fresh one for the manifest."""
    return [
        signer_of(configuration, "own boot key"),
        signer_of(ed25519.Ed25519PrivateKey.generate(), "own manifest key"),
    ]


def _now() -> Any:
    import datetime as dt

    return dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
