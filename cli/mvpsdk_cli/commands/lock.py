# SPDX-License-Identifier: Apache-2.0
"""Pins every input of a handset by its SHA-256.

The pins go to handset.lock beside the handset file. Commit it. From then on --locked refuses
anything else, and `mvpsdk fetch` knows what to fetch.

Examples:
    mvpsdk lock examples/demo-handset
"""

from __future__ import annotations

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    HandsetArgument,
    OfflineOption,
)
from mvpsdk_cli.options import Format, FormatOption

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument,
    *,
    offline: OfflineOption = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk_cli import pinning, pipeline

    path, lock = pinning.lock(pipeline.Request(handset=handset, offline=offline))
    if output_format is Format.JSON:
        pins = [{"name": pin.name, "sha256": pin.sha256, "size": pin.size} for pin in lock.pins]
        render.report("mvpsdk.lock/1", {"path": str(path), "inputs": pins})
        return 0
    for line in render.table(
        [[pin.name, pin.sha256, pin.path or pin.deb or pin.url] for pin in lock.pins]
    ):
        render.made(line)
    render.note(f"pinned {len(lock.pins)} inputs in {render.path(path)}")
    return 0
