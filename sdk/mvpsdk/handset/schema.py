# SPDX-License-Identifier: Apache-2.0
"""The form of a `handset.toml`, including what a later version will do with it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from mvpsdk.document.schema import Duration, Model, Name, Size

__all__ = ["HandsetFile", "InputTable", "PersonaTable"]

Line = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[ -~]+$")]
PartitionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=15)]
CommandLine = Annotated[
    str, Field(max_length=2047, pattern=r"^[ -~]*$")
]  # Linux takes 2048 with NUL
Path = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]


class InputTable(Model):
    """A file: `"path"`, or `{ path = … }`, or `{ url = … }`, each with an optional `sha256`."""

    path: Path | None = None
    url: Annotated[str, Field(pattern=r"^(https?|file)://[!-~]+$")] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> InputTable:
        if (self.path is None) == (self.url is None):
            raise ValueError('give either a path or a url: "file" or { url = "…", sha256 = "…" }')
        return self


def _as_table(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


Input = Annotated[InputTable, BeforeValidator(_as_table)]


class HandsetTable(Model):
    """`[handset]`: the product."""

    name: Name
    version: Line
    boards: Annotated[list[Name], Field(min_length=1)]
    rollback_index: Annotated[int, Field(ge=0, lt=1 << 63)] = 0


class RealtimeTable(Model):
    """`[realtime]`: the phone maker's firmware."""

    image: Input | None = None
    source: Path | None = None
    memory: Size
    map: Literal["direct", "virtual"] = "direct"
    cpu: Annotated[int, Field(ge=0)] = 0
    priority: Annotated[int, Field(ge=0, le=99, description="0 is highest")] = 10
    devices: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_origin(self) -> RealtimeTable:
        if (self.image is None) == (self.source is None):
            raise ValueError("give either image (a built ELF) or source (a folder to build)")
        return self


class PersonaTable(Model):
    """`[[persona]]`: a guest operating system."""

    name: PartitionName
    kernel: Input
    format: Literal["image", "raw", "rom"] = Field(
        default="image",
        description="image: an arm64 Image; raw: entered at its first byte; rom: boot firmware",
    )
    ramdisk: Input | None = None
    command_line: CommandLine = ""
    memory: Size
    cpus: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = Field(
        default_factory=lambda: [0]
    )
    vgic: Literal["board", 2, 3] = "board"
    restart: Literal["never", "on-crash", "always"] = "on-crash"


class BootTable(Model):
    """`[boot]`: which persona starts, and who decides."""

    mode: Literal["exclusive", "concurrent"] = "exclusive"
    default: PartitionName | None = Field(default=None, description="default: the first persona")
    menu_timeout: Duration = 0
    schedule: list[dict[str, Any]] = Field(default_factory=list)


class AllowTable(Model):
    """`[[allow]]`: an exception to a lint rule."""

    rule: Annotated[str, Field(pattern=r"^[A-Z]{3}[0-9]{3}$")]
    at: str = ""
    reason: Annotated[str, Field(min_length=1)]
    until: dt.date | None = None


class HandsetFile(Model):
    """A whole `handset.toml`: these boards, this firmware, these personas."""

    handset: HandsetTable
    realtime: RealtimeTable | None = None
    persona: list[PersonaTable] = Field(default_factory=list)
    boot: BootTable = BootTable()
    channel: list[dict[str, Any]] = Field(default_factory=list)
    allow: list[AllowTable] = Field(default_factory=list)
    on: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="what differs on one board, in the same form"
    )
