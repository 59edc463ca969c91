# SPDX-License-Identifier: Apache-2.0
"""Cross-builds hypervisor and firmware, and reports their sizes.

With -o the folder gets hypervisor.bin (an arm64 Image), the .elf files for a debugger, and
compile_commands.json for editors.

Examples:
    mvpsdk build examples/demo-handset --board qemu-virt

    mvpsdk build handset.toml --toolchain clang -o out
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    HandsetArgument,
    ToolchainOption,
    TraceOption,
)
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.build import Image, Sizes

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument,
    *,
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where the files go.")
    ] = None,
    toolchain: ToolchainOption = None,
    trace: TraceOption = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compile everything, whatever was built before.")
    ] = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import build
    from mvpsdk_cli import pipeline

    request = pipeline.Request(
        handset=handset,
        board=board,
        board_dirs=tuple(board_dir or ()),
        toolchain=toolchain,
        trace=trace,
    )
    chain = build.find(toolchain)
    board_name, images = pipeline.build_all(request, chain, cached=not no_cache)
    if output:
        build.export(output, images, chain)
        render.note(f"written to {render.path(output)}")
    if output_format is Format.JSON:
        render.report("mvpsdk.build/1", document(board_name, images, output))
    else:
        for line in text(images):
            render.out(line)
    return 0


def text(images: list[Image]) -> Iterator[str]:
    """The size report for people."""
    for number, image in enumerate(images):
        if number:
            yield ""
        yield render.style(f"{image.name}  {image.toolchain}", "bold")
        rows = [["  source", "text", "rodata", "data", "bss"]]
        rows += [[f"  {source}", *_cells(sizes)] for source, sizes in image.by_source.items()]
        rows.append(["  total", *_cells(image.total)])
        yield from _right_aligned(rows)
        if image.name == "hypervisor":
            yield f"  features: {', '.join(image.recipe.features) or 'none'}"
        yield f"  {image.total.file} bytes, {image.memory_size} in memory, SHA-256 {image.sha256}"


def _cells(sizes: Sizes) -> list[str]:
    return [str(value) for value in (sizes.text, sizes.rodata, sizes.data, sizes.bss)]


def _right_aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *numbers in rows:
        cells = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells])


def document(board: str, images: list[Image], folder: Path | None) -> dict[str, Any]:
    """The report as JSON, sizes in bytes."""
    return {
        "board": board,
        "output": str(folder) if folder else None,
        "images": [
            {
                "name": image.name,
                "sha256": image.sha256,
                "size": len(image.binary),
                "memory": image.memory_size,
                "toolchain": image.toolchain,
                "sources": image.sources,
                "features": list(image.recipe.features),
                "total": _sizes(image.total),
                "by-source": {name: _sizes(row) for name, row in image.by_source.items()},
            }
            for image in images
        ],
    }


def _sizes(sizes: Sizes) -> dict[str, int]:
    return {"text": sizes.text, "rodata": sizes.rodata, "data": sizes.data, "bss": sizes.bss}
