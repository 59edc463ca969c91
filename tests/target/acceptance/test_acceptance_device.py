# SPDX-License-Identifier: Apache-2.0
"""Firmware owns a device: each of its interrupts comes once, by either version of the GIC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import run
from phone import bundled_for, played

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(150)]

HANDSET = """\
[handset]
name = "owner"
version = "1.0.0"
boards = ["qemu-virt", "qemu-virt-gicv2"]

[realtime]
source = "firmware/"
memory = "2 MiB"
cpu = 0
priority = 0
devices = ["gpio"]
"""
FIRMWARE = """\
#include "mvp_rt.h"

/* PL061 (Arm DDI 0190): a pin that is low, and an interrupt as long as it is. */
#define GPIO 0x09030000
#define GPIOIS 0x404 /* 1: level */
#define GPIOIE 0x410
#define INTID 39
#define ROUNDS 100

static volatile uint64_t served;

static volatile uint32_t *reg(uint64_t offset)
{
    return (volatile uint32_t *)(GPIO + offset);
}

static void serve(void *context)
{
    (void)context;
    *reg(GPIOIE) = 0;
    served++;
}

void rt_main(void)
{
    rt_interrupt(INTID, serve, 0);
    *reg(GPIOIS) = 1;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        *reg(GPIOIE) = 1;
        while (served == round) {
        }
    }
    for (uint64_t start = rt_now(); rt_now() - start < rt_ticks(5000000);) {
    }
    rt_print("asked for %lu interrupts, served %lu\\n", (uint64_t)ROUNDS, served);
    rt_power_off();
}
"""


@pytest.mark.parametrize("board", ["qemu-virt", "qemu-virt-gicv2"])
def test_each_interrupt_of_a_device_is_served_once(
    board: str, shared: Path, tmp_path: Path
) -> None:
    """A level that rises a hundred times: none is lost, and none comes again after its end."""
    (tmp_path / "handset.toml").write_text(HANDSET)
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "main.c").write_text(FIRMWARE)
    made = bundled_for(tmp_path, board, "owner.itb", cache=shared / "cache")
    lines, end = played(made, run.Options(until_exit=True, timeout=60))
    assert (end.reason, end.ok) == ("powered-off", True)
    assert lines["realtime"] == ["asked for 100 interrupts, served 100"]
