# SPDX-License-Identifier: Apache-2.0
"""What is added is one new file or folder each, and no list knows of it.

Shown for a board, a lint rule, a command, and a console driver.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tree_tables import blob, phone

ROOT = Path(__file__).parents[2]
LIBRARY = Path(sysconfig.get_path("purelib"))
LEFT = shutil.ignore_patterns("__pycache__", "*.so")

RULE = '''
"""A board whose maker's name is too short to remember.

## What it does

Counts letters.

## Why is this bad?

Nobody remembers two letters.

**On the device:** nothing at all.

## How it is decided

By length. Confidence: certain.

## Example

```toml
[board]
vendor = "HP"
```

## Use instead

```toml
[board]
vendor = "Hewlett"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import of_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "ACM001"
NAME = "vendor-too-short"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "nothing at all"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Count."""
    vendor = subject.draft.content.board.vendor
    if len(vendor) < 5:
        parties = (("board.vendor", vendor), ("letters", "5"))
        yield of_key("board.vendor", f'"{vendor}" is short', parties, "think of a longer one")
'''

COMMAND = '''
"""Greets a board by name.

Examples:
    mvpsdk greet-board qemu-virt
"""

from __future__ import annotations

from mvpsdk_cli import render

SECTION = "Describe"


def command(name: str) -> int:  # noqa: D103 - the module's docstring is the command's
    from mvpsdk import board

    render.out(f"hello, {board.named(name).vendor}")
    return 0
'''

DRIVER = """
#include "driver.h"

static const struct console_part parts[] = {SERVES("toy,uart", 2, 4)};
CONSOLE_DRIVER(parts)
"""
"""What Python reads of one; tests/target/test_new_driver.py builds and boots a whole one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """The product as an installed package has it, in a folder of its own."""

    folder: Path
    home: Path  # where it is called from

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call the copy: without site's hooks, which would find the checkout."""
        return subprocess.run(
            [sys.executable, "-S", "-m", "mvpsdk_cli", *words],
            cwd=self.home,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(self.folder), str(LIBRARY)]),
                "PYTHONDONTWRITEBYTECODE": "1",
                "NO_COLOR": "1",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def report(self, *words: str, **environment: str) -> Any:
        """What a command reports as JSON."""
        done = self.run(*words, "--format", "json", **environment)
        return json.loads(done.stdout)

    def files(self) -> set[Path]:
        """Every file of it."""
        return {path for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def product(tmp_path: Path) -> Copy:
    """The library with its compiled core and its boards, and the command line."""
    folder, home = tmp_path / "site", tmp_path / "home"
    shutil.copytree(ROOT / "sdk" / "mvpsdk", folder / "mvpsdk", ignore=LEFT)
    shutil.copytree(ROOT / "boards", folder / "mvpsdk" / "boards")
    shutil.copytree(ROOT / "cli" / "mvpsdk_cli", folder / "mvpsdk_cli", ignore=LEFT)
    (compiled,) = (LIBRARY / "mvpsdk" / "core").glob("_lib*.so")
    shutil.copy(compiled, folder / "mvpsdk" / "core")
    home.mkdir()
    return Copy(folder=folder, home=home)


def add_board(folder: Path) -> Path:
    """A board of another name: one new folder."""
    text = (ROOT / "boards" / "qemu-virt" / "board.toml").read_text()
    text = text.replace('name = "qemu-virt"', 'name = "acme-one"').replace('"QEMU"', '"Acm"')
    assert '"Acm"' in text
    (folder / "acme-one").mkdir(parents=True)
    (folder / "acme-one" / "board.toml").write_text(text)
    return folder


def listed(report: Any) -> dict[str, str]:
    """The vendors of the boards that are found."""
    return {board["name"]: board["vendor"] for board in report["boards"]}


def test_the_copy_is_what_runs(product: Copy) -> None:
    """Else these tests would show nothing."""
    (product.folder / "mvpsdk_cli" / "__main__.py").write_text("print('the copy')")
    assert product.run("--version").stdout == "the copy\n"


def test_a_board_is_a_folder(product: Copy, tmp_path: Path) -> None:
    """Among those that came with the product, in ./boards, by option or by environment."""
    before = product.files()
    assert "acme-one" not in listed(product.report("boards"))

    folder = add_board(tmp_path / "vendor")
    by_option = product.report("boards", "--board-dir", str(folder))
    by_environment = product.report("boards", MVPSDK_BOARD_PATH=str(folder))
    assert listed(by_option)["acme-one"] == listed(by_environment)["acme-one"] == "Acm"
    assert product.files() == before

    add_board(product.home / "boards")
    assert listed(product.report("boards"))["acme-one"] == "Acm"
    shutil.rmtree(product.home / "boards")

    add_board(product.folder / "mvpsdk" / "boards")
    assert listed(product.report("boards"))["acme-one"] == "Acm"
    assert product.run("boards", "show", "acme-one").returncode == 0


def test_a_rule_is_a_file(product: Copy) -> None:
    """It is in the catalogue, has its page, and finds what it looks for."""
    add_board(product.home / "boards")
    assert product.run("lint", "boards/acme-one").returncode == 0
    assert product.run("explain", "ACM001").returncode == 2

    (product.folder / "mvpsdk" / "lint" / "rules" / "acm001_vendor_too_short.py").write_text(RULE)

    assert "ACM001" in {rule["code"] for rule in product.report("rules")["rules"]}
    assert "Nobody remembers two letters." in product.run("explain", "vendor-too-short").stdout
    found = product.report("lint", "boards/acme-one", "--select", "ACM")["findings"]
    assert [(each["rule"], each["message"]) for each in found] == [("ACM001", '"Acm" is short')]
    assert found[0]["place"]["file"] == "boards/acme-one/board.toml"
    assert product.run("lint", "boards/acme-one").returncode == 1


def test_a_command_is_a_file(product: Copy) -> None:
    """It is in the help under its section, and it runs."""
    assert product.run("greet-board", "qemu-virt").returncode == 2

    (product.folder / "mvpsdk_cli" / "commands" / "greet_board.py").write_text(COMMAND)

    assert "greet-board" in product.run("--help").stdout.partition("Check")[0]
    assert "mvpsdk greet-board qemu-virt" in product.run("greet-board", "--help").stdout
    assert product.run("greet-board", "qemu-virt").stdout == "hello, QEMU\n"


def test_a_console_driver_is_a_file(product: Copy) -> None:
    """A board may name it, and a vendor's tree with a part of its gets it, layout and all."""
    vendor = phone()
    vendor["soc"]["serial@1000"]["compatible"] = ["acme,uart", "toy,uart"]
    (product.home / "vendor.dtb").write_bytes(blob(vendor))
    words = ("new-board", "acme-two", "--from-dtb", "vendor.dtb", "--el2", "free")
    toml = add_board(product.home / "boards") / "acme-one" / "board.toml"
    toml.write_text(toml.read_text().replace('driver = "pl011"', 'driver = "toy"'))
    assert 'there is no driver "toy"' in product.run("boards", "show", "acme-one").stderr
    assert product.run(*words, "--dry-run").stdout.count('"toy"') == 0

    (product.folder / "mvpsdk" / "core" / "drivers" / "console_toy.c").write_text(DRIVER)

    assert product.run("boards", "show", "acme-one").returncode == 0
    assert product.run(*words).returncode == 0
    made = tomllib.loads((product.home / "boards" / "acme-two" / "board.toml").read_text())
    assert made["console"]["driver"] == "toy"
    assert made["console"]["register-shift"] == 2
    assert made["console"]["register-width"] == 4
