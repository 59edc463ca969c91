# SPDX-License-Identifier: Apache-2.0
"""Which of the virtual handset's devices a program has drivers for, and a kernel's configuration.

Drivers are told by what they match: a string of the device tree's, with its NUL, or for devices on
the AMBA bus, which Linux matches by their own ids, the driver's name. A kernel's configuration is
in the kernel itself (CONFIG_IKCONFIG), or in a file beside it.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.units import MIB

if TYPE_CHECKING:
    import mmap

__all__ = ["PROBES", "Configuration", "Drivers", "read_configuration", "read_drivers"]

PROBES = {
    "gic-v2": (b"arm,gic-400\0", b"arm,cortex-a15-gic\0"),
    "gic-v3": (b"arm,gic-v3\0",),
    "psci": (b"arm,psci-1.0\0", b"arm,psci-0.2\0"),
    "timer": (b"arm,armv8-timer\0",),
    "pl011": (b"arm,pl011\0",),
    "pl031": (b"rtc-pl031\0",),
    "pl061": (b"pl061_gpio\0",),
    "gpio-keys": (b"gpio-keys\0",),
}
"""By the device that the virtual handset offers: strings of which its driver has one."""

OPTIONS = frozenset(
    {
        *("BLK_DEV_INITRD", "RD_GZIP", "RD_BZIP2", "RD_LZMA", "RD_XZ", "RD_LZO", "RD_LZ4"),
        *("RD_ZSTD", "INITRAMFS_SOURCE", "CMDLINE", "CMDLINE_EXTEND", "CMDLINE_FORCE"),
        *("ARM_GIC", "ARM_GIC_V3", "ARM_PSCI_FW", "ARM_ARCH_TIMER", "SERIAL_AMBA_PL011"),
        *("SERIAL_AMBA_PL011_CONSOLE", "RTC_DRV_PL031", "GPIO_PL061", "KEYBOARD_GPIO"),
    }
)
"""What is kept of a configuration."""

_IN_KERNEL = b"IKCFG_ST\x1f\x8b"  # kernel/configs.c: a marker, then gzip
_MARKER = 8  # bytes
_LARGEST = 4 * MIB
_VERSION = re.compile(r"^# Linux/\S+ (\S+) Kernel Configuration$", re.MULTILINE)
_LINE = re.compile(r'^CONFIG_(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """A kernel's configuration, as far as it matters here."""

    version: str  # of the kernel, by the file's first lines: "6.1.176"
    options: tuple[tuple[str, str], ...]  # name and value; "n": it is not set


@dataclass(frozen=True, kw_only=True, slots=True)
class Drivers:
    """What a program can drive."""

    built_in: tuple[str, ...]  # names of PROBES
    configuration: Configuration | None = None  # None: it does not carry one


def read_drivers(data: bytes | mmap.mmap) -> Drivers:
    """Look for drivers in a program, and for a kernel's configuration."""
    return Drivers(
        built_in=tuple(
            name
            for name, strings in PROBES.items()
            if any(data.find(string) >= 0 for string in strings)
        ),
        configuration=_carried(data),
    )


def _carried(data: bytes | mmap.mmap) -> Configuration | None:
    at = data.find(_IN_KERNEL)
    return read_configuration(data[at + _MARKER : at + _MARKER + _LARGEST]) if at >= 0 else None


def read_configuration(data: bytes) -> Configuration | None:
    """Read a whole `.config`, packed with gzip or not; None if this is none.

    A defconfig is not whole: what it does not name has a default that only Kconfig knows.
    """
    text = _unpacked(data).decode("utf-8", "replace")
    version = _VERSION.search(text)
    if not version:
        return None
    found = {
        name: string or value for name, string, value in _LINE.findall(text) if name in OPTIONS
    }
    return Configuration(
        version=version[1],
        options=tuple((name, found.get(name, "n")) for name in sorted(OPTIONS)),
    )


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data[:_LARGEST]
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _LARGEST)
    except zlib.error:
        return b""
