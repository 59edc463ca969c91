# SPDX-License-Identifier: Apache-2.0
"""What a header such as mvp/abi.h means to AArch64: the compiler says, by its debug information."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.abi import abi_of, names_in, versions
from mvpsdk.build.tool import run
from mvpsdk.build.toolchain import find
from mvpsdk.errors import InputError, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.abi import Abi
    from mvpsdk.build.toolchain import Toolchain

__all__ = ["header", "probe"]

_FLAGS = ("-std=c11", "-ffreestanding", "-g", "-fno-eliminate-unused-debug-types", "-c")


def header(path: Path, *, toolchain: Toolchain | None = None) -> Abi:
    """Return the ABI of a header: its numbers as they stand there, its structs as compiled.

    Raises InputError if it can't be read, MissingToolError without a cross compiler,
    ToolFailedError if it doesn't compile.
    """
    from mvpsdk.image import dwarf

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"can't be read: {reason}", place=Place(file=str(path))) from error
    found = dwarf.read_layouts(probe(path, toolchain=toolchain), names_in(text))
    structs, enums = (found.structs, found.enums) if found else ((), ())
    since = {call.name: call.since for abi in versions().values() for call in abi.calls}
    return abi_of(text, structs, enums, since)


def probe(path: Path, *flags: str, toolchain: Toolchain | None = None) -> bytes:
    """Compile a header alone; return the object with the debug information of all its types."""
    chain = toolchain or find()
    with tempfile.TemporaryDirectory(prefix="mvpsdk-abi-") as name:
        work = Path(name)
        source, made = work / "probe.c", work / "probe.o"
        source.write_text(f'#include "{path.name}"\n', encoding="utf-8")
        words: Sequence[str] = [*_FLAGS, *flags, f"-I{path.parent.resolve()}"]
        run(
            [*chain.compiler, *words, "-o", str(made), str(source)],
            environment=chain.environment(work),
        )
        return made.read_bytes()
