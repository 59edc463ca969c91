# SPDX-License-Identifier: Apache-2.0
"""The handset: a product as `handset.toml` tells it, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mvpsdk.document.places import nearest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.errors import Place

__all__ = ["Allow", "Boot", "Handset", "Input", "Persona", "Realtime", "UpdateKey"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A file that goes into the bundle, or tells of one: on this machine, or to be fetched."""

    path: Path | None = None  # absolute, or relative to the working directory
    url: str = ""
    deb: str = ""  # name of a package of Debian's
    member: str = ""  # the file in that package, or in the archive at the URL
    sha256: str = ""  # of the file that goes in, hexadecimal; "": the handset file doesn't say

    def __str__(self) -> str:
        """The path or the URL, as the handset file has it."""
        origin = str(self.path) if self.path else self.url or self.deb
        return f"{self.member} of {origin}" if self.member else origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Realtime:
    """The phone maker's own firmware: the realtime partition."""

    image: Input | None  # a built ELF; None: it is built from source
    source: Path | None  # folder of its sources; None: there is an image
    memory: int  # bytes
    map: Literal["direct"]
    cpu: int
    priority: int  # 0 is highest
    devices: tuple[str, ...]  # names of the board's devices that it owns
    wx: Literal["warn", "enforce"] = "warn"  # memory both writable and executable, to lint
    symbols: Input | None = None  # the ELF that the image was made of, for lint


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateKey:
    """Whose signature counts for a persona that is updated apart from the bundle: an RSA key."""

    path: Path
    modulus: int  # the public exponent is 65537
    digest: bytes  # SHA-256 of the public key (SPKI, DER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Persona:
    """A guest operating system."""

    name: str
    symbols: Input | None = None  # the ELF that kernel or rom was made of, for lint
    kernel: Input | None  # None: it has boot firmware
    format: Literal["image", "raw", "rom"]  # an arm64 Image, entered at its first byte, firmware
    ramdisk: Input | None
    command_line: str
    memory: int  # bytes
    cpus: tuple[int, ...]  # physical core of each vCPU
    vgic: Literal[2, 3, "board"]
    restart: Literal["never", "on-crash", "always"]
    rom: Input | None = None  # boot firmware, in the first bank of its flash
    vars: Input | None = None  # what the second bank holds at first; None: it is erased
    vars_size: int = 0  # bytes of the second bank that can be written
    kernel_config: Input | None = None  # the kernel's .config, for lint; it goes into no bundle
    rtc: bool = True  # it has a clock, a PL031
    power: bool = False  # a power key and a ring line, at a PL061, and it may suspend
    wx: Literal["warn", "enforce"] = "warn"  # memory both writable and executable, to lint
    update_key: UpdateKey | None = None  # its images come in a part of its own, signed by this key
    update_room: int = 0  # bytes that such a part may have
    update_index: int = 0  # rollback index of the part that is made of this file
    update_least: int = 0  # the lowest one that the bundle starts


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """Which persona starts, and who decides."""

    mode: Literal["exclusive"]
    default: str  # name of a persona; "": none
    menu_timeout: int  # milliseconds; 0: no menu
    early_console: bool = True  # words on the device tree's console before the pack is read


@dataclass(frozen=True, kw_only=True, slots=True)
class Allow:
    """An exception to a lint rule, with its reason."""

    rule: str
    at: str  # the subject's key, such as "realtime.devices.modem"; "": anywhere
    reason: str
    until: dt.date | None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Handset:
    """A product: its boards, its firmware, its personas. Sizes in bytes."""

    name: str
    version: str
    boards: tuple[str, ...]
    rollback_index: int
    realtime: Realtime | None
    personas: tuple[Persona, ...]
    boot: Boot
    allow: tuple[Allow, ...]
    path: Path  # the handset.toml
    rules: str = ""  # of lint: the version whose rule set counts, such as "0.1"; "": every rule
    variants: Mapping[str, Handset] = field(default_factory=dict, compare=False, repr=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def for_board(self, name: str) -> Handset:
        """Return this handset with the differences of `[on.NAME]` merged in."""
        return self.variants.get(name, self)

    def inputs(self) -> dict[str, Input]:
        """Return every file that goes in, by its role.

        Roles are `realtime`, `NAME/kernel`, `NAME/ramdisk`, `NAME/rom` and `NAME/vars`; firmware
        that is built from source is not among them. `NAME/kernel-config` is evidence for lint only,
        and of `NAME/update-key` the bundle has the number in it.
        """
        found = {}
        if self.realtime and self.realtime.image:
            found["realtime"] = self.realtime.image
        for persona in self.personas:
            for part in ("kernel", "kernel-config", "ramdisk", "rom", "vars"):
                if file := getattr(persona, part.replace("-", "_")):
                    found[f"{persona.name}/{part}"] = file
            if key := persona.update_key:
                found[f"{persona.name}/update-key"] = Input(path=key.path)
        return found | self._symbols()

    def _symbols(self) -> dict[str, Input]:
        """The ELF files that images were made of: evidence for lint, they go into no bundle."""
        owners = [("realtime", self.realtime), *((each.name, each) for each in self.personas)]
        return {
            f"{name}/symbols": owner.symbols for name, owner in owners if owner and owner.symbols
        }

    def key(self, role: str) -> str:
        """Return the key that names the file of a role: `work/kernel` is `persona[0].kernel`."""
        name, _, part = role.partition("/")
        names = [persona.name for persona in self.personas]
        if name not in names:
            return f"{name}.{part or 'image'}"
        return f"persona[{names.index(name)}].{part}"

    def place(self, key: str) -> Place | None:
        """Return where a key such as `persona[0].memory` stands in the file, or its table."""
        return nearest(self.places, key)
