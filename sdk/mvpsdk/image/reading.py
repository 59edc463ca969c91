# SPDX-License-Identifier: Apache-2.0
"""From an image file to its facts."""

from __future__ import annotations

import hashlib
import mmap
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import ImageError, Place
from mvpsdk.image.arm64 import pe_extent, pe_machine, pe_writable_code, read_header
from mvpsdk.image.model import ImageFacts
from mvpsdk.image.wrappers import HEAD_SIZE, recognise
from mvpsdk.units import GIB, describe_size

if TYPE_CHECKING:
    from mvpsdk.image.model import Arm64Header, Elf

__all__ = ["open_image"]

LARGEST = 4 * GIB
"""No file that goes into RAM may be larger, in bytes."""

_ARCHITECTURES = {"arm64-image": "arm64", "zimage": "arm"}


def open_image(path: Path | str, role: str) -> ImageFacts:
    """Read what an image's bytes say.

    role: what it is for: "realtime", "NAME/kernel", "NAME/ramdisk". Whatever the file holds, this
    returns: a damaged one has its damage told in `faults`.

    Raises ImageError if the file can't be read, is empty, or is larger than 4 GiB.
    """
    file = Path(path)
    try:
        _check_file(file, role)
        with (
            file.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return _facts(file, role, data, digest)
    except FileNotFoundError:
        hint = "check the path; in a handset file it is relative to that file"
        raise _error(file, role, "there is no such file", hint) from None
    except (OSError, ValueError) as wrong:
        reason = (getattr(wrong, "strerror", "") or str(wrong)).lower()
        hint = "check the path, and who may read it"
        raise _error(file, role, f"can't be read: {reason}", hint) from None


def _check_file(file: Path, role: str) -> None:
    state = file.stat()
    if not stat.S_ISREG(state.st_mode):
        what = "a folder" if stat.S_ISDIR(state.st_mode) else "no regular file"
        raise _error(file, role, f"is {what}", "name the image file itself")
    if state.st_size == 0:
        raise _error(file, role, "the file is empty", "build or fetch it again")
    if state.st_size > LARGEST:
        raise _error(
            file,
            role,
            f"{describe_size(state.st_size)} is more than {describe_size(LARGEST)}, the most that"
            " an image in RAM may have",
            "was a disk image meant? A kernel, a ramdisk or a firmware is needed",
        )


def _error(file: Path, role: str, what: str, hint: str) -> ImageError:
    message = f"{role}: {what}" if role else what
    return ImageError(message, place=Place(file=str(file)), hint=hint)


def _facts(file: Path, role: str, data: mmap.mmap, digest: str) -> ImageFacts:
    from mvpsdk.image.code import read_code
    from mvpsdk.image.elf import ARCHITECTURES, read_elf
    from mvpsdk.image.note import find_note

    size, head = len(data), data[:HEAD_SIZE]
    kind = recognise(head)
    header, architecture, faults = None, _ARCHITECTURES.get(kind, ""), _truncation(kind, data, head)
    elf = None
    if kind == "arm64-image":
        header = read_header(head)
        faults += _contradictions(header, size)
    elif kind == "pe":
        architecture = pe_machine(head)
    elif kind == "elf":
        elf, faults = read_elf(data, size)
        architecture = ARCHITECTURES.get(elf.machine, elf.machine) if elf else ""
    note, damage = find_note(data) if kind in ("arm64-image", "elf", "unknown") else (None, [])
    return ImageFacts(
        path=file,
        role=role,
        size=size,
        sha256=digest,
        format=kind,
        architecture=architecture,
        arm64=header,
        elf=elf,
        note=note,
        writable_code=pe_writable_code(head) if kind in ("arm64-image", "pe") else (),
        code=read_code(data, elf) if _is_program(kind, role, elf) else None,
        faults=(*faults, *damage),
    )


def _is_program(kind: str, role: str, elf: Elf | None) -> bool:
    """Tell whether the file holds instructions for A64, as far as its format and role say."""
    if elf:
        return (elf.machine, elf.bits, elf.big_endian) == ("AARCH64", 64, False)
    raw = kind == "unknown" and role.endswith(("/kernel", "/rom"))
    return kind == "arm64-image" or raw


def _truncation(kind: str, data: mmap.mmap, head: bytes) -> list[str]:
    """Tell whether a format that knows its own length has lost its end."""
    size = len(data)
    if kind in ("arm64-image", "pe") and pe_extent(head) > size:
        return [f"its sections end at {pe_extent(head):#x}, the file has {size:#x} bytes"]
    if kind == "cpio" and data.rfind(b"TRAILER!!!") < 0:
        return ["the archive has no end marker (TRAILER!!!): it was cut off"]
    if kind in ("fdt", "fit") and int.from_bytes(head[4:8], "big") > size:
        total = int.from_bytes(head[4:8], "big")
        return [f"its header says {total:#x} bytes, the file has {size:#x}"]
    return []


def _contradictions(header: Arm64Header, size: int) -> list[str]:
    """Tell what can't be of an arm64 Image header. Kernels before 3.17 leave image_size zero."""
    faults = []
    if header.image_size and header.image_size < size:
        faults.append(
            f"the header says {header.image_size:#x} bytes in memory,"
            f" but the file alone has {size:#x}"
        )
    return faults
