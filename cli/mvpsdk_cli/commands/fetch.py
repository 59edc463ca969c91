# SPDX-License-Identifier: Apache-2.0
"""Fills the cache with what a handset's lock pins.

A download goes on where it broke off, is tried again, and is checked by its digest.

Examples:
    mvpsdk fetch examples/demo-handset

    mvpsdk fetch handset.toml && mvpsdk bundle handset.toml --offline -o phone.itb --unsigned
"""

from __future__ import annotations

from mvpsdk_cli import render
from mvpsdk_cli.arguments import HandsetArgument  # noqa: TC001 - typer reads the annotations
from mvpsdk_cli.options import Format, FormatOption

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument, *, output_format: FormatOption = Format.TEXT
) -> int:
    from mvpsdk_cli import pinning, pipeline

    fetched = pinning.fetch(pipeline.Request(handset=handset))
    if output_format is Format.JSON:
        rows = [{"name": role, "path": str(path)} for role, path in fetched.items()]
        render.report("mvpsdk.fetch/1", {"inputs": rows})
        return 0
    for role, path in fetched.items():
        render.made(f"{role}  {render.path(path)}")
    if not fetched:
        render.note("nothing to fetch: every input is a file on this machine")
    return 0
