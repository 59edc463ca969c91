# SPDX-License-Identifier: Apache-2.0
"""The page of figures: what tests/bench has measured, beside its peers, and what follows from it.

Exact counts come from the golden file, which CI compares; the rest from the run that was recorded
last (`make figures`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import bench_parts
from bench_rows import HERE, host_rows, rows, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench_rows import Row

__all__ = ["page"]

PEERS = {"bao": "Bao 2.0", "xen": "Xen 4.17"}
HEAD = """\
# Figures

<!-- Made by `make docs` from tests/bench: figures.toml, golden.json, run.json. -->

What the hypervisor and the tool cost, beside their peers; `make bench` measures all of it anew.
[How it is measured](../../tests/bench/README.md).

* Instructions are counted exactly and repeat bit for bit; they are not cycles. A range goes from
  the least to the greatest of 64 samples, and ours is judged by the greatest.
* Size and speed are of the same build: {compiler}, on
  {emulator}.
* *Floor*: the least that software at EL2 can cost, a stub that only traps and returns.
* Peers were measured earlier, with the same method. *Ahead*: our worst is below their best.
"""
COLUMNS = ("figure", "no hypervisor", "floor", *PEERS.values(), "ours", "reach", "")
HOST = """\
## The tool, on the host

Seconds by the clock and of all CPUs, and peak memory, in one run on {cores} cores with Python
{python}: all tools in turns, on the same inputs, the least of several rounds. Only the ratios
within a row mean something elsewhere. The bench has installed each tool, in the version named.

| job | tool | seconds | of ours | CPU seconds | MB | |
|---|---|--:|--:|--:|--:|---|
"""


def page() -> str:
    """The whole page."""
    golden = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
    run = json.loads((HERE / "run.json").read_text(encoding="utf-8"))
    columns = {"ours": golden["figures"], **golden["beside"]}
    for name, found in run["linux"].items():
        columns[name] = columns[name] | found
    measured = rows(columns)
    head = HEAD.format(compiler=golden["compiler"], emulator=golden["emulator"])
    parts = [head, *_verdicts(measured), *_target(measured, run["core"])]
    parts += [*bench_parts.table(golden["parts"]), *_host(run)]
    return "\n".join(parts) + "\n"


def _verdicts(measured: list[Row]) -> Iterator[str]:
    """In which rows we are not where we want to be."""
    figures = [row for row in measured if row.ours]
    beyond = [row for row in figures if row.is_beyond]
    reaches = [row for row in figures if row.reach is not None]
    yield "## In short\n"
    yield f"* Within the reach: {_all_but(beyond, reaches)}."
    for peer, name in PEERS.items():
        compared = [row for row in figures if peer in row.peers and row.comparable]
        behind = [row for row in compared if peer in row.behind]
        yield f"* Ahead of {name}: {_all_but(behind, compared)}."
    pending = [row for row in measured if not row.ours]
    if pending:
        yield f"* Without a figure of ours: {len(pending)} rows; the table says why."


def _all_but(exceptions: list[Row], of: list[Row]) -> str:
    named = f"; not: {'; '.join(row.title for row in exceptions)}" if exceptions else ""
    return f"{len(of) - len(exceptions)} of {len(of)} rows{named}"


def _target(measured: list[Row], core: str) -> Iterator[str]:
    """The tables of the target, group by group, notes below each."""
    notes: list[str] = []
    for row in measured:
        if row.group:
            yield from _ended(notes)
            yield f"## {row.group}\n"
            if row.row == "linux":
                yield f"Counted once, with the core of fingerprint `{core}`: CI has no time.\n"
            yield f"| {' | '.join(COLUMNS)} |\n|---|{'--:|' * 6}---|"
        yield f"| {' | '.join(_cells(row))} |"
        if row.note:
            notes.append(f"* *{row.title}*: {row.note}")
    yield from _ended(notes)


def _ended(notes: list[str]) -> Iterator[str]:
    if notes:
        yield ""
        yield from notes
        notes.clear()
    yield ""


def _cells(row: Row) -> Iterable[str]:
    yield row.title
    for column in ("no hypervisor", "floor"):
        yield spread(row.measured[column]) if column in row.measured else ""
    for peer in PEERS:
        yield spread(row.peers[peer]) if peer in row.peers else ""
    yield f"**{spread(row.ours)}**" if row.ours else row.pending
    yield f"≤ {spread(row.reach)}" if row.reach is not None else ""
    yield _verdict(row)


def _verdict(row: Row) -> str:
    """What a row comes to, in a few words."""
    if not row.ours:
        return ""
    said = []
    if row.reach is not None:
        said.append("**beyond the reach**" if row.is_beyond else "reached")
    if not row.comparable:
        return "another job: see below"
    ahead = [name for peer, name in PEERS.items() if peer in row.peers and peer not in row.behind]
    behind = [PEERS[peer] for peer in row.behind]
    if ahead:
        said.append(f"ahead of {' and '.join(ahead)}")
    if behind:
        said.append(f"**behind {' and '.join(behind)}**")
    return ", ".join(said)


def _host(run: dict[str, Any]) -> Iterator[str]:
    """The table of the host, notes below."""
    yield HOST.format(**run["machine"]).rstrip("\n")
    figures = host_rows(run["host"])
    for figure in figures:
        title = figure["title"]
        if not figure["tools"]:
            yield f"| {title} | not measured in this run | | | | | |"
        for name, cost in figure["tools"].items():
            yield f"| {title} | {' | '.join(_cost(name, cost, figure))} |"
            title = ""
    yield ""
    yield from (f"* *{each['title']}*: {each['note']}" for each in figures if "note" in each)


def _cost(name: str, cost: dict[str, Any], figure: dict[str, Any]) -> Iterator[str]:
    version = cost["version"]
    yield f"{name} ({version})" if version else f"**{name}**" if name == "ours" else name
    yield f"{cost['seconds']:.2f}"
    ours = figure["tools"]["ours"]["seconds"]
    yield "" if name == "ours" else f"{cost['seconds'] / ours:.1f} times"
    yield f"{cost['cpu']:.2f}"
    yield f"{cost['memory']:.0f}"
    bounded = not {"reach", "reach-mb"}.isdisjoint(figure)
    yield _host_verdict(cost, figure) if name == "ours" and bounded else ""


def _host_verdict(cost: dict[str, Any], figure: dict[str, Any]) -> str:
    """Whether this run was within the reach."""
    bounds = {"reach": ("seconds", ".2f", "s"), "reach-mb": ("memory", "", "MB")}
    given = [(figure[key], *bounds[key]) for key in bounds if key in figure]
    wanted = "≤ " + ", ".join(f"{bound:{form}} {unit}" for bound, _, form, unit in given)
    reached = all(cost[what] <= bound for bound, what, _, _ in given)
    return f"{wanted}: {'reached' if reached else '**beyond the reach**'}"
