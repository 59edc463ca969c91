# SPDX-License-Identifier: Apache-2.0
"""What the console drivers serve, as their sources say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.drivers import (
    Part,
    console_drivers,
    console_parts,
    driver_for,
    experimental,
    part_for,
)

if TYPE_CHECKING:
    from pathlib import Path

TOY = """\
/* SERVES("commented,out", 0, 1) */
static const struct console_part parts[] = {SERVES("toy,uart", 2, 4), SERVES("toy,uart-v2", 0, 1)};
"""


def test_each_driver_is_found_by_its_file() -> None:
    """There are some, in order of their names."""
    assert "pl011" in console_drivers()
    assert list(console_drivers()) == sorted(console_drivers())


def test_no_part_is_served_twice() -> None:
    """Else it would depend on the order of the drivers which one is taken."""
    names = [part.compatible for part in console_parts()]
    assert len(names) == len(set(names))


def test_the_first_name_that_is_served_decides() -> None:
    """Names of a device tree's node go from the most specific to the most general."""
    assert driver_for(["vendor,uart", "arm,pl011", "arm,primecell"]) == "pl011"
    assert driver_for(["vendor,uart", "arm,primecell"]) is None
    assert driver_for([]) is None


def test_a_file_in_the_folder_is_a_driver(tmp_path: Path) -> None:
    """With the parts that it serves; what stands in a comment is none."""
    folder = tmp_path / "drivers"
    folder.mkdir()
    (folder / "console_toy.c").write_text(TOY)
    (folder / "other.c").write_text('SERVES("no,driver", 0, 1)')
    toy = Part(driver="toy", compatible="toy,uart", register_shift=2, register_width=4)
    assert console_drivers(tmp_path) == ("toy",)
    assert [part.compatible for part in console_parts(tmp_path)] == ["toy,uart", "toy,uart-v2"]
    assert part_for(["toy,uart"], tmp_path) == toy
    assert part_for(["commented,out"], tmp_path) is None


def test_a_driver_says_that_it_is_experimental(tmp_path: Path) -> None:
    """With the reason; a comment says nothing, and what is no driver is not experimental."""
    folder = tmp_path / "drivers"
    folder.mkdir()
    (folder / "console_toy.c").write_text(f'EXPERIMENTAL("never tried")\n{TOY}')
    (folder / "console_old.c").write_text(f'/* EXPERIMENTAL("once") */\n{TOY}')
    assert experimental("toy", tmp_path) == "never tried"
    assert experimental("old", tmp_path) == ""
    assert experimental("none", tmp_path) == ""
    assert [name for name in console_drivers() if experimental(name)] == ["geni", "msm_uartdm"]
