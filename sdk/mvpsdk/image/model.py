# SPDX-License-Identifier: Apache-2.0
"""What can be read out of an image's bytes, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.image.code import Code
    from mvpsdk.image.container import Container
    from mvpsdk.image.contents import Contents
    from mvpsdk.image.drivers import Configuration, Drivers
    from mvpsdk.image.flat import Flat
    from mvpsdk.image.layouts import Layouts
    from mvpsdk.image.pe import Pe
    from mvpsdk.image.views import Views

__all__ = ["AbiNote", "Arm64Header", "Elf", "ImageFacts", "Segment", "Stop"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm64Header:
    """The 64 bytes at the start of an arm64 kernel (Linux Documentation/arch/arm64/booting)."""

    text_offset: int  # bytes above a 2 MiB boundary
    image_size: int  # bytes in memory, BSS included
    flags: int
    reserved: tuple[int, int, int]  # must be zero

    @property
    def big_endian(self) -> bool:
        """Bit 0 of the flags."""
        return bool(self.flags & 1)

    @property
    def page_size(self) -> int:
        """Bits 1 and 2 of the flags: the kernel's page size in bytes; 0: not said."""
        return (0, 4096, 16384, 65536)[self.flags >> 1 & 3]

    @property
    def anywhere(self) -> bool:
        """Bit 3 of the flags: RAM below the image may be used too."""
        return bool(self.flags & 8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A PT_LOAD program header of an ELF file."""

    index: int  # among all program headers
    virtual: int  # p_vaddr
    physical: int  # p_paddr
    offset: int  # in the file
    file_size: int
    memory_size: int
    align: int
    readable: bool
    writable: bool
    executable: bool
    sha256: str  # of the file_size bytes; "": they are not all in the file


@dataclass(frozen=True, kw_only=True, slots=True)
class Elf:
    """An ELF file's headers."""

    bits: Literal[32, 64]
    big_endian: bool
    type: str  # "EXEC", "DYN", "REL", "CORE" or a number
    machine: str  # "AARCH64", "ARM", "X86_64", ... or a number
    entry: int
    segments: tuple[Segment, ...]
    relocations: int  # dynamic relocations that something must apply before or at entry
    foreign_relocations: int  # those that are not R_AARCH64_RELATIVE: a symbol must be looked up
    interpreter: str  # PT_INTERP; "": none
    needed: tuple[str, ...]  # shared libraries


@dataclass(frozen=True, kw_only=True, slots=True)
class AbiNote:
    """The `MVPABI` block that an image carries (include/mvp/abi.h)."""

    offset: int  # in the file
    role: int
    psci_conduits: int
    abi_major: int
    abi_minor: int
    features: int
    calls: int
    vgic_versions: int
    page_sizes: int
    linked_ipa: int
    layouts: str  # SHA-256, hexadecimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A reader that did not get through a file."""

    reader: str  # by its name in `readers`
    failure: Literal["crashed", "timed out", "out of memory", "failed", "missing"]
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFacts:
    """What one image file is. Nothing here is a judgement: that is the linter's task.

    What stands behind `stopped` takes a while to be found, and is there only if `open_all` was
    asked for it.
    """

    path: Path
    role: str  # "realtime", "NAME/kernel", "NAME/ramdisk", "NAME/rom", "NAME/vars"
    size: int  # bytes
    sha256: str
    format: str  # "arm64-image", "elf", "cpio", a wrapper's name such as "gzip", or "unknown"
    architecture: str  # "arm64", "arm", "x86-64", ...; "": the format doesn't say
    arm64: Arm64Header | None = None
    elf: Elf | None = None
    note: AbiNote | None = None
    writable_code: tuple[str, ...] = ()  # PE sections that want to be written and executed
    code: Code | None = None  # what its instructions say; None: it holds none for A64
    flat: Flat | None = None  # what it holds in memory; None: nobody asks
    layouts: Layouts | None = None  # of the shared structs; None: it has no debug information
    traces: tuple[str, ...] = ()  # of one's own image: paths and days of its build
    drivers: Drivers | None = None  # what a program can drive; None: it is none for A64
    configuration: Configuration | None = None  # of a kernel, if this is that file
    faults: tuple[str, ...] = ()  # why something is unparsable, truncated or contradicts itself
    stopped: tuple[Stop, ...] = ()  # readers that the file has stopped
    views: Views | None = None  # what the ELF parsers say; None: not asked, or no ELF file
    contents: Contents | None = None  # what is inside a kernel or a ramdisk
    pe: Pe | None = None  # what lief says of a PE file
    container: Container | None = None  # what parts the file has; None: it is no container
    inside: ImageFacts | None = None  # the kernel in it, as if it lay here unpacked

    @property
    def memory_size(self) -> int:
        """Bytes that it takes at run time: an arm64 kernel clears its BSS past the file's end."""
        return max(self.size, self.arm64.image_size) if self.arm64 else self.size
