# SPDX-License-Identifier: Apache-2.0
"""Looking into bundles, packs and images, and taking things out of them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import fdt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvpsdk import bundle
from mvpsdk.bundle import fit, fit_read
from mvpsdk.bundle.spans import Span, copy
from mvpsdk.core.facade import Reason
from mvpsdk.errors import BundleError, InputError, MvpError

if TYPE_CHECKING:
    from acme import Case

PARTS = ["hypervisor", "pack", "sbom", "provenance", "manifest"]
NAMES = [*PARTS, "work/kernel", "work/ramdisk", "work/dtb"]


def test_a_bundle_tells_what_is_in_it(case: Case) -> None:
    """Parts of the container, images of the pack, the manifest and the core's verdict."""
    made = case.pack()

    found = bundle.open(made.path)

    assert found.kind == "fit"
    assert [entry.name for entry in found.entries()] == NAMES
    assert found.manifest == made.manifest
    assert found.pack
    assert found.pack.partitions[0].name == "work"
    assert found.verdict
    assert found.verdict.ok
    assert found.parts[0].load == case.plan.window.base


def test_every_digest_of_a_fresh_bundle_holds(case: Case) -> None:
    """Nothing is damaged, and nothing goes without a digest."""
    digests = bundle.verify(bundle.open(case.pack().path))

    assert [digest.name for digest in digests] == NAMES
    assert all(digest.ok for digest in digests)


def test_verifying_tells_its_progress(case: Case) -> None:
    """The callback hears of every byte."""
    contents = bundle.open(case.pack().path)
    told: list[int] = []

    bundle.verify(contents, told.append)

    assert sum(told) == sum(entry.span.size for entry in contents.entries())


def test_everything_comes_out_as_it_went_in(case: Case, tmp_path: Path) -> None:
    """Extracted images are the files that were packed."""
    paths = bundle.extract(bundle.open(case.pack().path), (), tmp_path / "out")

    assert [str(path.relative_to(tmp_path / "out")) for path in paths] == NAMES
    for role in ("work/kernel", "work/ramdisk"):
        assert (tmp_path / "out" / role).read_bytes() == case.files[role].read_bytes()
    assert (tmp_path / "out" / "hypervisor").read_bytes() == case.hypervisor.binary


def test_one_thing_can_be_taken_out(case: Case, tmp_path: Path) -> None:
    """Only what was named is written."""
    bundle.extract(bundle.open(case.pack().path), ["work/dtb"], tmp_path / "out")

    assert [str(p.relative_to(tmp_path)) for p in (tmp_path / "out").rglob("*")] == [
        "out/work",
        "out/work/dtb",
    ]


def test_what_is_not_in_it_is_named(case: Case, tmp_path: Path) -> None:
    """The error lists what there is; nothing is written."""
    with pytest.raises(InputError, match="called work/initrd") as caught:
        bundle.extract(bundle.open(case.pack().path), ["work/initrd", "pack"], tmp_path / "out")

    assert caught.value.hint == f"there are: {', '.join(NAMES)}"
    assert not (tmp_path / "out").exists()


def test_a_pack_alone_can_be_opened(case: Case, tmp_path: Path) -> None:
    """A pack is recognised by its magic number, whatever the file is called."""
    (pack,) = bundle.extract(bundle.open(case.pack().path), ["pack"], tmp_path)

    found = bundle.open(pack)

    assert found.kind == "pack"
    assert [entry.name for entry in found.entries()] == NAMES[len(PARTS) :]
    assert all(digest.ok for digest in bundle.verify(found))


def test_an_image_alone_can_be_opened(case: Case) -> None:
    """An arm64 Image, or anything else that may boot, is told by its facts."""
    found = bundle.open(case.files["work/kernel"])

    assert found.kind == "image"
    assert found.facts
    assert found.facts.format == "arm64-image"
    assert found.entries() == ()


def flip(path: Path, offset: int) -> None:
    """Change one byte of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


def test_a_flipped_byte_is_found_and_not_extracted(case: Case, tmp_path: Path) -> None:
    """The pack and the image are both told as damaged; extracting leaves nothing behind."""
    path = case.pack().path
    kernel = bundle.open(path).images[0]
    flip(path, kernel.span.offset + 1000)

    contents = bundle.open(path)

    wrong = [digest.name for digest in bundle.verify(contents) if not digest.ok]
    assert wrong == ["pack", "work/kernel"]
    with pytest.raises(BundleError, match="work/kernel is damaged: SHA-256 is"):
        bundle.extract(contents, ["work/kernel"], tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").rglob("*")] == ["work"]


def test_a_refused_pack_is_told_by_its_verdict(case: Case) -> None:
    """Damage in the tables is what the hypervisor would say at boot."""
    path = case.pack().path
    pack = bundle.open(path).parts[1]
    flip(path, pack.span.offset + 300)

    found = bundle.open(path)

    assert found.verdict
    assert found.verdict.reason is Reason.PACK_CHECKSUM
    assert found.pack is None
    assert found.images == ()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b"x", "begins with 78"),
        (bytes(1000), "begins with 00 00 00 00 00 00 00 00"),
    ],
)
def test_what_is_no_bundle_is_told_by_its_first_bytes(
    data: bytes, what: str, tmp_path: Path
) -> None:
    """The error says how the kinds are recognised."""
    (tmp_path / "x").write_bytes(data)

    with pytest.raises(BundleError, match=what) as caught:
        bundle.open(tmp_path / "x")

    assert "MVP-PACK" in caught.value.hint


@pytest.mark.parametrize(("name", "what"), [("missing", "no such file"), (".", "is a folder")])
def test_a_file_that_cannot_be_read_is_named(name: str, what: str, tmp_path: Path) -> None:
    """Missing, or a folder: an error, no traceback."""
    with pytest.raises(InputError, match=what):
        bundle.open(tmp_path / name)


def test_a_file_that_fails_while_being_read_is_named() -> None:
    """A read error is put into words."""
    with pytest.raises(InputError, match="can't read"):
        bundle.open(Path("/proc/self/mem"))


def test_a_large_sparse_file_is_no_bundle_at_once(tmp_path: Path) -> None:
    """Five gibibytes of nothing take neither memory nor time."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(5 << 30)

    with pytest.raises(InputError):
        bundle.open(path)


def test_a_plain_device_tree_is_no_bundle(case: Case, tmp_path: Path) -> None:
    """It has a FIT's magic number, but no images."""
    (tree,) = bundle.extract(bundle.open(case.pack().path), ["work/dtb"], tmp_path)

    with pytest.raises(BundleError, match="a device tree, no bundle"):
        bundle.open(tree)


@pytest.mark.parametrize("length", [4, 7, 39, 100, 4095])
def test_a_bundle_cut_in_its_tree_is_refused(length: int, case: Case) -> None:
    """The sizes that don't fit together are named."""
    path = case.pack().path
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(BundleError, match=f"bytes, the file {length}"):
        bundle.open(path)


def test_a_bundle_cut_in_its_parts_is_refused(case: Case) -> None:
    """The first part that isn't all there is named."""
    path = case.pack().path
    path.write_bytes(path.read_bytes()[:50_000])

    with pytest.raises(BundleError, match=r"part pack ends at byte \d+, the file at 50000"):
        bundle.open(path)


def test_a_damaged_tree_is_refused(case: Case) -> None:
    """A tree that the core's reader refuses is no traceback."""
    path = case.pack().path
    data = bytearray(path.read_bytes())
    data[56:60] = b"\xff\xff\xff\xff"
    path.write_bytes(data)

    with pytest.raises(BundleError, match="device tree"):
        bundle.open(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_damage_makes_a_traceback(case: Case, data: st.DataObject) -> None:
    """Whatever bytes are changed, the outcome is contents, or an error for people."""
    path = case.folder / "acme.itb"
    blob = bytearray((path if path.exists() else case.pack().path).read_bytes())
    end = data.draw(st.sampled_from([2000, 12_000, len(blob)]))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, end - 1))
        blob[at] = data.draw(st.integers(0, 255))
    spoilt = case.folder / "spoilt"
    spoilt.write_bytes(blob)

    with contextlib.suppress(MvpError):
        bundle.verify(bundle.open(spoilt))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "..", ".", "a/../../x", "a//b", "x\n"])
def test_names_never_lead_out_of_the_folder(name: str, case: Case, tmp_path: Path) -> None:
    """A bundle that someone crafted can't write where it likes."""
    contents = bundle.open(case.pack().path)
    crafted = replace(contents, parts=(replace(contents.parts[0], name=name),), images=())

    with pytest.raises(BundleError, match="outside the folder"):
        bundle.extract(crafted, (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_made_is_named(case: Case) -> None:
    """An error with the path, not a traceback."""
    with pytest.raises(InputError, match="can't write"):
        bundle.extract(bundle.open(case.pack().path), (), Path("/proc/out"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.binary(max_size=9000),
            st.sampled_from(["kernel", "ramdisk", "firmware"]),
            st.none() | st.integers(0, 2**64 - 1),
        ),
        max_size=6,
    )
)
def test_a_fit_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, contents: list[tuple[bytes, str, int | None]]
) -> None:
    """Any parts of any size come out with the same bytes, types and addresses."""
    parts, body = [], b""
    for number, (data, kind, load) in enumerate(contents):
        digest = hashlib.sha256(data).hexdigest()
        part = fit.Part(name=f"part-{number}", type=kind, description="d", load=load)
        parts.append(replace(part, offset=len(body), size=len(data), sha256=digest))
        body += data + bytes(-len(data) % fit.ALIGN)
    path = tmp_path_factory.mktemp("fit") / "x.itb"
    path.write_bytes(
        fit.header(fit.tree(parts, description="any", compatible="acme,one", rollback_index=0))
        + body
    )

    with path.open("rb") as file:
        found = fit_read.read(file, Span(size=path.stat().st_size, path=path))

    assert [(p.span.read(), p.kind, p.load) for p in found.parts] == contents
    assert [p.span.sha256 for p in found.parts] == [part.sha256 for part in parts]
    last = max((p.span.offset + p.span.size for p in found.parts), default=0)
    assert found.size == max(last, found.tree_size)


def test_parts_inside_the_tree_are_read_too(tmp_path: Path) -> None:
    """A FIT that another tool made may carry data within its tree, or at absolute positions."""
    tree = fdt.FDT()
    tree.header.version = 17
    images = fdt.Node("images")
    inside, at = fdt.Node("inside"), fdt.Node("at")
    inside.append(fdt.PropBytes("data", data=b"hello world"))
    at.append(fdt.PropWords("data-position", 2))
    at.append(fdt.PropWords("data-size", 3))
    images.append(inside)
    images.append(at)
    tree.root.append(images)
    path = tmp_path / "other.itb"
    path.write_bytes(tree.to_dtb(version=17))

    found = bundle.open(path)

    assert [part.span.read() for part in found.parts] == [
        b"hello world",
        b"\xfe\xed" + path.read_bytes()[4:5],
    ]
    assert found.manifest is None
    assert [digest.expected for digest in bundle.verify(found)] == ["", ""]


def test_a_foreign_manifest_is_an_error(case: Case) -> None:
    """A part that calls itself manifest, but is none, is named with the file."""
    path = case.pack().path
    part = bundle.open(path).parts[4]
    flip(path, part.span.offset)

    with pytest.raises(BundleError, match="manifest can't be read") as caught:
        bundle.open(path)

    assert caught.value.place
    assert caught.value.place.file == str(path)


def test_a_huge_manifest_is_not_read(case: Case) -> None:
    """Nobody's manifest has a megabyte: it is left alone."""
    path = case.pack().path
    with path.open("r+b") as file:
        file.seek(0, 2)
        file.write(bytes(2 << 20))
        file.seek(0)
        tree = bytearray(file.read(fit.ALIGN))
        size = bundle.open(path).parts[4].span.size
        at = tree.rindex(struct.pack(">I", size))
        tree[at : at + 4] = struct.pack(">I", 2 << 20)
        file.seek(0)
        file.write(tree)

    assert bundle.open(path).manifest is None


def test_a_span_that_cannot_be_read_is_named() -> None:
    """A read error in the middle of a copy is put into words."""
    with pytest.raises(InputError, match="can't read"):
        copy(Span(size=10, path=Path("/proc/self/mem")), io.BytesIO())


def test_u_boots_own_tools_read_the_bundle(case: Case, tmp_path: Path) -> None:
    """Mkimage lists it, dumpimage takes every part out byte for byte."""
    made = case.pack()
    assert shutil.which("dumpimage"), "u-boot-tools is not installed"
    contents = bundle.open(made.path)

    listing = subprocess.run(
        ["mkimage", "-l", str(made.path)], capture_output=True, text=True, check=True
    ).stdout
    for number, part in enumerate(contents.parts):
        assert f"Image {number} ({part.name})" in listing
        assert part.span.sha256 in listing
        target = tmp_path / part.name
        subprocess.run(
            ["dumpimage", "-T", "flat_dt", "-p", str(number), "-o", str(target), str(made.path)],
            capture_output=True,
            check=True,
        )
        assert target.read_bytes() == part.span.read()
