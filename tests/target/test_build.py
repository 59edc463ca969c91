# SPDX-License-Identifier: Apache-2.0
"""Cross-building with real compilers."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from mvpsdk import build
from mvpsdk.build import elf, recipe
from mvpsdk.core.drivers import console_drivers
from mvpsdk.errors import InputError, ToolFailedError
from mvpsdk.store import Cache

pytestmark = pytest.mark.target

FAMILIES = ["gcc", "clang"]
MAIN = """\
#include "mvp_rt.h"
#include <stdint.h>
static const char *const names[] = {"one", "two"};
uint32_t seen;
void rt_main(void)
{
    for (;;) {
        seen += (uint32_t)names[seen % 2][0];
    }
}
"""


@pytest.fixture(params=FAMILIES)
def toolchain(request: pytest.FixtureRequest) -> build.Toolchain:
    """Each compiler in turn."""
    return build.find(request.param)


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    """The sources of a small firmware."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    (folder / "main.c").write_text(MAIN)
    return folder


def copied(core: Path, folder: Path) -> Path:
    """The sources of the core, in another place."""
    ignored = shutil.ignore_patterns("__pycache__", "*.py", "*.so")
    return Path(shutil.copytree(core, folder, ignore=ignored))


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """The real core, where a test may change it."""
    return copied(recipe.CORE, tmp_path / "core")


def test_the_hypervisor_is_the_same_from_any_folder(
    toolchain: build.Toolchain, core: Path, tmp_path: Path
) -> None:
    """Two folders, the same bytes: binary, and ELF with its debug information; cached or not."""
    cache = Cache(tmp_path / "cache")
    elsewhere = copied(core, tmp_path / "some" / "where")

    here = build.image("pl011", toolchain=toolchain, cache=cache, core=core)
    there = build.image("pl011", toolchain=toolchain, core=elsewhere)

    assert here.sha256 == there.sha256
    assert here.elf_sha256 == there.elf_sha256
    assert here.by_source == there.by_source
    assert str(tmp_path).encode() not in there.elf
    check_image(here)
    start = time.process_time()
    assert build.image("pl011", toolchain=toolchain, cache=cache, core=elsewhere) == here
    assert time.process_time() - start < 0.3


@pytest.mark.parametrize("driver", [*console_drivers(), "none"])
def test_the_hypervisor_builds_with_each_console_driver(
    toolchain: build.Toolchain, driver: str
) -> None:
    """And with none, for a board that is mute; its own name is in it."""
    image = build.image(driver, toolchain=toolchain, cache=Cache.default())
    check_image(image)
    assert f"{driver}\0".encode() in image.binary


def check_image(image: build.Image) -> None:
    """It is an arm64 Image that fits its window, and its size report adds up."""
    assert image.binary[56:60] == b"ARM\x64"
    assert int.from_bytes(image.binary[16:24], "little") == image.memory_size
    assert image.memory_size <= 0x200000
    assert image.total.file <= len(image.binary)
    assert 0 < sum(row.text for row in image.by_source.values()) <= image.total.text


def test_floating_point_in_the_core_fails_the_build(toolchain: build.Toolchain, core: Path) -> None:
    """An instruction that no compiler flag prevents (given by its code) is found in the binary."""
    with (core / "arch" / "aarch64" / "head.S").open("a") as file:
        file.write('    .section .head, "ax"\nspoilt:\n    .inst 0x9e6703e0\n')

    with pytest.raises(ToolFailedError, match=r'spoilt: 1 FP or SIMD, first "fmov d0, xzr"'):
        build.image("pl011", toolchain=toolchain, core=core)


def test_a_broken_source_is_quoted(toolchain: build.Toolchain, core: Path) -> None:
    """The compiler's own words, with file and line."""
    (core / "src" / "a_broken.c").write_text("int f(void) { return 1 }\n")

    with pytest.raises(ToolFailedError, match=r"src/a_broken.c:1:2\d: error:"):
        build.image("pl011", toolchain=toolchain, core=core)


def test_an_unknown_driver_is_refused() -> None:
    """A console that nobody has written a driver for is named."""
    with pytest.raises(InputError, match="no console driver teletype"):
        build.image("teletype")


def test_firmware_relocates_itself(toolchain: build.Toolchain, firmware: Path) -> None:
    """One static ELF at 0; pointers in its tables are relative relocations, and nothing else."""
    image = build.firmware(firmware, toolchain=toolchain)

    parsed = elf.read(image.elf)
    assert set(parsed.relocations) == {1027}
    assert "firmware/main.c" in image.by_source
    assert "core/rt/start.S" in image.by_source


def test_firmware_is_the_same_from_any_folder(
    toolchain: build.Toolchain, firmware: Path, tmp_path: Path
) -> None:
    """The maker's folder leaves no trace in the bytes."""
    other = Path(shutil.copytree(firmware, tmp_path / "another" / "place"))

    assert (
        build.firmware(firmware, toolchain=toolchain).elf_sha256
        == build.firmware(other, toolchain=toolchain).elf_sha256
    )


def test_a_header_from_outside_is_seen_when_it_changes(
    toolchain: build.Toolchain, firmware: Path, tmp_path: Path
) -> None:
    """A source that reaches out of its folder is compiled each time."""
    cache = Cache(tmp_path / "cache")
    (firmware / "main.c").write_text('#include "../shared.h"\n' + MAIN.replace("+=", "+= STEP +"))
    (tmp_path / "shared.h").write_text("#define STEP 1u\n")
    first = build.firmware(firmware, toolchain=toolchain, cache=cache)

    (tmp_path / "shared.h").write_text("#define STEP 2u\n")
    second = build.firmware(firmware, toolchain=toolchain, cache=cache)

    assert first.sha256 != second.sha256


def test_what_nobody_defines_is_named_with_its_source(
    toolchain: build.Toolchain, firmware: Path
) -> None:
    """The linker's complaint speaks of the source, not of objects in a folder that is gone."""
    (firmware / "main.c").unlink()

    with pytest.raises(ToolFailedError, match="rt_main") as caught:
        build.firmware(firmware_with(firmware, "int unused;\n"), toolchain=toolchain)

    assert "rt/main.c" in caught.value.message
    assert "mvpsdk-build-" not in caught.value.message


def firmware_with(folder: Path, text: str) -> Path:
    """Write the only source of a firmware."""
    (folder / "other.c").write_text(text)
    return folder
