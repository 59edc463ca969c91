# SPDX-License-Identifier: Apache-2.0
"""The form of a `handset.toml`, including what a later version will do with it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from mvpsdk.document.schema import Duration, Model, Name, Size
from mvpsdk.units import KIB

__all__ = ["HandsetFile", "InputTable", "PersonaTable"]

Line = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[ -~]+$")]
PartitionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=15)]
CommandLine = Annotated[
    str, Field(max_length=2047, pattern=r"^[ -~]*$")
]  # Linux takes 2048 with NUL
Index = Annotated[int, Field(ge=0, lt=1 << 63)]
Wx = Literal["warn", "enforce"]

POWER = "it has a power key and a ring line, at a PL061, and may suspend itself"
UPDATE_KEY = (
    "its images are no part of the bundle but a file of their own, which the owner of this RSA key"
    " signs; a public key or a certificate, PEM"
)
SYMBOLS = "the ELF file that a stripped or raw image was made of, for lint; it goes into no bundle"
WX = "what lint says of memory that the image wants both writable and executable"
Path = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]


class InputTable(Model):
    """A file: `"path"`, or a table that says where it comes from and, if wanted, its `sha256`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["path"]}, {"required": ["url"]}, {"required": ["deb"]}],
            "dependentRequired": {"deb": ["member"]},
            "dependentSchemas": {"path": {"properties": {"member": False}}},
        }
    )  # for editors: what _one_place says

    path: Path | None = Field(default=None, description="on this machine")
    url: Annotated[str, Field(pattern=r"^(https?|file)://[!-~]+$")] | None = Field(
        default=None, description="where it is downloaded"
    )
    deb: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]+(:[a-z0-9-]+)?$")] | None = Field(
        default=None, description="the package of Debian's that it is in; apt says where that is"
    )
    member: Path | None = Field(
        default=None, description="the file in that package, or in a .deb or a tar at the url"
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="of the file that goes in; default: the lock says it"
    )

    @model_validator(mode="after")
    def _one_place(self) -> InputTable:
        if sum(each is not None for each in (self.path, self.url, self.deb)) != 1:
            raise ValueError(
                'give one of path, url and deb: "file" or { url = "…", sha256 = "…" }'
                ' or { deb = "package", member = "…" }'
            )
        if self.deb is not None and self.member is None:
            raise ValueError("say by member which file of the package is meant")
        if self.path is not None and self.member is not None:
            raise ValueError("member goes with url or deb; unpack what is on this machine yourself")
        return self


def _as_table(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


Input = Annotated[InputTable, BeforeValidator(_as_table, json_schema_input_type=Path | InputTable)]


class HandsetTable(Model):
    """`[handset]`: the product."""

    name: Name
    version: Line = Field(description="of the product, as the bundle will say it")
    boards: Annotated[list[Name], Field(min_length=1, description="which phones it is for")]
    rollback_index: Annotated[int, Field(ge=0, lt=1 << 32)] = Field(
        default=0, description="told in the pack and the manifest; nothing compares it yet"
    )


class RealtimeTable(Model):
    """`[realtime]`: the phone maker's firmware."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["image"]}, {"required": ["source"]}]}
    )  # for editors: what _one_origin says

    image: Input | None = Field(default=None, description="a static PIE, an ELF file")
    symbols: Input | None = Field(default=None, description=SYMBOLS)
    source: Path | None = Field(
        default=None, description="or a folder of C and assembly, built on the runtime library"
    )
    memory: Size = Field(description="RAM, its device tree included")
    map: Literal["direct", "virtual"] = Field(
        default="direct", description="direct: guest addresses are physical ones"
    )
    cpu: Annotated[int, Field(ge=0)] = Field(default=0, description="the core that it runs on")
    priority: Annotated[int, Field(ge=0, le=99)] = Field(
        default=10, description="0 is highest; personas have 100"
    )
    devices: list[Name] = Field(
        default_factory=list, description="names of the board's devices that it owns"
    )
    wx: Wx = Field(default="warn", description=WX)

    @model_validator(mode="after")
    def _one_origin(self) -> RealtimeTable:
        if (self.image is None) == (self.source is None):
            raise ValueError("give either image (a built ELF) or source (a folder to build)")
        if self.source is not None and self.symbols is not None:
            raise ValueError("symbols goes with image: what is built here has its own")
        return self


class PersonaTable(Model):
    """`[[persona]]`: a guest operating system, or boot firmware that starts one."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {
                "update-key": ["update-room"],
                "update-room": ["update-key"],
                "update-index": ["update-key"],
                "update-least": ["update-key"],
            },
            "if": {"properties": {"format": {"const": "rom"}}, "required": ["format"]},
            "then": {
                "required": ["rom"],
                "properties": {"kernel": False, "kernel-config": False, "ramdisk": False},
            },
            "else": {
                "required": ["kernel"],
                "properties": {"rom": False, "vars": False, "vars-size": False},
            },
        }
    )  # for editors: what _one_start and _key_and_room say

    name: PartitionName = Field(description="as it stands before its lines on the console")
    symbols: Input | None = Field(default=None, description=SYMBOLS)
    kernel: Input | None = Field(default=None, description="the operating system's image")
    format: Literal["image", "raw", "rom"] = Field(
        default="image",
        description="image: an arm64 Image; raw: entered at its first byte; rom: boot firmware",
    )
    kernel_config: Input | None = Field(
        default=None, description="the kernel's .config, for lint; it goes into no bundle"
    )
    ramdisk: Input | None = Field(default=None, description="its initial RAM disk")
    rom: Input | None = Field(
        default=None,
        description="in place of a kernel: boot firmware, in the first bank of NOR flash",
    )
    vars: Input | None = Field(
        default=None, description="what the second bank holds at first; default: it is erased"
    )
    vars_size: Size = Field(
        default=768 * KIB, description="of the second bank, what can be written; at most 64 MiB"
    )
    command_line: CommandLine = Field(default="", description="/chosen/bootargs of its tree")
    memory: Size = Field(description="RAM")
    cpus: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = Field(
        default_factory=lambda: [0], description="the core of each virtual CPU; default: [0]"
    )
    vgic: Literal["board", 2, 3] = Field(
        default="board",
        description="version of its GIC: 2 on every board, 3 on a GICv3; board: the board's own",
    )
    restart: Literal["never", "on-crash", "always"] = Field(
        default="on-crash", description="when it starts again from its pristine image"
    )
    rtc: bool = Field(default=True, description="it has a real-time clock, a PL031")
    power: bool = Field(default=False, description=POWER)
    wx: Wx = Field(default="warn", description=WX)
    update_key: Path | None = Field(default=None, description=UPDATE_KEY)
    update_room: Size | None = Field(
        default=None, description="with update-key: how large that part may become, in whole pages"
    )
    update_index: Index = Field(
        default=0, description="with update-key: the rollback index of its part, its vendor's own"
    )
    update_least: Index = Field(
        default=0, description="with update-key: the lowest update-index that this bundle starts"
    )

    @model_validator(mode="after")
    def _key_and_room(self) -> PersonaTable:
        if (self.update_key is None) != (self.update_room is None):
            raise ValueError(
                "update-key and update-room go together: whose part it is, and how large it may be"
            )
        if self.update_key is None and self.model_fields_set & {"update_index", "update_least"}:
            raise ValueError("update-index and update-least are of a persona that has update-key")
        return self

    @model_validator(mode="after")
    def _one_start(self) -> PersonaTable:
        is_rom = self.format == "rom"
        wanted, other = ("rom", "kernel") if is_rom else ("kernel", "rom")
        if getattr(self, wanted) is None:
            raise ValueError(f'format = "{self.format}" needs {wanted}')
        extra = ("kernel", "kernel_config", "ramdisk") if is_rom else ("rom", "vars", "vars_size")
        given = [name.replace("_", "-") for name in extra if name in self.model_fields_set]
        if given:
            raise ValueError(
                f'{" and ".join(given)} can\'t be given with format = "{self.format}":'
                f" a persona starts with {wanted} or with {other}"
            )
        return self


class BootTable(Model):
    """`[boot]`: which persona starts, and who decides."""

    mode: Literal["exclusive", "concurrent"] = Field(
        default="exclusive", description="exclusive: one at a time, in the same RAM"
    )
    default: PartitionName | None = Field(default=None, description="default: the first persona")
    menu_timeout: Duration = Field(
        default=0, description="how long the boot menu waits; default: no menu"
    )
    early_console: bool = Field(
        default=True,
        description="what is refused before the pack is read is said on the loader's console",
    )
    schedule: list[dict[str, Any]] = Field(
        default_factory=list, description="later; refused by name today"
    )


class AllowTable(Model):
    """`[[allow]]`: an exception to a lint rule."""

    rule: Annotated[str, Field(pattern=r"^[A-Z]{3}[0-9]{3}$", description="such as MEM004")]
    at: str = Field(default="", description="the finding's place; default: everywhere")
    reason: Annotated[str, Field(min_length=1, description="why it may be, for the next reader")]
    until: dt.date | None = Field(default=None, description="the last day of it; default: no end")


class LintTable(Model):
    """`[lint]`: how lint judges this handset."""

    rules: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")] | None = Field(
        default=None,
        description='the rule set, by the version of mvpsdk that brought it: "0.1"; default: all',
    )


class HandsetFile(Model):
    """A whole `handset.toml`: these boards, this firmware, these personas."""

    schema_name: ClassVar[str] = "handset"

    handset: HandsetTable
    realtime: RealtimeTable | None = None
    persona: list[PersonaTable] = Field(default_factory=list)
    boot: BootTable = BootTable()
    channel: list[dict[str, Any]] = Field(
        default_factory=list, description="Later; refused by name today."
    )
    allow: list[AllowTable] = Field(default_factory=list)
    lint: LintTable = LintTable()
    on: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="`[on.BOARD.…]`: what differs on one board, in the same form.",
    )
