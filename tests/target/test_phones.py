# SPDX-License-Identifier: Apache-2.0
"""A bundle for each phone that QEMU doesn't know: planned, judged by the hypervisor's own code."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board
from mvpsdk_cli.main import main
from workbench import arm64_image

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

FOLDERS = sorted(path.parent for path in board.built_in().glob("*/board.toml"))
PHONES = [folder for folder in FOLDERS if not board.named(folder.name).virtual]
RULE = re.compile(r"\b[A-Z]{3}[0-9]{3}\b")


def report(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command reports as JSON."""
    capsys.readouterr()
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("folder", PHONES, ids=lambda folder: str(folder.name))
def test_a_handset_for_a_phone_is_bundled(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Everything fits; lint says what the README says; the bundle is intact."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Image").write_bytes(arm64_image(1 << 20))
    name = folder.name
    assert main(["new-handset", "one", "--board", name, "--kernel", "Image"]) == 0

    plan = report(capsys, "plan", "one")
    assert plan["memory"]["ram"] == sum(bank.size for bank in board.named(name).memory)
    (lint,) = [report(capsys, "lint", "one")]
    told = set(RULE.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert {each["severity"] for each in lint["findings"]} <= {"warning", "note"}
    assert {each["rule"] for each in lint["findings"]} == told
    assert main(["bundle", "one", "--unsigned", "-o", "one.itb"]) == 0
    inspected = report(capsys, "inspect", "one.itb")
    assert inspected["manifest"]["board"] == name
    assert inspected["problems"] == []


def test_there_are_phones() -> None:
    """Else the others would try nothing."""
    assert len(PHONES) >= 3
