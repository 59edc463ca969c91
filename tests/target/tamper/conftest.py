# SPDX-License-Identifier: Apache-2.0
"""Bundles that are tampered with, made once: one small handset in several versions."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import small_phone
from mvpsdk import board as boards
from mvpsdk import sign
from phone import mvpsdk, once
from tampers import ED25519, RSA, VENDOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OTHER = 'compatible = "acme,one"'


@pytest.fixture(scope="session")
def folder(shared: Path) -> Path:
    """Where the bundles are, `NAME.itb`, and the facts of a phone, `phone/device.toml`."""
    return once(shared / "tampered", lambda made: _make(made, shared / "cache"))


@pytest.fixture(scope="session")
def bundles(folder: Path) -> Mapping[str, bytes]:
    """Each bundle's bytes, by its name."""
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.itb"))}


def _make(out: Path, cache: Path) -> Path:
    handset = small_phone.handset(out / "handset", cache)
    _other_board(handset)
    made = {
        name: small_phone.signed(handset, f"{name}.raw", cache=cache, board=board, keys=())
        for name, board in (
            ("good", "qemu-virt"),
            ("other-gic", "qemu-virt-gicv2"),
            ("other-board", "acme-one"),
        )
    }
    made["apart"] = _apart(handset, out, cache)
    small_phone.dated(handset, small_phone.INDEX - 1)
    made["older"] = small_phone.signed(handset, "older.raw", cache=cache, keys=())
    for name, path in made.items():
        sign.sign(path, sign.open_signers(["test:"]), out / f"{name}.itb")
    shutil.copyfile(made["good"], out / "unsigned.itb")
    ours = sign.open_signers(["test:"])
    theirs = sign.open_signers([RSA, ED25519])
    by_part = {signer.key.part: signer for signer in ours}
    strangers = {signer.key.part: signer for signer in theirs}
    both = {
        "stranger": strangers,
        "stranger-configuration": {**by_part, "configuration": strangers["configuration"]},
        "stranger-manifest": {**by_part, "manifest": strangers["manifest"]},
    }
    for name, signers in both.items():
        sign.sign(made["good"], tuple(signers.values()), out / f"{name}.itb")
    words = ("provision", "qemu-virt", "--key", "test:", "--storage", "virtio 0", "-o", "phone")
    mvpsdk(out, *words, cache=cache)
    facts = out / "phone" / "device.toml"
    told = f"rollback-index = {small_phone.INDEX} "
    facts.write_text(facts.read_text().replace("rollback-index = 0 ", told))
    return out


def _apart(handset: Path, out: Path, cache: Path) -> Path:
    """A bundle whose persona is updated apart; and parts of it, `NAME.mvpart`, by who signs."""
    for name, key, index in (("older", VENDOR, 1), ("stranger", RSA, 2), ("vendor", VENDOR, 2)):
        apart = out / f"apart-{name}"
        shutil.copytree(handset, apart)
        _write_public(apart / "vendor.pub", key)
        small_phone.parted(apart, index)
        words = ("--persona", "work", "--sign", key, "-o", str(out / f"{name}.mvpart"))
        mvpsdk(apart, "bundle", ".", "--board", "qemu-virt", *words, cache=cache)
    return small_phone.signed(out / "apart-vendor", "apart.raw", cache=cache, keys=())


def _write_public(path: Path, private: str) -> None:
    words = ["openssl", "pkey", "-in", private, "-pubout", "-out", str(path)]
    subprocess.run(words, check=True)


def _other_board(handset: Path) -> None:
    """The same machine under another name, as another phone of the same chip."""
    text = boards.find()["qemu-virt"].read_text(encoding="utf-8")
    told = text.replace('name = "qemu-virt"', 'name = "acme-one"')
    path = handset / "boards" / "acme-one" / "board.toml"
    path.parent.mkdir(parents=True)
    path.write_text(told.replace('compatible = "linux,dummy-virt"', OTHER), encoding="utf-8")
