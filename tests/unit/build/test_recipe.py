# SPDX-License-Identifier: Apache-2.0
"""What is compiled, and what decides the result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mvpsdk.abi.features import CHOICES
from mvpsdk.build import recipe
from mvpsdk.build.toolchain import Toolchain
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from tests.unit.build.conftest import ToyCore, Write

GCC = Toolchain(family="gcc", compiler=("gcc",), linker=("ld",), identity="gcc 1")


def test_sources_are_found_by_folder(core: Path) -> None:
    """Portable and target sources and the named driver; not the host's, not other drivers."""
    found = recipe.hypervisor("toy", core)

    assert [source.name for source in found.sources] == [
        "arch/aarch64/head.S",
        "drivers/console_toy.c",
        "drivers/gic_v3/gic.c",
        "src/main.c",
        "src/unused.c",
    ]


def test_the_driver_is_told_its_name(core: Path) -> None:
    """It is the file's: the hypervisor holds it against the one that the pack names."""
    found = recipe.hypervisor("none", core)

    assert "drivers/mute.c" in [source.name for source in found.sources]
    assert found.generated["console_name.h"] == '#define CONSOLE_NAME "none"\n'
    assert found.key(GCC) != recipe.hypervisor("toy", core).key(GCC)


def test_an_unknown_driver_is_named(core: Path) -> None:
    """The error lists those that there are."""
    with pytest.raises(InputError, match="no console driver ns16550") as caught:
        recipe.hypervisor("ns16550", core)

    assert caught.value.hint == "there are: other, toy, none"


def test_the_board_says_which_gic_is_driven(core: Path) -> None:
    """One driver is built in, and its folder's headers are found."""
    found = recipe.hypervisor("none", core, gic=2)

    drivers = [source.name for source in found.sources if source.name.startswith("drivers/")]
    assert drivers == ["drivers/gic_v2/gic.c", "drivers/mute.c"]
    assert found.includes[-1] == core / "drivers" / "gic_v2"


def test_an_unknown_gic_is_named(core: Path) -> None:
    """The error lists those that there are."""
    with pytest.raises(InputError, match="no driver for GIC version 4") as caught:
        recipe.hypervisor("none", core, gic=4)

    assert caught.value.hint == "there are: 2, 3"


def test_what_is_left_out_is_not_compiled() -> None:
    """The sources that nothing else needs go, and the others are told; another key, too."""
    whole, bare = recipe.hypervisor("pl011", trace=True), recipe.hypervisor("pl011", features=())

    assert whole.features == (*sorted(CHOICES), "trace", "vgic2")
    assert (bare.features, whole.without) == ((), ())
    gone = {source.name for source in whole.sources} - {source.name for source in bare.sources}
    vgic2 = {"src/gicc2.c", "src/vgic_dist2.c", "src/vgic_sgi2.c"}
    aarch64 = {
        f"arch/aarch64/{name}" for name in ("device.c", "lock.S", "secondary.S", "secondary.c")
    }
    delegate = ("pack_delegate", "part", "rsa")
    names = (*delegate, "flash", "pack_smmu", "pl031", "pl061", "smmu", "smp", "uart")
    assert gone == {f"src/{name}.c" for name in names} | vgic2 | aarch64
    flags = bare.compile_flags(GCC, Path())
    left_out = ("EARLY_CONSOLE", "FLASH", "HALT", "MENU", "RTC", "SOFT_GIC")
    assert {f"-DFEATURE_{name}=0" for name in left_out} <= {*flags}
    assert bare.key(GCC) != recipe.hypervisor("pl011").key(GCC)


def test_software_makes_no_gicv2_where_the_hardware_has_one() -> None:
    """A board's GICv2 brings its own CPU interface for guests; a build for it has no other."""
    found = recipe.hypervisor("pl011", gic=2, features=("rtc", "soft-gic"))

    assert found.features == ("rtc", "vgic2")
    assert "soft-gic" in found.without
    assert "arch_lr_read(n)" in found.generated["build_features.h"]
    soft = recipe.hypervisor("pl011", gic=3, features=("soft-gic",))
    assert soft.features == ("soft-gic", "vgic2")
    assert "gicc2_lr_read(cpu, n)" in soft.generated["build_features.h"]


def test_an_unknown_feature_is_named(core: Path) -> None:
    """The error lists those that there are."""
    with pytest.raises(InputError, match="no feature radio") as caught:
        recipe.hypervisor("toy", core, features=("menu", "radio"))

    assert caught.value.hint == f"there are: {', '.join(sorted(CHOICES))}"


def test_firmware_is_its_folder_and_the_runtime(core: Path, write: Write, tmp_path: Path) -> None:
    """Sources at any depth; hidden files and build leftovers are passed over."""
    folder = write(
        tmp_path / "firmware",
        {"main.c": "", "lib/help.S": "", ".git/x.c": "", "note.txt": "", "old.o": ""},
    )

    found = recipe.firmware(folder, core)

    assert [found.object(source) for source in found.sources] == [
        "firmware/lib/help.S",
        "firmware/main.c",
        "core/rt/start.S",
    ]


def test_firmware_without_sources_is_refused(core: Path, tmp_path: Path) -> None:
    """An empty folder, or none, is named, with what belongs there."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no C or assembly in it"):
        recipe.firmware(tmp_path / "empty", core)
    with pytest.raises(InputError, match="no such folder"):
        recipe.firmware(tmp_path / "missing", core)


def test_the_key_is_the_same_in_every_folder(core: Path, toy_core: ToyCore, tmp_path: Path) -> None:
    """The same content gives the same key, wherever it lies."""
    other = toy_core(tmp_path / "elsewhere" / "deep")

    assert recipe.hypervisor("toy", core).key(GCC) == recipe.hypervisor("toy", other).key(GCC)


@pytest.mark.parametrize(
    "name", ["src/main.c", "include/mvp/toy.h", "arch/aarch64/link.ld", "arch/aarch64/new.inc"]
)
def test_the_key_changes_with_every_file(name: str, core: Path) -> None:
    """A header, a source, the linker script, a new file: each makes another key."""
    before = recipe.hypervisor("toy", core).key(GCC)

    with (core / name).open("a") as file:
        file.write("\n")

    assert recipe.hypervisor("toy", core).key(GCC) != before


def test_the_key_changes_with_the_compiler_and_the_driver(core: Path) -> None:
    """Another compiler, another driver of console or GIC, another result."""
    found = recipe.hypervisor("toy", core)

    keys = {
        found.key(GCC),
        found.key(replace(GCC, identity="gcc 2")),
        found.key(replace(GCC, family="clang")),
        recipe.hypervisor("none", core).key(GCC),
        recipe.hypervisor("toy", core, gic=2).key(GCC),
    }
    assert len(keys) == 5


def test_a_header_outside_is_not_covered(core: Path, tmp_path: Path) -> None:
    """The key speaks for the recipe's own folders alone."""
    found = recipe.hypervisor("toy", core)

    assert found.covers(core / "include" / "mvp" / "toy.h")
    assert not found.covers(tmp_path / "other.h")
