# SPDX-License-Identifier: Apache-2.0
"""Puts a defect into the files of a good handset."""

from __future__ import annotations

import gzip
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trees
import workshop
from mvpsdk import build
from mvpsdk.core import facade
from mvpsdk.core._library import ffi, lib
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defects import Defect

__all__ = ["TICKS", "apply", "changed", "firmware", "persona"]

HERE = Path(__file__).parents[1]
TICKS = 400  # 8 s of virtual time: a Linux that boots has said so long before
BUILT = {"handset": ("firmware.elf", 0), "linux": ("lasting.elf", TICKS)}
"""By base: the firmware's file, and how long it lasts."""


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
    made = _patched(path, before, change) or _whole(path, before, change)
    if made is None:
        raise ValueError(f"{path.name}: {change} is no change")
    return made


def _patched(path: Path, before: bytes, change: dict[str, Any]) -> bytes | None:
    """A file with some of its bytes changed; None: that is not what is asked."""
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
        case {"note": dict(fields)}:
            return noted(before, fields)
    return None


def _whole(path: Path, before: bytes, change: dict[str, Any]) -> bytes | None:
    """Another file in its place, or around it; None: that is not what is asked."""
    match change:
        case {"wrap": "gzip"}:
            return gzip.compress(before, compresslevel=1, mtime=0)
        case {"path": str(name), **content}:
            return before + _archive(name, content)
        case {"text": str(text)}:
            return text.encode()
        case {"asm": str(source)}:
            return _assembled(source, path.with_suffix(".S"))
        case {"debian": str(line)}:
            return trees.flavours()[line].read_bytes()
    return None


def _archive(name: str, content: dict[str, Any]) -> bytes:
    """A file of a ramdisk, packed, as Linux takes it behind another archive."""
    ramdisk = workshop.script("work/initramfs.py")
    data = bytes(content["zeros"]) if "zeros" in content else content["text"].encode()
    folders = (str(folder) for folder in reversed(Path(name).parents[:-1]))
    entries = [ramdisk.Entry(name=each, mode=stat.S_IFDIR | 0o755) for each in folders]
    entries.append(ramdisk.Entry(name=name, mode=stat.S_IFREG | 0o644, data=data))
    return gzip.compress(ramdisk.write(entries), compresslevel=1, mtime=0)


HEAD = """
.section .text, "ax"
.globl _start
_start:
"""


def _assembled(source: str, path: Path) -> bytes:
    """Assemble firmware that stands alone, a static position-independent ELF; for an A53 and up."""
    path.write_text(HEAD + source)
    made = path.with_suffix(".pie")
    flags = ["-nostdlib", "-static-pie", "-march=armv8.5-a", "-Wl,-z,max-page-size=4096"]
    gcc = workshop.COMPILERS["gcc"]
    subprocess.run([gcc, *flags, "-Wl,--build-id=none", str(path), "-o", str(made)], check=True)
    return made.read_bytes()


def noted(data: bytes, fields: dict[str, int]) -> bytes:
    """Change fields of the MVPABI block in a file, and its checksum with them."""
    at = data.index(facade.NOTE_MAGIC)
    note = ffi.new("struct mvp_abi_note *")
    ffi.memmove(note, data[at : at + facade.NOTE_SIZE], facade.NOTE_SIZE)
    for name, value in fields.items():
        setattr(note, name, value)
    note.checksum = 0
    note.checksum = lib.mvp_checksum(note, facade.NOTE_SIZE) & 0xFFFFFFFF
    return data[:at] + bytes(ffi.buffer(note)) + data[at + facade.NOTE_SIZE :]


def firmware(body: str, folder: Path, cache: Cache, *, ticks: int = 0) -> bytes:
    """Build the firmware with a body for `defect()`, or a whole file of it; return its ELF."""
    sources = shutil.copytree(HERE / "firmware", folder)
    if body:
        head = '#include <mvp_rt.h>\n\n#include "defect.h"\n\n'
        around = f"{head}void defect(void)\n{{\n{body}\n}}\n"
        (sources / "defect.c").write_text(body if "defect(void)" in body else around)
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
