# SPDX-License-Identifier: Apache-2.0
"""A handset whose hypervisor is a stand-in, so that commands can be called without a compiler."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import acme
from mvpsdk import build
from mvpsdk_cli import schemas
from mvpsdk_cli.main import main

if TYPE_CHECKING:
    import pytest

HANDSET = """\
[handset]
name = "one"
version = "1.0.0"
boards = [{boards}]

[[persona]]
name = "work"
kernel = {kernel}
ramdisk = "initrd"
memory = "{memory}"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
{more}
"""
MISSING = '"missing"'


def arm64_image(size: int) -> bytes:
    """An arm64 Image of so many bytes."""
    return acme.arm64_head(size).ljust(size, b"k")


def stand_in(name: str) -> build.Image:
    """A program that nobody compiled."""
    made = acme.stand_in(arm64_image(4096))
    return replace(
        made,
        name=name,
        elf=b"elf",
        memory_size=5000,
        total=build.Sizes(text=4000, bss=900),
        by_source={"core/src/pack.c": build.Sizes(text=4000, bss=900)},
        toolchain="gcc 1",
        sources="ab" * 32,
        recipe=replace(made.recipe, name=name),
    )


def write_handset(
    *,
    boards: str = '"qemu-virt"',
    kernel: str = '"linux"',
    memory: str = "32 MiB",
    more: str = "",
) -> None:
    """Write a handset and its images into the working directory."""
    Path("linux").write_bytes(arm64_image(70_000))
    Path("initrd").write_bytes(b"\x1f\x8b\x08" + bytes(5000))
    text = HANDSET.format(boards=boards, kernel=kernel, memory=memory, more=more)
    Path("handset.toml").write_text(text)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a call."""
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What a call prints with --format json."""
    _, out, _ = run(capsys, *words, "--format", "json")
    parsed: dict[str, Any] = json.loads(out)
    return parsed


def matches(found: dict[str, Any]) -> bool:
    """Whether a report has just the keys that its published schema names."""
    name = found["schema"].partition(".")[2].partition("/")[0]
    return set(schemas.schema(name)["properties"]) == set(found)


def firmware_elf() -> bytes:
    """A static position-independent ELF for AArch64 with one segment."""
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 183, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 120, 4096, 4096)


def bundled(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Makes x.itb."""
    handset()
    assert run(capsys, "bundle", ".", "-o", "x.itb", "--unsigned")[0] == 0
