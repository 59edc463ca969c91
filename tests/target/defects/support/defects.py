# SPDX-License-Identifier: Apache-2.0
"""Seeded defects: one file each, which says what is wrong, who must say so, and what a boot shows.

A case begins with the good handset of `handset.toml` (or `linux.toml`) and changes it:

    rule, severity      the finding that must be there; severity: the rule's own by default
    defect              what is wrong, in one sentence
    base                "linux": the handset with Debian's kernel
    also                other rules that rightly speak of the same
    firmware            C: the body of `defect()`, called before the first tick; or the whole file
    [[change]]          file, and one of: old, new (a text) / at, hex / cut (bytes off the end) /
                        wrap ("gzip") / text (the whole content) / path with text or zeros (a file
                        more in a ramdisk)
    [plan]              what is moved by hand: the planner makes no plan that is wrong
    [[past]], [past-plan]  changes for the boot alone, which get a bundle past the planner
    [machine]           shows, lacks: "partition: pattern" of a line; seconds: of the host's time,
                        where nobody is left to end the run; or why-not: why no machine can show it
"""

from __future__ import annotations

import gzip
import shutil
import stat
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import workshop
from mvpsdk import build
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CASES", "Defect", "apply", "changed", "find", "firmware", "persona", "read"]

HERE = Path(__file__).parents[1]
CASES = HERE / "cases"
KEYS = {
    *("rule", "severity", "defect", "base", "also", "firmware", "change", "plan", "machine"),
    *("past", "past-plan"),
}
TICKS = 400  # 8 s of virtual time: a Linux that boots has said so long before
BUILT = {"handset": ("firmware.elf", 0), "linux": ("lasting.elf", TICKS)}
"""By base: the firmware's file, and how long it lasts."""
UP = {"handset": "work: ^up 9$", "linux": "work: , untouched"}
"""By base: the persona's last word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """What is wrong with a handset, who must say so, and what the machine shows of it."""

    name: str
    rule: str
    defect: str
    severity: str = ""
    base: str = "handset"
    also: tuple[str, ...] = ()
    firmware: str = ""
    change: tuple[dict[str, Any], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    past: tuple[dict[str, Any], ...] = ()
    past_plan: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What the machine does, for the table."""
        words = {"shows": "says", "lacks": "never says", "why-not": "not booted:"}
        return "; ".join(
            f"{word} {self.machine[key]}" for key, word in words.items() if key in self.machine
        )


def read(path: Path) -> Defect:
    """Read a case. Raises ValueError if a key is unknown, or nothing is said of the machine."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    machine = table.get("machine", {})
    if (
        table.keys() - KEYS
        or not machine
        or machine.keys() - {"shows", "lacks", "seconds", "why-not"}
    ):
        raise ValueError(f"{path.name}: its keys are not those of a case")
    lists: dict[str, Any] = {
        key: tuple(table[key]) for key in ("also", "change", "past") if key in table
    }
    whole: dict[str, Any] = {**table, **lists}
    plain = {key.replace("-", "_"): value for key, value in whole.items()}
    return Defect(name=path.stem, **plain)


def find() -> list[Defect]:
    """Return all cases, by name."""
    return [read(path) for path in sorted(CASES.glob("*.toml"))]


def changed(case: Defect, good: Path, folder: Path) -> Path:
    """Make the handset of a case in a folder, out of a good one's; return its file."""
    shutil.copytree(good, folder, dirs_exist_ok=True, copy_function=_linked)
    handset = folder / "handset.toml"
    if case.base != "handset":
        (folder / f"{case.base}.toml").replace(handset)
    if case.firmware:
        name, ticks = BUILT[case.base]
        made = firmware(case.firmware, folder / "sources", Cache.default(), ticks=ticks)
        (folder / name).write_bytes(made)
    apply(case.change, folder)
    return handset


def apply(changes: Iterable[dict[str, Any]], folder: Path) -> None:
    """Change files of a handset's folder. Raises ValueError for what changes nothing."""
    for change in changes:
        _change(folder / change["file"], change)


def _linked(source: str, target: str) -> None:
    """Large files are links: whoever changes one writes a new one in its place."""
    if Path(source).stat().st_size < 1 << 20:
        shutil.copyfile(source, target)
    else:
        Path(target).symlink_to(source)


def _change(path: Path, change: dict[str, Any]) -> None:
    """Apply one change. Raises ValueError if it changes nothing."""
    before = path.read_bytes() if path.exists() else b""
    after = _after(path, before, change)
    if after == before:
        raise ValueError(f"{path.name}: {change} changes nothing")
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(after)


def _after(path: Path, before: bytes, change: dict[str, Any]) -> bytes:
    match change:
        case {"old": str(old), "new": str(new)}:
            if len(old) != len(new) and b"\0" in before:
                raise ValueError(f"{path.name}: {old!r} and {new!r} differ in length")
            return before.replace(old.encode(), new.encode())
        case {"at": int(at), "hex": str(text)}:
            put = bytes.fromhex(text)
            return before[:at] + put + before[at + len(put) :]
        case {"cut": int(cut)}:
            return before[:-cut]
        case {"wrap": "gzip"}:
            return gzip.compress(before, compresslevel=1, mtime=0)
        case {"path": str(name), **content}:
            return before + _archive(name, content)
        case {"text": str(text)}:
            return text.encode()
    raise ValueError(f"{path.name}: {change} is no change")


def _archive(name: str, content: dict[str, Any]) -> bytes:
    """A file of a ramdisk, packed, as Linux takes it behind another archive."""
    ramdisk = workshop.script("work/initramfs.py")
    data = bytes(content["zeros"]) if "zeros" in content else content["text"].encode()
    folders = (str(folder) for folder in reversed(Path(name).parents[:-1]))
    entries = [ramdisk.Entry(name=each, mode=stat.S_IFDIR | 0o755) for each in folders]
    entries.append(ramdisk.Entry(name=name, mode=stat.S_IFREG | 0o644, data=data))
    return gzip.compress(ramdisk.write(entries), compresslevel=1, mtime=0)


def firmware(body: str, folder: Path, cache: Cache, *, ticks: int = 0) -> bytes:
    """Build the firmware with a body for `defect()`, or a whole file of it; return its ELF."""
    sources = shutil.copytree(HERE / "firmware", folder)
    if body:
        whole = body if "defect(void)" in body else f"void defect(void)\n{{\n{body}\n}}\n"
        head = '#include <mvp_rt.h>\n\n#include "defect.h"\n\n'
        (sources / "defect.c").write_text(head + whole)
    if ticks:
        header = sources / "defect.h"
        header.write_text(header.read_text().replace("TICKS 12", f"TICKS {ticks}"))
    return build.firmware(sources, cache=cache).elf


def persona(out: Path) -> Path:
    """Assemble the smallest persona."""
    elf = out.with_suffix(".elf")
    flags = ["-nostdlib", "-static", "-Wl,-Ttext=0,--build-id=none,-e,0", f"-I{build.recipe.CORE}"]
    flags[-1] += "/include"
    gcc = workshop.COMPILERS["gcc"]
    source = HERE / "persona" / "persona.S"
    subprocess.run([gcc, *flags, str(source), "-o", str(elf)], check=True)
    subprocess.run([gcc.replace("gcc", "objcopy"), "-O", "binary", str(elf), str(out)], check=True)
    return out
