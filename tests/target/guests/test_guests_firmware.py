# SPDX-License-Identifier: Apache-2.0
"""The runtime library and the example's firmware, above a stub at EL2 that answers its calls.

One binary runs on GICv2 and on GICv3.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from mvpsdk import build, image
from workshop import EXAMPLE, Ended, on_stub

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

REPORT = re.compile(r"(?:deadlines|final): met (\d+) missed (\d+) worst (\d+) us")
WRITES_TO_CODE = """\
#include <mvp_rt.h>
static void (*const table[])(const char *why) = {rt_stop}; /* a pointer that must be relocated */
static void say(void *context) { rt_print("device %lx\\n", (uint64_t)context); }
void rt_main(void)
{
    rt_print("%s %lu %lx\\n", "text", (uint64_t)18446744073709551615U, (uint64_t)0xabc);
    rt_print("handler %lu\\n", (uint64_t)rt_interrupt(1023, say, 0));
    *(volatile uint32_t *)table[0] = 0;
    table[0]("it could write to its code");
    for (;;) {
        rt_wait();
    }
}
"""

SERVES_A_DEVICE = """\
#include <mvp_rt.h>
#define REG(offset) (*(volatile uint32_t *)(0x09000000UL + (offset))) /* PL011, DDI 0183, 3.2 */
static volatile uint64_t served;
static void sent(void *unused)
{
    (void)unused;
    REG(0x44) = 0x20; /* UARTICR, TXIC */
    served = served + 1;
}
void rt_main(void)
{
    uint64_t until = rt_now() + rt_ticks(100000000);
    REG(0x38) = 0x20; /* UARTIMSC, TXIM */
    if (rt_interrupt(33, sent, 0)) {
        for (uint64_t n = 1; n <= 3; n++) {
            REG(0x00) = '.';
            while (served < n && rt_now() < until) {
            }
        }
    }
    rt_print("served %lu\\n", served);
    rt_power_off();
}
"""


@cache
def built(compiler: str) -> build.Image:
    """The example's firmware."""
    return build.firmware(EXAMPLE / "firmware", toolchain=build.find(compiler))


def firmware_of(text: str, compiler: str, folder: Path) -> build.Image:
    """Firmware of one source."""
    folder.mkdir()
    (folder / "main.c").write_text(text)
    return build.firmware(folder, toolchain=build.find(compiler))


@pytest.fixture
def firmware(compiler: str) -> build.Image:
    """The example's firmware by each compiler."""
    return built(compiler)


def reports(console: str) -> list[tuple[int, int, int]]:
    """Met, missed and the worst lateness in microseconds, of each report."""
    return [(int(met), int(missed), int(worst)) for met, missed, worst in REPORT.findall(console)]


def test_each_deadline_is_met_on_a_quiet_machine(
    firmware: build.Image, gic: int, tmp_path: Path
) -> None:
    """1 kHz for 3.1 s of virtual time; then the only persona has stopped, and it powers off."""
    ended = on_stub(firmware, tmp_path, gic=gic, run_ms=3100)
    assert ended.status == 0
    assert [row[:2] for row in reports(ended.console)] == [
        (1000, 0),
        (2000, 0),
        (3000, 0),
        (3100, 0),
    ]
    assert all(worst <= 10 for *_, worst in reports(ended.console))


def test_deadlines_that_were_slept_through_count_as_missed(
    firmware: build.Image, gic: int, tmp_path: Path
) -> None:
    """A call that takes 10 ms costs about 9 deadlines; met + missed stays the time elapsed."""
    ended = on_stub(firmware, tmp_path, gic=gic, run_ms=2100, stall_ms=10)
    *_, (met, missed, worst) = reports(ended.console)
    assert met + missed == 2100
    assert 8 <= missed <= 10
    assert missed * 1000 <= worst <= (missed + 1) * 1000


def test_an_interrupt_of_a_device_reaches_its_handler(
    compiler: str, gic: int, tmp_path: Path
) -> None:
    """A shared interrupt is routed to the firmware's CPU, and comes once for each of its causes."""
    firmware = firmware_of(SERVES_A_DEVICE, compiler, tmp_path / "source")
    ended = on_stub(firmware, tmp_path, gic=gic, run_ms=1000)
    assert ended == Ended(0, "...served 3\n")


def test_the_same_run_twice_is_the_same(gic: int, tmp_path: Path) -> None:
    """In virtual time nothing depends on the host."""
    runs = [on_stub(built("gcc"), tmp_path, gic=gic, run_ms=1100, stall_ms=3) for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_fault_is_told_and_stops_the_firmware(compiler: str, gic: int, tmp_path: Path) -> None:
    """Code is read-only; a write to it is an exception with its syndrome and address."""
    firmware = firmware_of(WRITES_TO_CODE, compiler, tmp_path / "source")
    lines = on_stub(firmware, tmp_path, gic=gic, run_ms=1000).console.splitlines()
    assert lines[:2] == ["text 18446744073709551615 abc", "handler 0"]
    # ESR: data abort at the same level, a write, permission fault at level 3 (Arm ARM, D17.2.37).
    assert re.fullmatch(r"exception: ESR 0x9600004f FAR 0x4600[0-9a-f]{4} PC 0x4600\w+", lines[2])
    assert lines[3] == "stopped: an exception that nothing handles"


def test_its_note_says_what_it_needs(firmware: build.Image, tmp_path: Path) -> None:
    """The ABI note survives linking, and its checksum is the core's own."""
    file = tmp_path / "firmware.elf"
    file.write_bytes(firmware.elf)
    note = image.open(file, "realtime").note
    assert note is not None
    assert (note.abi_major, note.abi_minor) == (1, 0)
    assert note.features == 0x1
    assert note.calls == 0xE
    assert note.vgic_versions == 1 << 2 | 1 << 3
