# SPDX-License-Identifier: Apache-2.0
"""Measures this build and prints it beside its peers: `make bench`.

`--json FILE` keeps the figures. `--exact` leaves out what depends on this machine or takes long:
the host's rows and Linux. `--golden FILE` does, too, and writes the golden file that a test holds
us to. `--record` writes both the golden file and what docs/reference/figures.md says of this run:
`make figures`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

import bench_features
import bench_host
import bench_linux
import bench_machine
import bench_parts
from bench_machine import Spread
from bench_rows import HERE, host_rows, rows
from bench_show import show
from mvpsdk.build import find
from mvpsdk.core.facade import FINGERPRINT

GOLDEN, RUN = HERE / "golden.json", HERE / "run.json"
WIDTH = 150  # characters, where there is no terminal

Columns = dict[str, dict[str, Spread]]


def measure(work: Path) -> Columns:
    """Measure all that is exact: columns of rows."""
    ours = bench_machine.ours(work) | bench_machine.sizes(work)
    parts = bench_machine.start_parts(work, ours)
    ours |= bench_features.measure(work, ours) | parts
    ours |= bench_machine.of_gicv2(bench_machine.ours(work, gic=2))
    ours |= bench_machine.of_soft_gic(bench_machine.ours(work, vgic=2))
    ours |= bench_machine.two_cpus(work)
    native = bench_machine.native(work) | bench_machine.two_cpus_native(work)
    native |= bench_machine.of_gicv2(bench_machine.native(work, gic=2))
    return {"ours": ours, "no hypervisor": native, "floor": bench_machine.floor(work)}


def plain(columns: Columns) -> dict[str, dict[str, dict[str, int]]]:
    """The columns with the rows that figures.toml knows, for a file."""
    all_ours = {
        name: {row: asdict(n) for row, n in found.items()} for name, found in columns.items()
    }
    known = {row.row for row in rows(all_ours)}
    return {
        name: {row: value for row, value in found.items() if row in known}
        for name, found in all_ours.items()
    }


def made_with() -> dict[str, str]:
    """What decides the exact figures beside our sources."""
    qemu = subprocess.run(["qemu-system-aarch64", "--version"], capture_output=True, check=True)
    return {
        "compiler": find("gcc").identity,
        "emulator": qemu.stdout.decode().splitlines()[0],
    }


def golden(columns: Columns) -> dict[str, Any]:
    """What the golden file holds: the exact figures, and what they were made with."""
    ours, *others = plain(columns).items()
    return {
        **made_with(),
        "figures": ours[1],
        "beside": dict(others),
        "parts": bench_parts.measure(),
    }


def of_this_run(linux: Columns, host: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one run: counts that CI has no time for, seconds of one machine."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    core = FINGERPRINT.hex()[:16]
    return {**made_with(), "core": core, "machine": machine, "linux": plain(linux), "host": host}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--record", action="store_true")
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
    linux: Columns = {}
    host: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="mvpsdk-bench-") as name:
        work = Path(name)
        columns = measure(work)
        if not exact:
            linux, host = bench_linux.measure(work), bench_host.measure(work)
    together = {name: found | linux.get(name, {}) for name, found in columns.items()}
    found = rows(plain(together))
    seconds = host_rows(host) if host else []
    show(console, found, seconds)
    if options.json:
        listed = {"rows": [asdict(row) for row in found], "host": seconds}
        _write(options.json, {"schema": "mvpsdk.bench/1", **made_with(), **listed})
    if options.golden or options.record:
        _write(options.golden or GOLDEN, golden(columns))
    if options.record:
        _write(RUN, of_this_run(linux, host))


if __name__ == "__main__":
    main()
