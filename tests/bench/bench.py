# SPDX-License-Identifier: Apache-2.0
"""Measures this build and prints it beside its peers: `make bench`.

`--json FILE` keeps the figures; `--exact` leaves out what depends on this machine and on the demo's
images; `--golden FILE` does, too, and writes the golden file that a test holds us to.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import bench_host
import bench_linux
import bench_machine
from bench_machine import Spread
from mvpsdk.build import find

HERE = Path(__file__).parent
COLUMNS = ("no hypervisor", "floor", "Bao 2.0", "Xen 4.17", "ours", "reach")
WIDTH = 132  # characters, where there is no terminal
TITLE = 52


def measure(work: Path) -> dict[str, dict[str, Spread]]:
    """Measure all that is exact: columns of rows."""
    ours = bench_machine.ours(work)
    ours |= bench_machine.start_parts(work, ours) | bench_machine.sizes()
    return {
        "no hypervisor": bench_machine.native(work),
        "floor": bench_machine.floor(work),
        "ours": ours,
    }


def rows(columns: dict[str, dict[str, Spread]]) -> list[dict[str, Any]]:
    """Every figure with its peers', as figures.toml has them."""
    figures = tomllib.loads((HERE / "figures.toml").read_text())["figure"]
    found = [{**figure, **_measured(figure["row"], columns)} for figure in figures]
    return [row for row in found if "ours" in row]


def _measured(row: str, columns: dict[str, dict[str, Spread]]) -> dict[str, Any]:
    return {name: asdict(spreads[row]) for name, spreads in columns.items() if row in spreads}


def is_beyond(row: dict[str, Any]) -> bool:
    """Whether our worst is worse than what we want to reach."""
    return "reach" in row and row["ours"]["max"] > row["reach"]


def _cell(value: object) -> str:
    if isinstance(value, dict):
        value = Spread(**value)
    return " to ".join(f"{int(part):_}".replace("_", " ") for part in str(value).split("-"))


def _cells(row: dict[str, Any]) -> list[str]:
    values = [row.get(key, "") for key in ("no hypervisor", "floor", "bao", "xen", "ours")]
    cells = [_cell(value) if value else "" for value in values]
    if is_beyond(row):
        cells[-1] = f"[bold red]{cells[-1]} ![/]"
    return [*cells, f"≤ {_cell(row['reach'])}" if "reach" in row else ""]


def table(measured: list[dict[str, Any]], width: int) -> Table:
    """The figures, group by group, for a console of so many characters."""
    made = Table(title="What the hypervisor costs", box=None, padding=(0, 1), title_justify="left")
    made.add_column("figure", min_width=min(TITLE, width // 2))
    for column in COLUMNS:
        made.add_column(column, justify="right", no_wrap=True)
    for row in measured:
        if "group" in row:
            made.add_row("", *[""] * len(COLUMNS))
            made.add_row(f"[bold]{row['group']}[/]")
        made.add_row(row["title"], *_cells(row))
    return made


def host_table(figures: list[bench_host.HostFigure]) -> Table:
    """What the tool costs here."""
    made = Table(title="What the tool costs, on this machine now", box=None, padding=(0, 1))
    for column in ("command", "seconds", "of a Python that does nothing", "reach"):
        made.add_column(column, justify="left" if column == "command" else "right")
    for each in figures:
        reach = f"≤ {each.reach:.2f}" if each.reach else ""
        beyond = each.reach is not None and each.seconds > each.reach
        seconds = f"[bold red]{each.seconds:.3f} ![/]" if beyond else f"{each.seconds:.3f}"
        made.add_row(each.title, seconds, f"{each.ratio:.1f} times", reach)
    return made


def show(
    console: Console, measured: list[dict[str, Any]], host: list[bench_host.HostFigure]
) -> None:
    """Print everything."""
    console.print(table(measured, console.width))
    if host:
        console.print("", host_table(host), sep="\n")
        if not bench_linux.is_here():
            console.print(
                "\nA whole Linux was not measured: run examples/demo-handset/prepare first."
            )
    console.print("\n! beyond the reach. Instructions are counted exactly and are not cycles.")


def golden(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """What the golden file holds: our exact figures, and what they were made with."""
    qemu = subprocess.run(["qemu-system-aarch64", "--version"], capture_output=True, check=True)
    return {
        "compiler": find("gcc").identity,
        "emulator": qemu.stdout.decode().splitlines()[0],
        "figures": {row["row"]: row["ours"] for row in measured},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--exact", action="store_true")
    return parser.parse_args()


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, print, keep."""
    options = _arguments()
    exact = options.exact or options.golden is not None
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    with tempfile.TemporaryDirectory(prefix="mvpsdk-bench-") as name:
        work = Path(name)
        columns = measure(work)
        if not exact and bench_linux.is_here():
            for heading, column in bench_linux.measure(work).items():
                columns[heading] |= column
        measured = rows(columns)
        host = [] if exact else bench_host.measure(work / "handset.toml")
    show(console, measured, host)
    if options.golden:
        _write(options.golden, golden(measured))
    if options.json:
        found = {"rows": measured, "host": [asdict(each) for each in host]}
        _write(options.json, {"schema": "mvpsdk.bench/1", **found})


if __name__ == "__main__":
    main()
