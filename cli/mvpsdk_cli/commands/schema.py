# SPDX-License-Identifier: Apache-2.0
"""Prints the JSON Schema of a file that is read, or of a report.

Without a name, lists what there is. Editors that know JSON Schema complete and check board.toml and
handset.toml by it.

Examples:
    mvpsdk schema handset > handset.schema.json

    mvpsdk schema lint
"""

from __future__ import annotations

from typing import Annotated

import typer

from mvpsdk_cli import render

SECTION = "Help"


def _names() -> list[str]:
    from mvpsdk_cli import schemas

    return schemas.names()


def command(  # noqa: D103 - the module's docstring is the command's
    name: Annotated[
        str | None, typer.Argument(help="board, handset, lint, …", autocompletion=_names)
    ] = None,
) -> int:
    import json

    from mvpsdk_cli import schemas

    if name is None:
        for each in schemas.names():
            render.out(each)
    else:
        render.out(json.dumps(schemas.schema(name), indent=2, ensure_ascii=False))
    return 0
