# SPDX-License-Identifier: Apache-2.0
"""The figures as tables for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from bench_rows import spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from bench_rows import Row

__all__ = ["show"]

COLUMNS = ("no hypervisor", "floor", "Bao 2.0", "Xen 4.17", "ours", "reach")
TITLE = 52


def show(console: Console, measured: list[Row], host: list[dict[str, Any]]) -> None:
    """Print everything."""
    console.print(target_table(measured, console.width))
    if host:
        console.print("", host_table(host), sep="\n")
    console.print("\n! beyond the reach. Instructions are counted exactly and are not cycles.")
    for row in measured:
        if row.behind:
            names = " and ".join(name.capitalize() for name in row.behind)
            console.print(f"Not ahead of {names}: {row.title}.")


def target_table(measured: list[Row], width: int) -> Table:
    """What the hypervisor costs, group by group, for a console of so many characters."""
    made = Table(title="What the hypervisor costs", box=None, padding=(0, 1), title_justify="left")
    made.add_column("figure", min_width=min(TITLE, width // 2))
    for column in COLUMNS:
        made.add_column(column, justify="right", no_wrap=True)
    for row in measured:
        if row.group:
            made.add_row("", *[""] * len(COLUMNS))
            made.add_row(f"[bold]{row.group}[/]")
        made.add_row(row.title, *_cells(row))
    return made


def _cells(row: Row) -> Iterable[str]:
    for column in ("no hypervisor", "floor"):
        yield spread(row.measured[column]) if column in row.measured else ""
    for peer in ("bao", "xen"):
        yield spread(row.peers[peer]) if peer in row.peers else ""
    text = spread(row.ours) if row.ours else row.pending
    yield f"[bold red]{text} ![/]" if row.is_beyond else text
    yield f"≤ {spread(row.reach)}" if row.reach is not None else ""


def host_table(figures: list[dict[str, Any]]) -> Table:
    """What the tool costs here, beside others in the same run."""
    made = Table(title="What the tool costs, on this machine now", box=None, padding=(0, 1))
    for column in ("job", "tool", "seconds", "of ours", "CPU", "MB", "reach"):
        made.add_column(column, justify="left" if column in ("job", "tool") else "right")
    for figure in figures:
        title = figure["title"]
        ours = figure["tools"]["ours"]
        for name, cost in figure["tools"].items():
            seconds = f"{cost['seconds']:.2f}"
            if name == "ours" and cost["seconds"] > figure.get("reach", float("inf")):
                seconds = f"[bold red]{seconds} ![/]"
            ratio = "" if name == "ours" else f"{cost['seconds'] / ours['seconds']:.1f} times"
            rest = [f"{cost['cpu']:.2f}", f"{cost['memory']:.0f}", _reach(name, figure)]
            made.add_row(title, name, seconds, ratio, *rest)
            title = ""
    return made


def _reach(name: str, figure: dict[str, Any]) -> str:
    if name != "ours" or "reach" not in figure:
        return ""
    memory = f", {figure['reach-mb']} MB" if "reach-mb" in figure else ""
    return f"≤ {figure['reach']:.2f} s{memory}"
