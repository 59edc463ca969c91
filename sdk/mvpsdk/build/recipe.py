# SPDX-License-Identifier: Apache-2.0
"""What is compiled, with which flags: everything that decides the bytes which come out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mvpsdk.abi.features import CHOICES, present
from mvpsdk.build.features import SOURCES
from mvpsdk.build.notes import guest_note, hypervisor_note
from mvpsdk.core import fingerprint
from mvpsdk.core.drivers import console_drivers, gic_drivers
from mvpsdk.errors import InputError, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from mvpsdk.build.toolchain import Toolchain

__all__ = ["CORE", "Recipe", "Source", "firmware", "guest", "hypervisor"]

CORE: Path = fingerprint.CORE

_FLAGS = (
    "-std=c11",
    "-g",
    "-Wall",
    "-Wextra",
    "-mgeneral-regs-only",  # no FP or SIMD register: they are the guest's
    "-mstrict-align",  # before the MMU is on, an unaligned access faults
    "-ffixed-x18",  # the core's exits save what C may change, and x18 is not among it (vectors.S)
    "-mbranch-protection=none",
    "-ffreestanding",
    "-fPIE",
    "-fvisibility=hidden",
    "-fomit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-common",
    "-fomit-frame-pointer",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fno-strict-aliasing",
    "-fno-delete-null-pointer-checks",  # address 0 may be memory
    "-U_FORTIFY_SOURCE",
)
_FAMILY_FLAGS = {
    # GCC would turn the loop inside memset into a call of memset, atomics into calls of libgcc.
    "gcc": (
        "-march=armv8-a",
        "-fno-tree-loop-distribute-patterns",
        "-mno-outline-atomics",
        "-fno-stack-clash-protection",
    ),
    "clang": ("-march=armv8-a", "-mno-outline-atomics", "-Wno-unused-command-line-argument"),
    # Zig knows no -march, and hands on its own list of features behind what the -m options above
    # said, so they must be said here again. "generic" lacks EL2's and EL3's registers and calls.
    "zig": (
        "-mcpu=generic+el3+el2vmsa+strict_align+reserve_x18-neon-fp_armv8",
        "-mno-outline-atomics",
        "-fno-sanitize=all",
        "-Wno-unused-command-line-argument",
    ),
}
_LINK_FLAGS = (
    "-pie",
    "-static",
    "--no-dynamic-linker",
    "--gc-sections",
    "--build-id=none",
    "-znorelro",
    "-ztext",
    "-znoexecstack",
    "-zmax-page-size=4096",
)
_SUFFIXES = {".c", ".S"}
_NOTE = "rt/note.c"  # the ABI note, which every guest carries
_SMALL, _FAST = "-Os", "-O2"
_NEAR = "-mcmodel=tiny"  # GCC's, within 1 MiB: an address of one's own takes one instruction
_HOT = frozenset(
    {
        "arch/aarch64/gic.c",
        "src/call.c",
        "src/gicc2.c",
        "src/mmio.c",
        "src/trap.c",
        "src/vgic_dist.c",
    }
)
"""What a guest waits for at each exit is compiled to be fast; all else to be small."""

_LRS = """\
#define LR_READ(cpu, n) arch_lr_read(n)
#define LR_WRITE(cpu, n, value) arch_lr_write(n, value)
#define LR_EMPTY(cpu) arch_lr_empty()
#define LR_UNDERFLOW(cpu, on) arch_lr_underflow(on)
#define LR_CHANGED(cpu) ((void)0)
"""
_SOFT_LRS = """\
#define LR_READ(cpu, n) gicc2_lr_read(cpu, n)
#define LR_WRITE(cpu, n, value) gicc2_lr_write(cpu, n, value)
#define LR_EMPTY(cpu) gicc2_lr_empty(cpu)
#define LR_UNDERFLOW(cpu, on) gicc2_lr_underflow(cpu, on)
#define LR_CHANGED(cpu) gicc2_changed(cpu)
"""
"""List registers: the hardware's alone, or each vCPU's own kind (src/gicc2.h)."""
NOT_OURS = frozenset(("src/crc32.c", "src/gpt.c", "src/slots.c"))
"""What firmware and the host have of the core's sources: the hypervisor knows no disk."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A file to compile: its name inside a folder."""

    name: str  # with forward slashes: "src/pack.c"
    folder: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One program: its sources, and what decides the bytes that come out of them."""

    name: str  # "hypervisor" or "firmware"
    sources: tuple[Source, ...]
    includes: tuple[Path, ...]
    script: Path  # the linker's
    entry: str  # symbol
    names: Mapping[Path, str]  # what a folder is called in debug information, wherever it lies
    generated: Mapping[str, str] = field(default_factory=dict)  # headers made by the build
    hot: frozenset[str] | None = None  # sources to compile for speed, the rest for size; None: all
    features: tuple[str, ...] = ()  # that are in
    without: tuple[str, ...] = ()  # that are left out, of those in src/optional.h
    fingerprint: str = ""  # of the portable sources, hexadecimal; "": it is not compiled in

    def compile_flags(self, toolchain: Toolchain, generated: Path) -> list[str]:
        """Return the compiler's flags; `generated` is the folder of the headers made here."""
        folders = [*self.includes, *([generated] if self.generated else [])]
        maps = [f"-ffile-prefix-map={path}={name}" for path, name in self.names.items()]
        return [
            *_FLAGS,
            *_FAMILY_FLAGS[toolchain.family],
            *maps,
            *(f"-DFEATURE_{_macro(name)}=0" for name in self.without),
            *(f"-DWITHOUT_{_macro(name)}" for name in self.without),  # no #if in headers
            *(f"-I{folder}" for folder in folders),
        ]

    def source_flags(self, source: Source, toolchain: Toolchain) -> list[str]:
        """Return the flags of one source, to be compiled inside its folder."""
        fast = self.hot is None or source.name in self.hot
        own = [_FAST if fast else _SMALL, "-c", source.name]
        if toolchain.family == "gcc":
            return own if self.hot is None else [_NEAR, *own]
        # Clang's assembler does not map the folder it runs in.
        return [f"-fdebug-compilation-dir={self.names[source.folder]}", *own]

    def link_flags(self) -> list[str]:
        """Return the linker's flags."""
        return [*_LINK_FLAGS, f"--entry={self.entry}", f"--script={self.script}"]

    def key(self, toolchain: Toolchain) -> str:
        """Return a digest of everything that decides the result; of no path on this machine."""
        flags = [*_FLAGS, *_FAMILY_FLAGS[toolchain.family], *_LINK_FLAGS]
        words = [self.name, self.entry, *flags, _NEAR, _SMALL, _FAST, *sorted(self.hot or ())]
        words += ["without", *self.without]
        text = "\0".join([toolchain.identity, self.digest(), *words])
        return hashlib.sha256(text.encode()).hexdigest()

    def digest(self) -> str:
        """Return the SHA-256 over all sources, whether or not they made it into the program."""
        total = hashlib.sha256()
        for name, content in self._contents():
            total.update(f"\0{name}\0{len(content)}\0".encode())
            total.update(content)
        return total.hexdigest()

    def object(self, source: Source) -> str:
        """Return a source's name with its folder's before it: `core/src/pack.c`."""
        return f"{self.names[source.folder]}/{source.name}"

    def covers(self, path: Path) -> bool:
        """Tell whether `key` takes account of this file."""
        return any(path.is_relative_to(folder) for folder in self.names)

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        """Names and contents of every file that may matter, in a fixed order."""
        yield from ((name, text.encode()) for name, text in sorted(self.generated.items()))
        for source in self.sources:
            yield f"source {self.object(source)}", b""
        for folder, name in sorted(self.names.items(), key=lambda item: item[1]):
            for path in _all_files(folder):
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _macro(feature: str) -> str:
    return feature.upper().replace("-", "_")


def _features(*, trace: bool, soft: bool) -> str:
    """Return build_features.h: what is called where a feature is on; off, it is nothing."""
    nothing = "((void)0)"
    point, tail = ("trace_add(event, vcpu, value)", "trace_tail()") if trace else (nothing, nothing)
    trace_on = f"#define TRACE(event, vcpu, value) {point}\n#define TRACE_TAIL() {tail}\n"
    return trace_on + (_SOFT_LRS if soft else _LRS)


def hypervisor(
    driver: str,
    core: Path = CORE,
    *,
    gic: int = 3,
    features: Collection[str] = CHOICES,
    trace: bool = False,
) -> Recipe:
    """Return the recipe of the hypervisor for boards with this console driver ("none": mute).

    gic: the version of the board's GIC. features: of CHOICES, the others are left out. trace: a
    panic tells what happened before it. Raises InputError if there is no such driver or feature.
    """
    if gic not in gic_drivers(core):
        there = ", ".join(str(version) for version in gic_drivers(core))
        raise InputError(f"there is no driver for GIC version {gic}", hint=f"there are: {there}")
    if driver not in (*console_drivers(core), "none"):
        hint = f"there are: {', '.join([*console_drivers(core), 'none'])}"
        raise InputError(f"there is no console driver {driver}", hint=hint)
    interrupts = f"drivers/gic_v{gic}"
    console = "drivers/mute.c" if driver == "none" else f"drivers/console_{driver}.c"
    patterns = ["src/*.c", "arch/aarch64/*.[cS]", f"{interrupts}/*.[cS]", console]
    value = fingerprint.digest(core)
    names = (path.relative_to(core).as_posix() for text in patterns for path in core.glob(text))
    inside = present(features, gic)
    without = tuple(sorted(SOURCES.keys() - inside))
    left_out = NOT_OURS | {name for feature in without for name in SOURCES[feature]}
    return Recipe(
        name="hypervisor",
        sources=tuple(sorted(Source(name, core) for name in names if name not in left_out)),
        includes=(core / "include", core / "src", core / "arch" / "aarch64", core / interrupts),
        script=core / "arch" / "aarch64" / "link.ld",
        entry="_head",
        names={core: "core"},
        hot=_HOT,
        features=tuple(sorted(inside | ({"trace"} if trace else set()))),
        without=without,
        generated={
            "console_name.h": f'#define CONSOLE_NAME "{driver}"\n',
            "build_features.h": _features(trace=trace, soft="soft-gic" in inside),
            "fingerprint_value.h": fingerprint.header(value),
            "note_value.h": hypervisor_note(gic, inside),
        },
        fingerprint=value.hex(),
    )


def firmware(folder: Path, core: Path = CORE) -> Recipe:
    """Return the recipe of realtime firmware: a folder's C and assembly on the runtime library.

    Raises InputError if the folder holds no sources.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        hint = "realtime.source names the folder of the firmware's sources"
        raise InputError("there is no such folder", place=Place(file=str(folder)), hint=hint)
    own = [Source(_inside(path, folder), folder) for path in _sources(_all_files(folder))]
    if not own:
        hint = "put the firmware's .c and .S files there"
        raise InputError("no C or assembly in it", place=Place(file=str(folder)), hint=hint)
    runtime = [Source(_inside(path, core), core) for path in _sources((core / "rt").iterdir())]
    return Recipe(
        name="firmware",
        sources=tuple(sorted(own + runtime)),
        includes=(folder, core / "include", core / "rt"),
        script=core / "rt" / "rt.ld",
        entry="_start",
        names={folder: "firmware", core: "core"},
        generated={"note_value.h": guest_note()},
    )


def guest(folder: Path, shared: Mapping[Path, str], core: Path = CORE) -> Recipe:
    """Return the recipe of an operating system's arm64 Image, which relocates itself.

    Its sources and its `guest.ld` stand in `folder`. shared: folders of what they include, by the
    names that debug information has for them.
    """
    folder = folder.resolve()
    sources = [Source(_inside(path, folder), folder) for path in _sources(_all_files(folder))]
    sources += [Source(name, core) for name in [_NOTE] if (core / name).is_file()]
    return Recipe(
        name="guest",
        sources=tuple(sorted(sources)),
        includes=(folder, core / "include"),
        script=folder / "guest.ld",
        entry="_head",
        names={folder: "guest", core: "core", **shared},
        generated={"note_value.h": guest_note()},
    )


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sources(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.suffix in _SUFFIXES)


def _all_files(folder: Path) -> list[Path]:
    """Every file below a folder, hidden ones and Python's own left out, in a fixed order."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and not _ignored(path.relative_to(folder))
    ]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _ignored(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts) or path.suffix in (
        ".py",
        ".so",
        ".o",
    )
