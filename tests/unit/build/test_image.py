# SPDX-License-Identifier: Apache-2.0
"""Built images: cached by content, compiled when there is no way around it."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mvpsdk import build
from mvpsdk.build import compile as compiling
from mvpsdk.build import toolchain
from mvpsdk.build.compile import Program
from mvpsdk.build.toolchain import Toolchain
from mvpsdk.errors import MissingToolError, ToolFailedError
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from tests.unit.build.conftest import Write

    from mvpsdk.build.recipe import Recipe

GCC = Toolchain(family="gcc", compiler=("gcc",), linker=("ld",), identity="gcc 1")


NOP = 0xD503201F
MOVI = 0x6F00E400  # movi v0.2d, #0


def tiny_elf(instruction: int = NOP) -> bytes:
    """An ELF file with one PT_LOAD of 80 bytes that are an arm64 Image, and 16 zeros behind.

    The Image's last 16 bytes are the section .text, which consists of this instruction.
    """
    magic = b"\x7fELF\x02\x01\x01"
    header = struct.pack("<16sHHIQQQIHHHHHH", magic, 3, 183, 1, 0, 64, 216, 0, 64, 56, 1, 64, 3, 2)
    load = struct.pack("<IIQQQQQQ", 1, 5, 120, 0, 0, 80, 96, 8)
    head = struct.pack("<IIQQQ24s4sI", 0, 0, 0, 96, 0xA, b"", b"ARM\x64", 0)
    code = struct.pack("<4I", *[instruction] * 4)
    names = b"\0.text\0.names\0"
    sections = [
        struct.pack("<IIQQQQIIQQ", *[0] * 10),
        struct.pack("<IIQQQQIIQQ", 1, 1, 6, 64, 184, 16, 0, 0, 4, 0),
        struct.pack("<IIQQQQIIQQ", 7, 3, 0, 0, 200, len(names), 0, 0, 1, 0),
    ]
    return header + load + head + code + names.ljust(16, b"\0") + b"".join(sections)


class Compiler:
    """Stands in for compiling and linking, and counts."""

    def __init__(self) -> None:
        self.runs = 0
        self.stray: tuple[Path, ...] = ()
        self.elf = tiny_elf()
        self.warnings = ""

    def make(self, _recipe: Recipe, _toolchain: Toolchain) -> Program:
        """Make a program."""
        self.runs += 1
        return Program(
            elf=self.elf,
            map="",
            warnings=self.warnings,
            stray=self.stray,
        )


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    """A compiler that takes no time."""
    fake = Compiler()
    monkeypatch.setattr(compiling, "make", fake.make)
    return fake


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


def test_the_image_is_what_lies_in_memory(core: Path, compiler: Compiler) -> None:
    """The flat binary is the loaded bytes; zeros behind them count in memory only."""
    image = build.image("toy", toolchain=GCC, core=core)

    assert image.binary == tiny_elf()[120:200]
    assert (image.name, image.memory_size, image.toolchain) == ("hypervisor", 96, "gcc 1")
    assert len(image.recipe.fingerprint) == 64
    assert compiler.runs == 1


def test_a_second_build_compiles_nothing(core: Path, compiler: Compiler, cache: Cache) -> None:
    """The cache's answer is the same, to the last field."""
    first = build.image("toy", toolchain=GCC, cache=cache, core=core)

    assert build.image("toy", toolchain=GCC, cache=cache, core=core) == first
    assert compiler.runs == 1


def test_a_change_is_compiled(core: Path, compiler: Compiler, cache: Cache) -> None:
    """Another source, another build."""
    build.image("toy", toolchain=GCC, cache=cache, core=core)
    (core / "src" / "new.c").write_text("")

    build.image("toy", toolchain=GCC, cache=cache, core=core)

    assert compiler.runs == 2


@pytest.mark.parametrize("name", ["binary", "elf", "report.json"])
def test_a_damaged_cache_is_mended(name: str, core: Path, compiler: Compiler, cache: Cache) -> None:
    """What is no longer what it was is built again, and kept."""
    first = build.image("toy", toolchain=GCC, cache=cache, core=core)
    (kept,) = (cache.root / "results").iterdir()
    (kept / name).write_bytes(b"{}")

    assert build.image("toy", toolchain=GCC, cache=cache, core=core) == first
    assert build.image("toy", toolchain=GCC, cache=cache, core=core) == first
    assert compiler.runs == 2


def test_a_build_with_foreign_headers_is_not_kept(
    core: Path, compiler: Compiler, cache: Cache
) -> None:
    """Headers that the key knows nothing of could change unseen."""
    compiler.stray = (Path("/usr/include/x.h"),)

    build.image("toy", toolchain=GCC, cache=cache, core=core)

    assert not (cache.root / "results").exists()


def test_a_cache_that_cannot_be_written_costs_only_time(
    core: Path, compiler: Compiler, caplog: pytest.LogCaptureFixture
) -> None:
    """The build succeeds, and says why it isn't kept."""
    cache = Cache(Path("/proc/nowhere"))

    build.image("toy", toolchain=GCC, cache=cache, core=core)
    build.image("toy", toolchain=GCC, cache=cache, core=core)

    assert compiler.runs == 2
    assert "not cached" in caplog.text


def test_warnings_are_told(
    core: Path, compiler: Compiler, caplog: pytest.LogCaptureFixture
) -> None:
    """What the compiler had to say goes to the log."""
    compiler.warnings = "main.c:1: warning: odd\n"

    build.image("toy", toolchain=GCC, core=core)

    assert "main.c:1: warning: odd" in caplog.text


def test_the_gates_are_closed_to_floating_point(core: Path, compiler: Compiler) -> None:
    """A hypervisor with SIMD instructions does not leave the build; nothing is kept."""
    compiler.elf = tiny_elf(MOVI)

    with pytest.raises(
        ToolFailedError, match="4 FP or SIMD instructions, first 0x6f00e400 at 0x40"
    ):
        build.image("toy", toolchain=GCC, core=core)


def test_firmware_may_be_anything_that_relocates_itself(
    core: Path, compiler: Compiler, write: Write, tmp_path: Path
) -> None:
    """It needs no Image header, and no word about its registers."""
    compiler.elf = tiny_elf(MOVI)
    folder = write(tmp_path / "fw", {"main.c": ""})

    image = build.firmware(folder, toolchain=GCC, core=core)

    assert image.name == "firmware"
    assert image.elf == tiny_elf(MOVI)


def test_without_a_compiler_the_error_says_how_to_get_one(
    core: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine lacks something."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(toolchain, "find_spec", lambda _name: None)

    with pytest.raises(MissingToolError):
        build.image("toy", core=core)


def test_a_folder_gets_what_engineers_need(core: Path, compiler: Compiler, tmp_path: Path) -> None:
    """Binary, ELF, the generated headers, and a compilation database that names every source."""
    image = build.image("toy", toolchain=GCC, core=core)

    paths = build.export(tmp_path / "out" / "deep", [image], GCC)

    assert [path.name for path in paths] == [
        "build_features.h",
        "compile_commands.json",
        "console_name.h",
        "fingerprint_value.h",
        "hypervisor.bin",
        "hypervisor.elf",
        "note_value.h",
    ]
    assert paths[4].read_bytes() == image.binary
    commands = json.loads(paths[1].read_text())
    assert [command["file"] for command in commands] == [
        source.name for source in image.recipe.sources
    ]
    assert f"-I{tmp_path / 'out' / 'deep'}" in commands[0]["arguments"]
    assert compiler.runs == 1


def test_a_folder_that_cannot_be_made_is_named(core: Path, compiler: Compiler) -> None:
    """An output folder where none can be is an error, not a traceback."""
    image = build.image("toy", toolchain=GCC, core=core)

    with pytest.raises(Exception, match="can't write") as caught:
        build.export(Path("/proc/out"), [image], GCC)

    assert type(caught.value).__name__ == "InputError"
    assert compiler.runs == 1
