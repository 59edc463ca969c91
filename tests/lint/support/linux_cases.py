# SPDX-License-Identifier: Apache-2.0
"""What makes zeros look like a Linux kernel: drivers' strings, and a configuration."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from mvpsdk.image.drivers import OPTIONS, PROBES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNSET = ("CMDLINE_EXTEND", "CMDLINE_FORCE")
TEXTS = ("CMDLINE", "INITRAMFS_SOURCE")


def driver_strings(without: Sequence[str]) -> bytes:
    """What the kernel matches its drivers by, NULs included."""
    return b"\0" + b"".join(each[0] for name, each in PROBES.items() if name not in without)


def make_config(*, version: str = "6.1.176", **options: str) -> bytes:
    """A whole .config, in which everything is built in unless it is told otherwise.

    Without a version it is not whole: a defconfig.
    """
    head = f"#\n# Linux/arm64 {version} Kernel Configuration\n#\n" if version else ""
    return (head + "".join(_line(name, options) for name in sorted(OPTIONS))).encode()


def in_kernel(options: Mapping[str, str]) -> bytes:
    """A configuration as CONFIG_IKCONFIG leaves it in the kernel."""
    return b"IKCFG_ST" + gzip.compress(make_config(**options), mtime=0) + b"IKCFG_ED"


def _line(name: str, options: Mapping[str, str]) -> str:
    value = options.get(name, "" if name in TEXTS else "n" if name in UNSET else "y")
    if value == "n":
        return f"# CONFIG_{name} is not set\n"
    return f'CONFIG_{name}="{value}"\n' if name in TEXTS else f"CONFIG_{name}={value}\n"
