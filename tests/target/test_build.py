# SPDX-License-Identifier: Apache-2.0
"""Cross-building with real compilers."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mvpsdk import build
from mvpsdk.build import elf, gates, recipe
from mvpsdk.build.compile import compile_commands
from mvpsdk.build.tool import run
from mvpsdk.core.drivers import console_drivers
from mvpsdk.errors import InputError, ToolFailedError
from mvpsdk.store import Cache

pytestmark = pytest.mark.target

FAMILIES = ["gcc", "clang", "zig"]
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
    toolchain: build.Toolchain, core: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two folders, the same bytes: binary, and ELF with its debug information; cached or not.

    A compiler that keeps things of its own keeps none of the other build's: each has a work folder.
    """
    cache = Cache(tmp_path / "cache")
    elsewhere = copied(core, tmp_path / "some where" / "else")

    here = build.image("pl011", toolchain=toolchain, cache=cache, core=core)
    there = build.image("pl011", toolchain=toolchain, core=elsewhere)

    assert here.sha256 == there.sha256
    assert here.elf_sha256 == there.elf_sha256
    assert here.by_source == there.by_source
    assert str(tmp_path).encode() not in there.elf
    assert not caplog.records, "a warning"
    check_image(here)
    start = time.process_time()
    assert build.image("pl011", toolchain=toolchain, cache=cache, core=elsewhere) == here
    assert time.process_time() - start < 0.3


BUILDS = [("gcc", driver) for driver in [*console_drivers(), "none"]]
BUILDS += [(family, driver) for family in FAMILIES if family != "gcc" for driver in ("imx", "none")]
"""All drivers with the compiler of reference; clang has read each in tests/analysis, too."""


@pytest.mark.parametrize(("family", "driver"), BUILDS)
def test_the_hypervisor_builds_with_each_console_driver(family: str, driver: str) -> None:
    """And with none, for a board that is mute; its own name is in it."""
    image = build.image(driver, toolchain=build.find(family), cache=Cache.default())
    check_image(image)
    assert f"{driver}\0".encode() in image.binary


def check_image(image: build.Image) -> None:
    """It is an arm64 Image that fits its window, and its size report adds up."""
    assert image.binary[56:60] == b"ARM\x64"
    assert int.from_bytes(image.binary[16:24], "little") == image.memory_size
    assert image.memory_size <= 0x200000
    assert image.total.file <= len(image.binary)
    for kind in ("text", "rodata", "data", "bss"):
        by_source = sum(getattr(row, kind) for row in image.by_source.values())
        assert by_source == getattr(image.total, kind)
    assert image.by_source["(linker)"].text < 0.1 * image.total.text


def test_floating_point_in_the_core_fails_the_build(toolchain: build.Toolchain, core: Path) -> None:
    """An instruction that no compiler flag prevents (given by its code) is found in the binary.

    The same bytes as data between instructions are none.
    """
    with (core / "arch" / "aarch64" / "head.S").open("a") as file:
        file.write(
            '    .section .head, "ax"\nspoilt:\n    .inst 0x9e6703e0\n    .long 0x9e6703e0\n'
        )

    with pytest.raises(ToolFailedError) as caught:
        build.image("pl011", toolchain=toolchain, core=core)

    (fault,) = caught.value.faults
    assert fault.message.startswith("spoilt: 1 FP or SIMD instructions, first 0x9e6703e0 at 0x")


WRONG = {  # what each compiler takes without a word, and what would not keep it from FP registers
    "gcc": ("-mgeneral-regs-only", "-mcpu=cortex-a53"),
    "clang": ("-mgeneral-regs-only", "-mcpu=cortex-a53"),
    "zig": (
        "-mcpu=generic+el3+el2vmsa+strict_align+reserve_x18-neon-fp_armv8",
        "-mcpu=cortex_a53",  # with -mgeneral-regs-only: Zig does not listen
    ),
}


def test_wrong_flags_fail_the_build(
    toolchain: build.Toolchain, core: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built without the flag that matters, the core has FP instructions, and does not get out."""
    (core / "src" / "a_third.c").write_text("double third(double x) { return x / 3; }\n")
    with (core / "arch" / "aarch64" / "head.S").open("a") as file:
        file.write('    .section .head, "ax"\n    bl third\n')
    right, wrong = WRONG[toolchain.family]

    def flags(given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(wrong if flag == right else flag for flag in given)

    own = recipe._FAMILY_FLAGS[toolchain.family]
    assert right in (*recipe._FLAGS, *own)
    monkeypatch.setattr(recipe, "_FLAGS", flags(recipe._FLAGS))
    monkeypatch.setitem(recipe._FAMILY_FLAGS, toolchain.family, flags(own))

    with pytest.raises(ToolFailedError, match=r"(?m)^third: \d+ FP or SIMD instructions"):
        build.image("pl011", toolchain=toolchain, core=core)


FEATURES = "+v9.3a,+sve2,+sme,+sme-f64,+sme-i64,+crypto,+sha3,+sm4,+fullfp16,+fp16fml,+bf16,+i8mm"
# b, h, s, d, q and v registers, scalable ones, predicates (Arm DDI 0487, section B1.2).
REGISTER = re.compile(
    r"\b(?:[bhsdqvz](?:[12]?\d|3[01])|p(?:\d|1[0-5])|za\w*|fpcr|fpsr)\b", re.IGNORECASE
)
# SVE's counts, and memory copies as LLVM 14 knows them: later than what we build for.
LATER = re.compile(r"(?:[us]q)?(?:inc|dec)[bhwdp]|add[vp]l|rdvl|cnt[bhwd]|cpy|set[gpem]")


def test_the_gate_sees_what_a_disassembler_sees(tmp_path: Path) -> None:
    """Of random instructions it refuses those in which LLVM shows such a register, and no other."""
    words = random.Random(1).sample(range(1 << 32), 40_000)  # noqa: S311 - the same ones each time
    source, file = tmp_path / "words.S", tmp_path / "words.o"
    source.write_text("".join(f".inst {word:#x}\n" for word in words))
    run([*build.find("clang").compiler, "-c", str(source), "-o", str(file)])
    shown = run(["llvm-objdump", "-d", "--no-show-raw-insn", f"--mattr={FEATURES}", str(file)])
    lines = re.findall(r"^ +[0-9a-f]+: +\t?(\S.*)$", shown, re.MULTILINE)

    compared = 0
    for word, line in zip(words, lines, strict=True):
        if not line.startswith("<unknown>") and not LATER.match(line):
            piece = elf.Code(function="f", address=0, data=word.to_bytes(4, "little"))
            assert any(gates._forbidden(piece)) == bool(REGISTER.search(line)), line
            compared += 1
    assert compared > 10_000


def test_x18_is_left_alone(toolchain: build.Toolchain, tmp_path: Path) -> None:
    """Only assembly, which saves it for the guest, touches x18: the light exits do not."""
    file = tmp_path / "hypervisor.elf"
    file.write_bytes(build.image("pl011", toolchain=toolchain, cache=Cache.default()).elf)
    shown = run(["llvm-objdump", "-d", "--no-show-raw-insn", str(file)])

    users = {
        part.partition(">:")[0]
        for part in re.split(r"^[0-9a-f]+ <", shown, flags=re.MULTILINE)
        if re.search(r"\b[xw]18\b", part)
    }
    sources = [path.read_text() for path in recipe.CORE.glob("arch/aarch64/*.c")]
    sources += [path.read_text() for path in recipe.CORE.glob("src/*.c")]
    assert "sync_other" in users
    assert not [name for name in users if any(f"{name}(" in text for text in sources)]


STRICT = ("-Werror", "-Wconversion", "-Wsign-compare", "-O0")  # -O0: it is for the words alone


def test_the_core_has_no_warnings(toolchain: build.Toolchain, tmp_path: Path) -> None:
    """Each source with each driver, by what is asked of new code beside the build's own flags.

    What asks whether a feature is there is compiled with all and with none of them.
    """
    recipes = [recipe.hypervisor("pl011"), recipe.hypervisor("8250", gic=2)]
    recipes += [recipe.hypervisor(driver) for driver in (*console_drivers(), "none")]
    for each in recipes:
        for header, text in each.generated.items():
            (tmp_path / header).write_text(text)
    commands = json.loads(compile_commands(recipes, toolchain, tmp_path))
    sources = {each["file"]: each for each in commands}
    assert len(sources) > 60
    bare, own = [recipe.hypervisor("pl011", features=())], tmp_path / "bare"
    own.mkdir()
    for header, text in bare[0].generated.items():  # its note says what it lacks
        (own / header).write_text(text)
    for each in json.loads(compile_commands(bare, toolchain, own)):
        if "FEATURE_" in (recipe.CORE / each["file"]).read_text():
            sources[f"without/{each['file']}"] = each
    assert len(sources) > 65

    def compiled(name: str) -> str:
        command = sources[name]
        output = tmp_path / f"{name.replace('/', '-')}.o"
        return run(
            [*command["arguments"], *STRICT, "-o", str(output)],
            cwd=Path(command["directory"]),
            environment=toolchain.environment(tmp_path),
        )

    with ThreadPoolExecutor(2) as pool:
        assert "".join(pool.map(compiled, sources)) == ""


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
    other = Path(shutil.copytree(firmware, tmp_path / "another place"))

    assert (
        build.firmware(firmware, toolchain=toolchain).elf_sha256
        == build.firmware(other, toolchain=toolchain).elf_sha256
    )


def test_a_space_in_a_folders_name_costs_no_cache(
    toolchain: build.Toolchain, firmware: Path, tmp_path: Path
) -> None:
    """The compiler's list of headers is read as make would: the firmware's own are its own."""
    cache = Cache(tmp_path / "a cache")
    spaced = Path(shutil.copytree(firmware, tmp_path / "my phone" / "firm ware"))
    (spaced / "step.h").write_text("#define STEP 1u\n")
    (spaced / "main.c").write_text('#include "step.h"\n' + MAIN.replace("+=", "+= STEP +"))

    build.firmware(spaced, toolchain=toolchain, cache=cache)

    (kept,) = (cache.root / "results").iterdir()
    assert kept.name.startswith("firmware-")


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
