# SPDX-License-Identifier: Apache-2.0
"""A log becomes a report in which every check that there is has an outcome."""

from __future__ import annotations

import pytest

from mvpsdk import conform
from mvpsdk.conform import tap
from mvpsdk.conform.listing import FIRMWARE

GUEST = [check.name for check in conform.listed()]
SEEN = (("HVC", 2), ("SMC", 3))
BESIDE = [check.name for check in conform.listed(FIRMWARE)]


def spoken(partition: str, *lines: str) -> str:
    """Lines as the console has them."""
    return "".join(f"[{partition}] {line}\r\n" for line in lines)


def stream(names: list[str], changed: dict[str, str] | None = None) -> list[str]:
    """A whole TAP stream in which all is well, but for the lines of some checks."""
    lines = {name: f"ok {number} - {name}" for number, name in enumerate(names, 1)}
    for name, text in (changed or {}).items():
        lines[name] = f"{text} {names.index(name) + 1} - {name}"
    return ["TAP version 14", f"1..{len(names)}", *lines.values()]


FIRMWARE_OK = spoken("realtime", *stream(BESIDE))


def judged(*lines: str, firmware: str = FIRMWARE_OK, before: str = "") -> conform.Report:
    """The report of a log in which the persona with a GICv3 said these lines."""
    return conform.judge((before + spoken("vgic3", *lines) + firmware).encode(), "acme")


def test_all_is_well() -> None:
    """Two whole streams without a failure are ok, and each check has its text."""
    report = judged(*stream(GUEST))

    assert report.ok
    assert [suite.name for suite in report.suites] == ["vgic3", "vgic3 firmware"]
    assert [suite.count("ok") for suite in report.suites] == [len(GUEST), len(BESIDE)]
    assert all(check.what for suite in report.suites for check in suite.checks)


def test_a_failed_check_has_its_details() -> None:
    """What stands below `not ok` is the check's, and no other's."""
    lines = stream(GUEST, {"psci.version": "not ok"})
    at = lines.index(next(line for line in lines if line.startswith("not ok"))) + 1
    lines[at:at] = [
        "#   by HVC: expected 0x10001, seen 0x2",
        "#   by SMC: expected 0x10001, seen 0x3",
    ]
    report = judged(*lines)
    (failed,) = report.suites[0].failures

    assert not report.ok
    assert failed.name == "psci.version"
    assert failed.details == (
        "by HVC: expected 0x10001, seen 0x2",
        "by SMC: expected 0x10001, seen 0x3",
    )


def test_a_skipped_check_says_why() -> None:
    """It is neither ok nor failed."""
    lines = [
        f"{line} # SKIP one vCPU" if line.endswith("psci.suspend") else line
        for line in stream(GUEST)
    ]
    report = judged(*lines)
    (check,) = (one for one in report.suites[0].checks if one.name == "psci.suspend")

    assert report.ok
    assert (check.outcome, check.why) == ("skipped", "one vCPU")


@pytest.mark.parametrize("kept", range(2, len(GUEST) + 2))
def test_a_log_that_is_cut_off_is_never_ok(kept: int) -> None:
    """Wherever it ends, the check in which it ended is named, and none behind it was made."""
    report = judged(*stream(GUEST)[:kept], firmware="")
    suite = report.suites[0]

    assert not report.ok
    assert suite.stopped.startswith(f"stopped in {GUEST[kept - 2]}, ")
    assert [check.name for check in suite.failures] == GUEST[kept - 2 :]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["TAP version 14"], "has no plan, there are"),
        (["TAP version 14", "1..7"], "has a plan of 7 checks"),
        (["hello"], "said nothing"),
        (["TAP version 14", "Bail out! no tree"], "gave up: no tree"),
        (["TAP version 14", f"1..{len(GUEST)}", "ok 1 - x.y"], "there is no check x.y"),
        ([*stream(GUEST), f"ok 1 - {GUEST[0]}"], "checks came twice"),
    ],
)
def test_a_stream_that_is_no_whole_one_is_not_ok(lines: list[str], words: str) -> None:
    """The report says what is wrong with it."""
    report = judged(*lines)

    assert not report.ok
    assert report.suites[0].stopped.startswith(words)


def test_a_log_of_nobody_is_not_ok() -> None:
    """No suite is no success."""
    report = conform.judge(b"U-Boot 2023.01\r\n[mvp] hypervisor\r\n", "acme")

    assert report.suites == ()
    assert not report.ok


def test_the_firmware_is_judged_too() -> None:
    """A persona that is content while the firmware is not, or is silent, is no success."""
    failed = spoken("realtime", *stream(BESIDE, {"firmware.deadlines": "not ok"}))

    assert not judged(*stream(GUEST), firmware=failed).ok
    assert not judged(*stream(GUEST), firmware="").ok


def test_the_hypervisors_last_words_are_told() -> None:
    """A stream that ends because the hypervisor stopped the persona says so."""
    said = spoken("mvp", "partition crashed index=0x1 reason=0x44 pc=0x0 address=0x0")
    report = judged(*stream(GUEST)[:4], before=said)

    assert report.suites[0].stopped.endswith("the hypervisor said: " + said[6:].strip())


def test_lines_that_others_broke_into_are_joined() -> None:
    """The console interleaves; a check's line counts once it is whole."""
    lines = stream(GUEST)
    broken = spoken("vgic3", *lines[:3], lines[3][:5]) + spoken("mvp", "mark")
    log = broken + f"[vgic3+ {lines[3][5:]}\r\n" + spoken("vgic3", *lines[4:]) + FIRMWARE_OK

    assert conform.judge(log.encode(), "acme").ok


def test_tap_that_is_written_is_read_again() -> None:
    """The report's own TAP has a line for each check, under the suite's name."""
    report = judged(*stream(GUEST, {"psci.version": "not ok"}), firmware="")
    read = tap.read(tap.write(report))

    assert read.plan == len(GUEST) + len(BESIDE)
    assert [point.ok for point in read.points].count(False) == 1 + len(BESIDE)
    assert read.points[0].name == f"vgic3/{GUEST[0]}"


def test_what_a_serial_line_adds_means_nothing() -> None:
    """A boot loader's words, carriage returns, a break, noise, and whatever is typed behind it."""
    before = "\x00\xff\x00\r\nU-Boot 2023.01\r\n=> bootm 0x50000000\r\nStarting kernel ...\r\n\r\n"
    began = spoken("mvp", "hypervisor window=0x0 fingerprint=0x0")
    log = before + began + spoken("vgic3", *stream(GUEST)) + FIRMWARE_OK + "\x00\x00~[vgic3"

    assert conform.judge(log.encode("latin-1").replace(b"\r\n", b"\r\r\n"), "acme").ok


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\x00", b"\x00\x00\x00"])
def test_a_break_before_a_line_hides_nothing(noise: bytes) -> None:
    """Bytes that no speaker says, such as those of a break, are taken off."""
    lines = (spoken("vgic3", *stream(GUEST)) + FIRMWARE_OK).encode().splitlines(keepends=True)
    log = b"".join(noise + line if number % 7 == 0 else line for number, line in enumerate(lines))

    assert conform.judge(log, "acme").ok
