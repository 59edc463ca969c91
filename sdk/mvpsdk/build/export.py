# SPDX-License-Identifier: Apache-2.0
"""What a build leaves in a folder, for debuggers, editors and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.build.compile import compile_commands
from mvpsdk.store import write_bytes
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.build.image import Image
    from mvpsdk.build.toolchain import Toolchain

__all__ = ["export"]


def export(folder: Path, images: Sequence[Image], toolchain: Toolchain) -> tuple[Path, ...]:
    """Write each image's files into a folder, and one compilation database; return their paths.

    The hypervisor's flat binary is an arm64 Image; firmware ships as its ELF. Each file appears
    whole or not at all. Raises MvpError if the folder can't be written.
    """
    files = {
        "compile_commands.json": compile_commands([i.recipe for i in images], toolchain, folder)
    }
    for image in images:
        files[f"{image.name}.elf"] = image.elf
        if image.name == "hypervisor":
            files["hypervisor.bin"] = image.binary
        files |= {name: text.encode() for name, text in image.recipe.generated.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    for name, data in sorted(files.items()):
        write_bytes(folder / name, data)
    return tuple(folder / name for name in sorted(files))
