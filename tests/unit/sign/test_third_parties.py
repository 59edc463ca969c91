# SPDX-License-Identifier: Apache-2.0
"""Other people's tools read what is signed here, and agree with it."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import bundle, sign
from mvpsdk.bundle import fit
from mvpsdk.bundle.flat import flatten, hashed, node
from mvpsdk.core.facade import FdtNode, fdt_read
from mvpsdk.sign.forming import form

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case


def call(*words: str | Path) -> str:
    """What a tool says."""
    done = subprocess.run([str(word) for word in words], capture_output=True, check=True)
    return done.stdout.decode()


def test_mkimage_lists_a_signed_bundle(signed: Path) -> None:
    """Its parts with their digests, and who signed how."""
    said = call("mkimage", "-l", signed)
    key = next(key for key in sign.public_keys(["test:"]) if key.part == "configuration")

    assert f"Sign algo:    sha256,rsa2048:{key.hint}" in said
    for part in bundle.open(signed).parts:
        assert f"({part.name})" in said
        assert part.span.sha256 in said


def test_dumpimage_takes_out_what_went_in(signed: Path, acme: Case, tmp_path: Path) -> None:
    """The hypervisor and the manifest, byte for byte."""
    for number, part in enumerate(bundle.open(signed).parts):
        path = tmp_path / part.name
        call("dumpimage", "-T", "flat_dt", "-p", str(number), "-o", path, signed)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == part.span.sha256
    assert (tmp_path / "hypervisor").read_bytes() == acme.hypervisor.binary


def test_openssl_verifies_both_signatures(signed: Path, tmp_path: Path) -> None:
    """Over what `hashed-nodes` and `hashed-strings` say, and over the manifest as it lies there."""
    data = signed.read_bytes()
    size = int.from_bytes(data[4:8])
    root = fdt_read(data[:size])
    parts = {part.name: part.span.read() for part in bundle.open(signed).parts}
    configuration = root.get("configurations/conf-1/signature-1")
    assert configuration
    for key in sign.public_keys(["test:"]):
        (tmp_path / f"{key.part}.pub").write_text(sign.public_pem(key))
    (tmp_path / "conf.sig").write_bytes(configuration.properties["value"])
    (tmp_path / "conf").write_bytes(form(root, size, parts["manifest"]).configuration)
    (tmp_path / "manifest.sig").write_bytes(parts["manifest-signature"])
    (tmp_path / "manifest").write_bytes(parts["manifest"])

    rsa = ("openssl", "dgst", "-sha256", "-verify", tmp_path / "configuration.pub")
    said = call(*rsa, "-signature", tmp_path / "conf.sig", tmp_path / "conf")
    assert said == "Verified OK\n"
    papers = ("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey")
    said = call(
        *papers, tmp_path / "manifest.pub", "-in", tmp_path / "manifest",
        "-sigfile", tmp_path / "manifest.sig",
    )  # fmt: skip
    assert said == "Signature Verified Successfully\n"
    (tmp_path / "manifest").write_bytes(parts["manifest"] + b" ")
    with pytest.raises(subprocess.CalledProcessError):
        call(*papers, tmp_path / "manifest.pub", "-in", tmp_path / "manifest",
             "-sigfile", tmp_path / "manifest.sig")  # fmt: skip


ITS = """\
/dts-v1/;
/ {
    description = "x";
    #address-cells = <2>;
    images {
        hypervisor { description = "h"; data = /incbin/("k"); type = "kernel"; os = "linux";
            arch = "arm64"; compression = "none"; load = <0 0>; entry = <0 0>;
            hash-1 { algo = "sha256"; }; };
        pack { description = "p"; data = /incbin/("r"); type = "ramdisk"; os = "linux";
            arch = "arm64"; compression = "none"; hash-1 { algo = "sha256"; }; };
        other { description = "o"; data = /incbin/("r"); type = "firmware"; os = "linux";
            arch = "arm64"; compression = "none"; hash-1 { algo = "sha256"; }; };
    };
    configurations { default = "conf-1"; conf-1 { description = "c"; kernel = "hypervisor";
        ramdisk = "pack"; rollback-index = <3>; signature-1 { algo = "sha256,rsa2048";
        key-name-hint = "dev"; sign-images = "kernel", "ramdisk"; }; }; };
};
"""


def test_what_mkimage_signed_is_what_we_would_have(tmp_path: Path) -> None:
    """Its signature verifies over the bytes that we say a configuration's signature covers."""
    import datetime as dt

    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = sign.generate("dev", tmp_path, bits=2048, days=9, now=now, passphrase="")
    (tmp_path / "dev.key").symlink_to(made.files[0])
    (tmp_path / "dev.crt").symlink_to(made.files[1])
    (tmp_path / "k").write_bytes(b"kernel" * 100)
    (tmp_path / "r").write_bytes(b"ramdisk" * 100)
    (tmp_path / "x.its").write_text(ITS)
    subprocess.run(
        ["mkimage", "-E", "-f", "x.its", "-k", ".", "-r", "x.itb"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    data = (tmp_path / "x.itb").read_bytes()
    root = fdt_read(data[: int.from_bytes(data[4:8])])
    signature = root.get("configurations/conf-1/signature-1")
    assert signature
    nodes = signature.texts("hashed-nodes")
    covered = _mkimage_bytes(data, nodes, signature.cells("hashed-strings")[1])
    from mvpsdk.sign.model import Request
    from mvpsdk.sign.public import holds

    request = Request(key=made.keys[0], message=covered)
    assert holds(request, signature.properties["value"])


def _mkimage_bytes(data: bytes, nodes: tuple[str, ...], strings: int) -> bytes:
    """What U-Boot digests of a tree as it lies there: our tokens, with that tree's name offsets."""
    from mvpsdk.bundle import flat

    start, size = (int.from_bytes(data[at : at + 4]) for at in (12, 32))
    names = data[start : start + size]
    root = fdt_read(data[: int.from_bytes(data[4:8])])
    offsets = {
        name: (b"\0" + names).index(b"\0" + name.encode() + b"\0")
        for each in root.walk()
        for name in each.properties
    }
    tokens = flat._tokens(root, offsets, nodes)
    return b"".join(token for token, inside in tokens if inside) + names[:strings]


NAMES = st.text("abcdefgh-,#", min_size=1, max_size=6)


def trees(depth: int = 3) -> st.SearchStrategy[FdtNode]:
    """Any tree."""
    below = st.just([]) if depth == 0 else st.lists(trees(depth - 1), max_size=3)
    unique = below.map(lambda found: list({child.name: child for child in found}.values()))
    properties = st.dictionaries(NAMES, st.binary(max_size=9), max_size=4)
    return st.builds(lambda name, own, found: node(name, own, *found), NAMES, properties, unique)


@settings(max_examples=40, deadline=None)
@given(tree=trees(), size=st.integers(0, 4096))
def test_a_tree_reads_back_as_it_was_written(tree: FdtNode, size: int) -> None:
    """And written again it is the same bytes: a tree has one form."""
    root = node("", tree.properties, *tree.children)
    data = flatten(root, size)

    assert len(data) >= size
    assert flatten(fdt_read(data), len(data)) == data
    assert int.from_bytes(data[4:8]) == len(data)


@settings(max_examples=40, deadline=None)
@given(tree=trees())
def test_a_signature_covers_all_of_a_tree_but_where_its_data_is(tree: FdtNode) -> None:
    """With every node named, what is covered is the whole structure block and all names."""
    root = node("", tree.properties, *tree.children)
    paths = [each.path for each in fdt_read(flatten(root)).walk()]
    data = flatten(root)
    start, strings, size = (int.from_bytes(data[at : at + 4]) for at in (8, 12, 36))

    assert hashed(root, paths) == data[start : start + size] + data[strings:]
    assert fit.header(root)[:4] == data[:4]
