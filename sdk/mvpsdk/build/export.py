# SPDX-License-Identifier: Apache-2.0
"""What a build leaves in a folder, for debuggers, editors and people."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from mvpsdk.build.compile import compile_commands
from mvpsdk.store import output
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.build.image import Image
    from mvpsdk.build.toolchain import Toolchain

__all__ = ["export"]


def export(folder: Path, images: Sequence[Image], toolchain: Toolchain) -> tuple[Path, ...]:
    """Write each image's files into a folder, and one compilation database; return their paths.

    The hypervisor's flat binary is an arm64 Image; firmware ships as its ELF. All files appear,
    whole, or none. Raises MvpError if the folder can't be written.
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
    with ExitStack() as outputs:  # each takes its name only when all are written
        for name, data in sorted(files.items()):
            file = outputs.enter_context(output(folder / name))
            file.write(data)
            file.flush()  # a full disk is told of the file that did not fit
    return tuple(folder / name for name in sorted(files))
