# SPDX-License-Identifier: Apache-2.0
"""Making bundles: reproducible, whole or not at all, nothing taken on trust."""

from __future__ import annotations

import hashlib
import io
import json
import resource
import signal
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle
from mvpsdk.bundle import fit, manifest
from mvpsdk.bundle.spans import Span, copy
from mvpsdk.core.facade import pack_check, pack_read
from mvpsdk.errors import BundleError, InputError, MissingToolError

if TYPE_CHECKING:
    from acme import Case


def test_the_pack_is_accepted_and_holds_every_image(case: Case) -> None:
    """The core's own check takes it, and each image is at its offset, byte for byte."""
    file = io.BytesIO()

    digest = bundle.write_pack(case.plan, case.files, file)

    data = file.getvalue()
    assert pack_check(data).ok
    assert digest == hashlib.sha256(data).hexdigest()
    assert len(data) == case.plan.total_size
    read = pack_read(data)
    assert [entry.name for entry in read.images] == ["work/kernel", "work/ramdisk", "work/dtb"]
    for entry, planned in zip(read.images, case.plan.images, strict=True):
        assert entry.offset == planned.offset
        content = data[entry.offset : entry.offset + entry.size]
        assert hashlib.sha256(content).digest() == entry.digest
    kernel = read.images[0]
    assert data[kernel.offset :][: kernel.size] == case.files["work/kernel"].read_bytes()


def test_a_pack_may_start_anywhere(case: Case) -> None:
    """Offsets count from the pack's own start, wherever that is in the file."""
    plain, shifted = io.BytesIO(), io.BytesIO(b"seven b")
    shifted.seek(0, 2)

    bundle.write_pack(case.plan, case.files, plain)
    bundle.write_pack(case.plan, case.files, shifted)

    assert shifted.getvalue()[7:] == plain.getvalue()


def test_the_same_inputs_give_the_same_bytes(case: Case, again: Case) -> None:
    """Another folder, another output name: the same bundle."""
    one, other = case.pack(), again.pack("other.itb")

    assert one.path.read_bytes() == other.path.read_bytes()
    assert one.size == one.path.stat().st_size


def test_the_manifest_says_what_is_in_it(case: Case) -> None:
    """Handset, board, every part and image with size and digest; no path and no time."""
    made = case.pack()

    said = json.loads(made.manifest.json())
    assert said["schema"] == "mvpsdk.manifest/1"
    assert (said["handset"], said["version"], said["rollback-index"]) == ("acme-one", "1.4.0", 3)
    assert (said["board"], said["profile"], said["signed"]) == ("qemu-virt", "dev", False)
    assert said["virtual"]["machine"] == "virt,virtualization=on,gic-version=3"
    names = ["hypervisor", "pack", "sbom", "provenance"]
    assert [part["name"] for part in said["parts"]] == names
    assert said["parts"][0]["sha256"] == case.hypervisor.sha256
    assert said["images"][0]["sha256"] == case.plan.images[0].sha256
    assert str(case.folder) not in made.manifest.json().decode()


def test_a_manifest_reads_back(case: Case) -> None:
    """What was written is what is read; keys of a later minor version are passed over."""
    made = case.pack().manifest
    document = json.loads(made.json()) | {"later": 1}

    assert manifest.parse(made.json()) == made
    assert manifest.parse(json.dumps(document).encode()) == made
    without = replace(made, virtual=None)
    assert manifest.parse(without.json()) == without


NO_MANIFEST = {
    "empty": b"",
    "cut": b"{",
    "a list": b"[]",
    "no text": b"\xff",
    "another version": b'{"schema": "mvpsdk.manifest/2"}',
    "a number": b'{"schema": 1}',
    "too deep": b"[" * 99999,
    "incomplete": b'{"schema": "mvpsdk.manifest/1"}',
}


@pytest.mark.parametrize("data", NO_MANIFEST.values(), ids=NO_MANIFEST)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    """Never a traceback, whatever stands in a bundle's manifest."""
    with pytest.raises(BundleError, match="manifest can't be read"):
        manifest.parse(data)


def test_a_file_that_changed_since_it_was_planned_with_is_refused(case: Case) -> None:
    """Both digests are named, and no bundle is left."""
    path = case.files["work/ramdisk"]
    old = path.read_bytes()
    path.write_bytes(b"X" + old[1:])

    with pytest.raises(BundleError) as caught:
        case.pack()

    assert hashlib.sha256(old).hexdigest() in caught.value.message
    assert hashlib.sha256(path.read_bytes()).hexdigest() in caught.value.message
    assert "changed in the meantime" in caught.value.hint
    assert sorted(p.name for p in case.folder.iterdir()) == ["handset.toml", "kernel", "ramdisk"]


def test_a_file_that_shrank_is_refused(case: Case) -> None:
    """The error says how many bytes are missing."""
    case.files["work/kernel"].write_bytes(b"short")

    with pytest.raises(BundleError, match="5 bytes from offset 0 on, there should be 300001"):
        case.pack()


def test_a_file_that_went_away_is_named(case: Case) -> None:
    """An input that can't be read any more is an error with its path."""
    case.files["work/kernel"].unlink()

    with pytest.raises(InputError, match="no such file"):
        case.pack()


def test_a_full_disk_leaves_no_bundle(case: Case) -> None:
    """What stood there before stays; nothing half-written is left beside it."""
    (case.folder / "acme.itb").write_bytes(b"old")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
    try:
        with pytest.raises(MissingToolError, match="can't write"):
            case.pack()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)

    assert (case.folder / "acme.itb").read_bytes() == b"old"
    assert len(list(case.folder.iterdir())) == 4


def test_an_interrupt_leaves_no_bundle(case: Case) -> None:
    """Ctrl-C in the middle of packing leaves the folder as it was."""

    def interrupt(_bytes: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.pack(
            case.plan, case.hypervisor, case.files, case.folder / "x.itb", progress=interrupt
        )

    assert not (case.folder / "x.itb").exists()
    assert len(list(case.folder.iterdir())) == 3


def test_progress_adds_up(case: Case) -> None:
    """The callback hears of every byte of every image."""
    told: list[int] = []

    bundle.pack(case.plan, case.hypervisor, case.files, case.folder / "x.itb", progress=told.append)

    assert sum(told) == sum(image.size for image in case.plan.images)


def test_halves_that_would_refuse_each_other_are_not_bundled(case: Case) -> None:
    """A hypervisor of other core sources is named beside the pack's."""
    recipe = replace(case.hypervisor.recipe, fingerprint="ab" * 32)
    foreign = replace(case.hypervisor, recipe=recipe)

    with pytest.raises(BundleError, match=f"is {'ab' * 32}, the pack's"):
        bundle.pack(case.plan, foreign, case.files, case.folder / "x.itb")


def test_a_hypervisor_without_what_the_pack_needs_is_not_bundled(case: Case) -> None:
    """At boot it would refuse the pack: here what it lacks has a name."""
    recipe = replace(case.hypervisor.recipe, features=("early-console", "menu"))
    poorer = replace(case.hypervisor, recipe=recipe)

    with pytest.raises(BundleError, match="the pack needs rtc; the hypervisor was built without"):
        bundle.pack(case.plan, poorer, case.files, case.folder / "x.itb")


def test_the_manifest_tells_what_the_hypervisor_has(case: Case) -> None:
    """Of what a build may lack, the trace among it."""
    recipe = replace(case.hypervisor.recipe, features=("menu", "rtc", "trace"))
    traced = replace(case.hypervisor, recipe=recipe)

    made = bundle.pack(case.plan, traced, case.files, case.folder / "x.itb")

    assert made.manifest.features == ("menu", "rtc", "trace")
    assert bundle.open(made.path).manifest == made.manifest


def test_the_tree_is_as_long_before_as_after() -> None:
    """Its length depends on no digest, size or offset, so it can be written twice."""
    part = fit.Part(name="pack", type="ramdisk", role="ramdisk", description="d")
    full = replace(part, offset=1 << 30, size=12345, sha256="ff" * 32)

    blank = fit.header(fit.tree([part], description="x", compatible="", rollback_index=0))
    filled = fit.header(fit.tree([full], description="x", compatible="", rollback_index=0))

    assert len(blank) == len(filled) == fit.ALIGN
    assert blank != filled


def test_a_part_beyond_two_gib_is_refused() -> None:
    """U-Boot keeps offsets in a signed number: the error says how far it reads."""
    part = fit.Part(name="pack", type="ramdisk", description="d", offset=4096, size=1 << 31)

    with pytest.raises(BundleError, match="2 GiB into the FIT; U-Boot reads up to 2 GiB"):
        fit.header(fit.tree([part], description="x", compatible="y", rollback_index=0))


def test_names_in_any_script_are_told_in_ascii() -> None:
    """A device tree's strings are ASCII: other letters become question marks, none is lost."""
    blob = fit.header(fit.tree([], description="Gerät 1", compatible="", rollback_index=0))

    assert b"Ger?t 1" in blob
    assert fit.header(fit.tree([], description="", compatible="", rollback_index=0))


def test_packing_takes_little_memory(case: Case) -> None:
    """A large image is streamed: what is held at once does not grow with it."""
    size = 48 << 20
    with case.files["work/ramdisk"].open("wb") as file:
        file.truncate(size)
    large = Span(size=size, path=case.files["work/ramdisk"])

    tracemalloc.start()
    copy(large, io.BytesIO())
    copied = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    tracemalloc.start()
    with (case.folder / "out").open("wb") as file:
        copy(large, file)
    streamed = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert copied > size
    assert streamed < 4 << 20


@pytest.mark.parametrize("name", ["kernel", "handset.toml", "../acme/ramdisk"])
def test_a_bundle_never_replaces_its_own_inputs(name: str, case: Case) -> None:
    """A slip in the output's name costs nobody a kernel."""
    before = (case.folder / name).read_bytes()

    with pytest.raises(BundleError, match="one of the bundle's own inputs"):
        case.pack(name)

    assert (case.folder / name).read_bytes() == before


def test_evidence_for_lint_goes_into_no_bundle(case: Case, evident: Case) -> None:
    """A persona's kernel-config changes nothing that runs; the provenance alone names it."""
    assert "work/kernel-config" in evident.files
    one, other = (bundle.open(each.pack().path) for each in (evident, case))
    same = {part.name for part in one.parts} - {"provenance", "manifest"}
    ours = {part.name: part.span.read() for part in one.parts}
    theirs = {part.name: part.span.read() for part in other.parts}
    assert {name for name in ours if ours[name] == theirs[name]} == same
    assert b"work/kernel-config" in ours["provenance"]
    assert b"work/kernel-config" not in theirs["provenance"]


def test_both_digests_of_a_large_span_are_right() -> None:
    """They are made side by side, and are those of the bytes that were written."""
    data = hashlib.shake_128(b"large").digest(9 << 20)
    file, also = io.BytesIO(), hashlib.sha256(b"before")

    digest = copy(Span.of(data), file, also)

    assert file.getvalue() == data
    assert digest == hashlib.sha256(data).hexdigest()
    assert also.digest() == hashlib.sha256(b"before" + data).digest()
