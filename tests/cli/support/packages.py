# SPDX-License-Identifier: Apache-2.0
"""Packages and archives, made in memory."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def tar(files: Mapping[str, bytes], packing: str = "xz") -> bytes:
    """A tar archive, with a symbolic link in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{packing}") as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("./boot/link")
        link.type, link.linkname = tarfile.SYMTYPE, "linux"
        archive.addfile(link)
    return out.getvalue()


def deb(data: bytes, name: str = "data.tar.xz") -> bytes:
    """A Debian package with this data (deb(5))."""
    members = (("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), (name, data))
    text = b"!<arch>\n"
    for title, content in members:
        text += f"{title:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        text += content + b"\n" * (len(content) % 2)
    return text
