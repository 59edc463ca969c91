# SPDX-License-Identifier: Apache-2.0
"""inspect and extract, as people and pipelines call them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import image_seeds
from workbench import bundled, document, firmware_elf, matches, run


def test_inspect_shows_an_intact_bundle(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is for, what is in it, and that it is as it was made."""
    bundled(handset, capsys)

    code, out, _ = run(capsys, "inspect", "x.itb")

    assert code == 0
    assert "handset      one 1.0.0" in out
    assert "dev, unsigned" in out
    assert "DAMAGED" not in out
    assert "work: persona, priority 100, default" in out


def test_inspect_tells_damage(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped byte is named with both digests; the exit code is 1."""
    bundled(handset, capsys)
    data = bytearray(Path("x.itb").read_bytes())
    data[data.index(b"kkkk") + 100] ^= 1
    Path("x.itb").write_bytes(data)

    code, out, _ = run(capsys, "inspect", "x.itb")

    assert code == 1
    assert "DAMAGED" in out
    assert "is damaged: SHA-256" in out


def test_inspect_tells_why_a_pack_is_refused(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is the one that the hypervisor would give at boot."""
    bundled(handset, capsys)
    run(capsys, "extract", "x.itb", "pack", "-o", "parts")
    data = bytearray(Path("parts/pack").read_bytes())
    data[400] ^= 1
    Path("parts/pack").write_bytes(data)

    code, out, _ = run(capsys, "inspect", "parts/pack")
    found = document(capsys, "inspect", "parts/pack")

    assert code == 1
    assert "the pack is refused: reason 0x13" in out
    assert found["verdict"]["reason"] == 19
    assert matches(found)


@pytest.mark.parametrize("name", ["x.itb", "linux", "initrd"])
def test_inspect_as_json_matches_its_schema(
    name: str, handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same keys for a bundle, a kernel and a ramdisk."""
    bundled(handset, capsys)

    assert matches(document(capsys, "inspect", name))


def test_inspect_tells_faults_of_an_image(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An ELF file that is cut short is told as one."""
    handset()
    Path("cut.elf").write_bytes(firmware_elf()[:100])

    _, out, _ = run(capsys, "inspect", "cut.elf")
    _, whole, _ = run(capsys, "inspect", "linux")

    assert "format       elf" in out
    assert "fault" in out
    assert "70000 bytes, text offset 0x0" in whole


def test_extract_gives_the_inputs_back(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it without names, one with; each path is told."""
    bundled(handset, capsys)

    code, out, _ = run(capsys, "extract", "x.itb", "work/kernel", "-o", "parts")

    assert (code, out) == (0, "parts/work/kernel\n")
    assert Path("parts/work/kernel").read_bytes() == Path("linux").read_bytes()
    found = document(capsys, "extract", "x.itb", "-o", "all")
    assert matches(found)
    assert len(found["files"]) == 8


def test_extract_from_what_has_no_parts_is_refused(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A kernel is no bundle: doing nothing with exit code 0 would be a lie."""
    handset()

    code, _, err = run(capsys, "extract", "linux", "-o", "parts")

    assert code == 2
    assert "no parts in it" in err
    assert not Path("parts").exists()


def test_extract_names_what_there_is(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name is a wrong call."""
    bundled(handset, capsys)

    code, _, err = run(capsys, "extract", "x.itb", "kernel", "-o", "parts")

    assert code == 2
    assert "work/kernel" in err


def test_a_boot_image_is_shown_and_taken_apart(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is packed in it, and a kernel that the hypervisor can start."""
    handset()
    kernel, ramdisk = image_seeds.kernel(), image_seeds.gzipped(image_seeds.ramdisk())
    Path("boot.img").write_bytes(
        image_seeds.boot(4, image_seeds.gzipped(kernel), ramdisk, "console=ttyAMA0")
    )

    code, out, _ = run(capsys, "inspect", "boot.img")
    found = document(capsys, "inspect", "boot.img")
    run(capsys, "extract", "boot.img", "-o", "parts")

    assert code == 0
    assert "container    Android boot image, header version 4" in out
    assert "command line console=ttyAMA0" in out
    assert "inside       arm64-image, 12288 bytes" in out
    assert "release      Linux 6.1.0-mvp" in out
    assert "EFI          EFI_APPLICATION for ARM64, NX compatible" in out
    assert matches(found)
    assert found["image"]["inside"]["release"] == "6.1.0-mvp"
    assert Path("parts/kernel").read_bytes() == kernel
    assert Path("parts/ramdisk").read_bytes() == ramdisk


def test_what_is_damaged_in_a_boot_image_is_told(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The packed kernel's own checksum says so; the exit code is 1."""
    handset()
    packed = bytearray(image_seeds.gzipped(image_seeds.kernel()))
    packed[-5] ^= 1
    Path("boot.img").write_bytes(image_seeds.boot(4, bytes(packed), b"070701"))

    code, out, _ = run(capsys, "inspect", "boot.img")

    assert code == 1
    assert "kernel: its gzip data is damaged" in out
