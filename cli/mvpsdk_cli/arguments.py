# SPDX-License-Identifier: Apache-2.0
"""Arguments of the commands that take a handset, so that each is spelt and explained once."""

from pathlib import Path
from typing import Annotated

import typer

from mvpsdk_cli import completing

HandsetArgument = Annotated[
    Path,
    typer.Argument(metavar="HANDSET", help="A handset.toml, or the folder that it stands in."),
]
BoardOption = Annotated[
    str | None,
    typer.Option(
        "--board",
        help="One of the handset's boards; needed if it has several.",
        autocompletion=completing.board_names,
    ),
]
BoardDirOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--board-dir", metavar="DIR", help="A folder of boards, looked into first; repeatable."
    ),
]
LockedOption = Annotated[
    bool, typer.Option("--locked", help="Refuse inputs that are not as handset.lock has them.")
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Use the cache alone.")]
TraceOption = Annotated[
    bool,
    typer.Option("--trace", help="The hypervisor keeps a trace, which a panic prints."),
]
ToolchainOption = Annotated[
    str | None,
    typer.Option("--toolchain", help="gcc, clang or zig; the first that is found by default."),
]
