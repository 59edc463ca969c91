# SPDX-License-Identifier: Apache-2.0
"""A handset with one persona of the maker's and one that its vendor updates."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from phone import mvpsdk
from workshop import EXAMPLE, images

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SYSTEM", "Apart", "made"]

SYSTEM = "images/vendor-os.bin"
"""The vendor's kernel, in the handset's folder."""
HANDSET = """\
[handset]
name = "apart"
version = "1.0.0"
boards = ["qemu-virt"]

[realtime]
source = "firmware/"
memory = "8 MiB"
cpu = 0
priority = 0

[[persona]]
name = "work"
kernel = "images/personal-os.bin"
memory = "16 MiB"

[[persona]]
name = "personal"
kernel = "images/vendor-os.bin"
memory = "16 MiB"
update-key = "vendor.pub"
update-room = "1 MiB"
update-index = 3
update-least = 2

[boot]
mode = "exclusive"
default = "personal"
menu-timeout = "0 s"
"""
BITS = 4096
"""Of the vendors' keys: the most work that the hypervisor can have."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The handset's folder: `phone.itb`, `personal.mvpart`, keys of two vendors."""

    folder: Path
    cache: Path

    def make(self, *words: str) -> None:
        """Call `mvpsdk bundle` for it."""
        mvpsdk(self.folder, "bundle", ".", *words, cache=self.cache)

    def part(self, name: str) -> Path:
        """Make the vendor's part, as it stands there."""
        self.make("--persona", "personal", "-o", name, "--sign", "vendor.key")
        return self.folder / name


def _keys(folder: Path) -> None:
    for name in ("vendor", "other"):
        private = rsa.generate_private_key(65537, BITS)
        form = serialization.PrivateFormat.PKCS8
        plain = serialization.NoEncryption()
        path = folder / f"{name}.key"
        path.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, plain))
        public = serialization.PublicFormat.SubjectPublicKeyInfo
        data = private.public_key().public_bytes(serialization.Encoding.PEM, public)
        path.with_suffix(".pub").write_bytes(data)


def made(folder: Path, cache: Path) -> Apart:
    """Write the handset into a folder, and make bundle and part."""
    ignored = shutil.ignore_patterns("build", "__pycache__")
    shutil.copytree(EXAMPLE / "firmware", folder / "firmware", ignore=ignored)
    (folder / "handset.toml").write_text(HANDSET)
    images(folder / "images", "personal")
    shutil.copy(folder / "images/personal-os.bin", folder / SYSTEM)
    _keys(folder)
    apart = Apart(folder=folder, cache=cache)
    apart.make("-o", "phone.itb", "--sign", "test:")
    apart.part("personal.mvpart")
    return apart
