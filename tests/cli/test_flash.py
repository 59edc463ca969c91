# SPDX-License-Identifier: Apache-2.0
"""mvpsdk flash: what it says, what it exits with, and what a pipeline reads."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import flashable
from fastboot_server import Device, FastbootServer
from mvpsdk import disk
from mvpsdk.core.facade import Slots, slots_flash
from mvpsdk.units import MIB, describe_size
from mvpsdk_cli import render
from mvpsdk_cli.commands import flash as command
from workbench import matches

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

KEY = ("--key", "test:")


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> flashable.Phones:
    """Bundles, made once."""
    return flashable.make(tmp_path_factory.mktemp("phones"))


@pytest.fixture
def medium(tmp_path: Path, phones: flashable.Phones) -> Path:
    """A disk whose slot a starts."""
    return flashable.write_disk(tmp_path / "phone.img", a=phones.old)


def test_a_flash_is_told(cli: Cli, medium: Path, phones: flashable.Phones) -> None:
    """What goes where, what of it is there already, what starts next."""
    before = medium.read_bytes()
    dry = cli("flash", phones.new, "--to", "file:phone.img", *KEY, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    first, checks, part, last = dry.out.splitlines()
    assert first.endswith("signed.itb goes into slot b of phone.img")
    assert checks.split()[0] == "checks"
    assert checks.split()[1] == checks.split()[3]
    size = describe_size(phones.new.stat().st_size)
    assert part == f"  boot_b  {size}, {size} to be written"
    assert last == "dry run: nothing was written"
    assert medium.read_bytes() == before

    done = cli("flash", phones.new, "--to", "file:phone.img", *KEY)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-2:] == ["written and read back", "slot b starts next"]

    again = cli("flash", phones.new, "--to", "file:phone.img", *KEY, "-v")
    assert again.code == 0
    assert f"  boot_b  {size}, unchanged: not written again" in again.out
    assert "  ok: slot: b, which starts next, has it already" in again.out
    assert again.out.splitlines()[-1] == "all of it is there already: nothing was written"


def test_a_flash_is_reported(cli: Cli, medium: Path, phones: flashable.Phones) -> None:
    """One JSON document on stdout, and on stderr one object for each bit of progress."""
    result = cli("flash", phones.new, "--to", f"file:{medium}", *KEY, "--format", "json")
    assert result.code == 0
    report = json.loads(result.out)
    assert matches(report)
    assert (report["slot"], report["changed"], report["read-back"]) == ("b", True, True)
    assert {check["outcome"] for check in report["checks"]} == {"ok"}
    lines = [json.loads(line) for line in result.err.splitlines()]
    assert all(matches(line) for line in lines)
    steps = list(dict.fromkeys(line["step"] for line in lines))
    assert steps == ["verify", "compare", "mark-bad", "write", "read-back", "mark-good"]
    written = [line for line in lines if line["step"] == "write"]
    assert written[-1]["done"] == written[-1]["total"] == phones.new.stat().st_size


def test_a_refusal_is_told_and_reported(cli: Cli, medium: Path, phones: flashable.Phones) -> None:
    """Exit code 1, every reason with its next step; nothing was written."""
    before = medium.read_bytes()
    words = ("flash", phones.other, "--to", f"file:{medium}", "--slot", "a", *KEY)
    told = cli(*words)
    assert told.code == 1
    assert "error: slot: slot a was asked for, and slot a runs\n  next: write the other one" in (
        told.err
    )
    assert "the bundle is for other-board, the device is qemu-virt" in told.err
    reported = cli(*words, "--format", "json")
    report = json.loads(reported.out)
    assert matches(report)
    assert (reported.code, report["refused"], report["changed"]) == (1, True, False)
    assert medium.read_bytes() == before


def phone(**changes: Any) -> Device:
    """A phone in its boot loader."""
    values: dict[str, Any] = {
        "partitions": {"boot_a": bytearray(MIB), "boot_b": bytearray(MIB)},
        "variables": {
            "product": "qemu-virt",
            "current-slot": "a",
            "slot-count": "2",
            "max-download-size": "0x1000000",
        },
    }
    return Device(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({}, 0, ""),
        ({"refuses": {"flash:": "Partition is worn out"}}, 5, "boot_b: Partition is worn out"),
        ({"hangs": "set_active:"}, 4, "did not answer"),
    ],
)
def test_a_device_decides_the_exit_code(
    cli: Cli, phones: flashable.Phones, changes: dict[str, Any], code: int, says: str
) -> None:
    """0 done, 5 where it refuses, 4 where it stops to answer."""
    with FastbootServer(phone(**changes)) as server:
        to = f"fastboot:{server.address}"
        timeout = "2" if code == 4 else "60"  # on a busy machine it may be an earlier question
        result = cli("flash", phones.new, "--to", to, *KEY, "--timeout", timeout)
    assert result.code == code
    assert says in result.err


def test_a_machine_without_the_client_is_told(
    cli: Cli, phones: flashable.Phones, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit code 3, and how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    result = cli("flash", phones.new, "--to", "fastboot:", *KEY)
    assert result.code == 3
    assert "apt-get install fastboot" in result.err


def test_wrong_calls_are_told(cli: Cli, phones: flashable.Phones) -> None:
    """Exit code 2."""
    for words, says in (
        ((phones.new, "--to", "phone.img"), "names nothing that can be flashed"),
        ((phones.new, "--to", "file:phone.img"), "there is no such file"),
        (("none.itb", "--to", "file:phone.img"), "no such file"),
        ((phones.new,), "--to"),
    ):
        result = cli("flash", *words)
        assert (result.code, says in result.err) == (2, True), result.err


PEAK = """\
import re, sys
from pathlib import Path
from mvpsdk_cli.main import main
code = main(sys.argv[1:])
print("peak", re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""
"""Not what wait4 tells: to that the memory of whoever has started a program counts as well."""


def test_a_whole_disk_takes_little_memory(phones: flashable.Phones, tmp_path: Path) -> None:
    """4.5 GiB of user data, as a raw and as a sparse image, checked, written and read back."""
    image = flashable.write_disk(tmp_path / "image.img", a=phones.old, user=9 << 29)
    sparse = tmp_path / "image.simg"
    size = image.stat().st_size
    assert size > 4 << 30
    with image.open("rb") as raw, sparse.open("w+b") as file:
        disk.write_sparse(raw, size, file, [(0, size)])
    for source, made in ((image, "one.img"), (sparse, "two.img")):
        words = ["flash", str(source), "--to", f"file:{tmp_path / made}", *KEY]
        done = subprocess.run(
            [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True
        )
        assert "written and read back" in done.stdout
        assert int(done.stdout.split()[-1]) < 150_000  # KiB
    for made in ("one.img", "two.img"):
        path = tmp_path / made
        assert path.stat().st_size == size
        with path.open("rb") as file, image.open("rb") as raw:
            pairs = zip(disk.nonzero(file, 0, size), disk.nonzero(raw, 0, size), strict=True)
            assert all(left == right for left, right in pairs)


@pytest.mark.parametrize("there", [True, False])
def test_only_somebody_who_is_there_is_asked(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """In a pipeline and with --no-input a target can ask nobody, so it writes no disk in use."""
    monkeypatch.setattr(render, "interactive", lambda: there)
    assert (command._access("", 1.0, write=True, yes=True).ask is not None) is there


PAGE = Path(__file__).parents[2] / "docs/how-to/flash.md"
NUMBERS = re.compile(r"\d+(\.\d+)? (B|KiB|MiB|GiB)\b|\d+ of \d+ hold")


def test_the_how_to_says_what_happens(cli: Cli, phones: flashable.Phones, tmp_path: Path) -> None:
    """Every command of its console blocks, in their order; numbers are the reader's own."""
    state = slots_flash(Slots(rollback_index=3), 0, rollback_index=3)
    flashable.write_disk(tmp_path / "phone.img", a=phones.old, state=state)
    for name, bundle in (("phone-1.4.itb", phones.new), ("phone-1.1.itb", phones.low)):
        (tmp_path / name).write_bytes(bundle.read_bytes())
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    calls = [call for block in blocks for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    assert len(calls) == 5
    for call in calls:
        first, _, shown = call.partition("\n")
        words, _, code = first.partition("  # exit code ")
        result = cli(*words.split()[1:])
        assert result.code == int(code or 0)
        told = result.out + "".join(
            line for line in result.err.splitlines(keepends=True) if line.startswith("error:")
        )
        assert NUMBERS.sub("N", told) == NUMBERS.sub("N", shown)


def test_an_option_without_effect_is_refused(
    cli: Cli, medium: Path, phones: flashable.Phones
) -> None:
    """What chooses a device or a slot where there is no choice is not passed over in silence."""
    before = medium.read_bytes()
    serial = cli("flash", phones.new, "--to", "file:phone.img", *KEY, "--serial", "0a1b")
    assert serial.code == 2
    assert "--serial 0a1b chooses among devices that are attached by fastboot" in serial.err
    whole = cli("flash", medium, "--to", "file:other.img", *KEY, "--slot", "b")
    assert whole.code == 2
    assert "a disk image is a whole disk, so it goes into no slot b" in whole.err
    assert not Path("other.img").exists()
    assert medium.read_bytes() == before
