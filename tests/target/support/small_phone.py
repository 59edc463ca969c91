# SPDX-License-Identifier: Apache-2.0
"""A small handset, signed with the published test keys: firmware and a persona that say they live.

Its files are those of tests/target/defects; a boot is over, or refused, in a second.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import seeding
from mvpsdk.store import Cache
from phone import mvpsdk

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["INDEX", "UP", "dated", "handset", "parted", "signed"]

DEFECTS = Path(__file__).parents[1] / "defects"
INDEX = 5
"""Its rollback index."""
UP = r"^up 9$"
"""The persona's last word."""


def handset(folder: Path, cache: Path, index: int = INDEX) -> Path:
    """Make the handset's folder."""
    folder.mkdir(parents=True)
    text = (DEFECTS / "handset.toml").read_text(encoding="utf-8")
    told = text.replace(
        'version = "1.0.0"\n', f'version = "1.0.{index}"\nrollback-index = {index}\n'
    )
    told = told.replace('["qemu-virt"]', '["qemu-virt", "qemu-virt-gicv2", "acme-one"]')
    (folder / "handset.toml").write_text(told, encoding="utf-8")
    made = seeding.firmware("", folder / "build", Cache(cache))
    (folder / "firmware.elf").write_bytes(made)
    seeding.persona(folder / "persona.bin").with_suffix(".elf").unlink()
    shutil.rmtree(folder / "build", ignore_errors=True)
    return folder


def signed(
    handset: Path,
    out: str,
    *,
    cache: Path,
    board: str = "qemu-virt",
    keys: Iterable[str] = ("test:",),
) -> Path:
    """Bundle it for a board, signed; return the bundle, beside the handset's file."""
    signing = [word for key in keys for word in ("--sign", key)] or ["--unsigned"]
    mvpsdk(handset, "bundle", ".", "--board", board, "-o", out, *signing, cache=cache)
    return handset / out


def parted(handset: Path, index: int) -> None:
    """Let its persona be updated apart, by the key vendor.pub beside the handset's file."""
    path = handset / "handset.toml"
    text = path.read_text(encoding="utf-8")
    keys = f'update-key = "vendor.pub"\nupdate-room = "1 MiB"\nupdate-index = {index}\n'
    told = text.replace('memory = "32 MiB"\n', f'memory = "32 MiB"\n{keys}update-least = {index}\n')
    assert told != text
    path.write_text(told, encoding="utf-8")


def dated(handset: Path, index: int) -> None:
    """Give a handset another rollback index."""
    path = handset / "handset.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"rollback-index = \d+", f"rollback-index = {index}", text))
