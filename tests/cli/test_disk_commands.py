# SPDX-License-Identifier: Apache-2.0
"""bundle --container disk, inspect and extract of what it makes; the hypervisor is a stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mvpsdk import bundle, disk
from mvpsdk.core.facade import slots_new
from pokes import poke
from workbench import document, matches, run

DISK = ("bundle", ".", "--unsigned", "--container", "disk", "-o", "phone.img")


def test_a_disk_is_made_with_its_other_forms(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """All files are named, and what was assumed."""
    handset()
    Path("data").write_bytes(b"user" * 3000)

    code, out, err = run(
        capsys, *DISK, "--userdata", "data", "--userdata-size", "8MiB", "--both-slots",
        "--sparse", "phone.simg", "--bmap", "phone.bmap",
    )  # fmt: skip

    assert code == 0
    assert "phone.img: one 1.0.0 for qemu-virt, 43 MiB, unsigned" in out
    assert out.splitlines()[-2:] == ["phone.simg", "phone.bmap"]
    assert "boot_a and boot_b have 16 MiB each: the board has no [[slot]] boot" in err
    with Path("phone.img").open("rb") as file, Path("phone.bmap").open("rb") as told:
        assert [each.name for each in disk.read(file).partitions][-1] == "userdata"
        assert disk.check_bmap(disk.read_bmap(told), file) == ()


def test_lint_says_where_what_it_is_about_can_be_taken_from(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk holds bundles and is none; the command that it names does what it says."""
    handset()
    run(capsys, *DISK, "--sparse", "phone.simg")
    for name, what in {"phone.img": "is a disk", "phone.simg": "is a sparse image"}.items():
        code, _, err = run(capsys, "lint", name)
        assert code == 2
        assert what in err
        assert "mvpsdk extract FILE boot_a.itb -o FOLDER" in err
        assert run(capsys, "extract", name, "boot_a.itb", "-o", "out")[0] == 0
        code, out, _ = run(capsys, "lint", "out/boot_a.itb")
        assert (code, "3 checked" in out) == (0, True), out


def test_a_disk_as_json_matches_its_schema(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report of making it, and that of looking into it."""
    handset()
    made = document(capsys, *DISK, "--sparse", "phone.simg")
    raw, sparse = (document(capsys, "inspect", name) for name in ("phone.img", "phone.simg"))

    assert matches(made)
    assert (made["container"], made["also"]) == ("disk", ["phone.simg"])
    assert matches(raw)
    assert matches(sparse)
    assert raw["kind"] == "disk"
    assert raw["disk"]["active"] == "boot_a"
    assert raw["disk"]["slots"][0]["tries"] == 7
    assert raw["disk"]["slots"][1]["empty"]
    assert raw["manifest"]["handset"] == "one"
    assert raw["disk"] == {**sparse["disk"], "sparse": False}
    assert raw["parts"] == sparse["parts"]


def test_a_disk_is_shown_by_slot(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Which starts, what is in it, and what the other one is."""
    handset()
    assert run(capsys, *DISK)[0] == 0

    code, out, _ = run(capsys, "inspect", "phone.img")

    assert code == 0
    assert "phone.img: disk, " in out
    assert "  starts       boot_a\n" in out
    assert "  boot_a       priority 15, 7 tries left, rollback index 0\n" in out
    assert "  boot_b       empty\n" in out
    assert "boot_a/hypervisor" in out
    assert "userdata" in out


def test_what_is_wrong_with_a_disk_is_an_exit_code(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part of a slot, its table, its boot control."""
    handset()
    assert run(capsys, *DISK)[0] == 0
    opened = bundle.open(Path("phone.img"))
    at = {part.name: part.span.offset for part in opened.entries()}

    poke(Path("phone.img"), at["boot_a/work/kernel"] + 100, b"!")
    code, out, _ = run(capsys, "inspect", "phone.img")
    assert code == 1
    assert "boot_a/work/kernel is damaged: SHA-256" in out

    poke(Path("phone.img"), at["misc"], slots_new())
    assert "boot control lets no slot start" in run(capsys, "inspect", "phone.img")[1]
    poke(Path("phone.img"), at["misc"], bytes(8192))
    poke(Path("phone.img"), 513, b"!")
    code, out, _ = run(capsys, "inspect", "phone.img")
    assert code == 1
    assert "no copy of boot control in misc is right" in out
    assert "primary table: block 1 does not begin with EFI PART" in out


def test_a_slots_fit_comes_out_as_it_was(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the bundle that the same call makes without a disk around it."""
    handset()
    assert run(capsys, *DISK)[0] == 0
    assert run(capsys, "bundle", ".", "--unsigned", "-o", "one.itb")[0] == 0

    code, out, _ = run(capsys, "extract", "phone.img", "boot_a.itb", "-o", "out")

    assert code == 0
    assert out == "out/boot_a.itb\n"
    assert Path("out/boot_a.itb").read_bytes() == Path("one.itb").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--container", "fit", "--userdata", "x"], "the container fit has no --userdata"),
        (["--userdata", "nowhere"], "can't read"),
        (["--userdata-size", "4 apples"], "--userdata-size: "),
        (["--userdata-size", "0"], "--userdata-size: "),
        (["--part", "work"], '"work" is no PERSONA=FILE'),
        (["--userdata", "one.bin", "--userdata-size", "1MiB"], "the user data have 2097152 bytes"),
        (["--bmap", "phone.img"], "phone.img"),
    ],
)
def test_what_can_not_be_done_is_said(
    handset: Any, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """With exit code 2, and no file is left."""
    handset()
    Path("one.bin").write_bytes(bytes(2 << 20))

    code, _, err = run(capsys, *DISK, *words)

    assert code == 2
    assert said in err
    assert not Path("phone.img").exists()
