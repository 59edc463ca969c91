# SPDX-License-Identifier: Apache-2.0
"""What all tests share.

The suite can run on another build of the core: `make core-check` names its checked one. A test that
has something to show records it as its property "table", and it is printed at the end; so are the
seeded faults ("fault": name, what breaks, who caught it) and which of them survived.
"""

import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

WIDTH = 56
"""Of what caught a fault, in the table of them."""


def _use_library(path: str) -> None:
    spec = importlib.util.spec_from_file_location("mvpsdk.core._lib", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    import mvpsdk.core

    sys.modules["mvpsdk.core._lib"] = module
    mvpsdk.core._lib = module  # type: ignore[attr-defined]


if "MVPSDK_CORE_LIB" in os.environ:
    _use_library(os.environ["MVPSDK_CORE_LIB"])

settings.register_profile("first", phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""That something fails is enough, as where a fault is seeded: no smallest example is looked for."""


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background jobs begin
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def log_level() -> Iterator[None]:
    """A command's --quiet or --verbose, tried in this process, is not the next test's."""
    log = logging.getLogger("mvpsdk")
    before = log.level
    yield
    log.setLevel(before)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded, from whatever process they ran in."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for report in reports:
        found = getattr(report, "user_properties", ())
        tables = [str(value) for name, value in found if name == "table"]
        if report.when == "call" and tables:
            terminalreporter.write_sep("-", report.nodeid.rpartition("::")[2])
            terminalreporter.write_line("\n".join(tables))
    _seeded_faults(terminalreporter, reports)


def _seeded_faults(terminalreporter: pytest.TerminalReporter, reports: list[Any]) -> None:
    """Print a table of them; who survived stands last, where it is seen."""
    rows = sorted(
        (report.outcome != "passed", *map(str, value))
        for report in reports
        for name, value in report.user_properties
        if name == "fault" and report.when == "call"
    )
    if not rows:
        return
    alive = sum(row[0] for row in rows)
    wide = max(len(row[1]) for row in rows)
    terminalreporter.write_sep("-", "seeded faults")
    for survived, name, breaks, caught_by in rows:
        by = "SURVIVED" if survived else caught_by[:WIDTH]
        terminalreporter.write_line(f"{name:{wide}}  {by:{WIDTH}}  {breaks}")
    terminalreporter.write_line(f"{len(rows) - alive} caught, {alive} survived")
