# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk test-board`, called with what it can't use: told before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["qemu-vir"], 'there is no board "qemu-vir"; did you mean "qemu-virt"?'),
        (["qemu-virt", "--vgic", "4"], "'4' is not one of"),
        (["qemu-virt", "--format", "xml"], "'xml' is not one of"),
        (["qemu-virt", "--timeout", "0"], "Invalid value for '--timeout'"),
        (["qemu-virt", "--console-log", "no.log"], "no.log"),
        (["qemu-virt", "--console-log", "."], "this is a folder"),
        (["qemu-virt", "--output", "no/where.xml"], "there is no such folder for the report"),
        (
            ["qemu-virt", "--console-log", "serial.log", "--output", "serial.log"],
            "the report would replace the log",
        ),
        (
            ["qemu-virt", "--console-log", "serial.log", "--bundle-only", "c.itb"],
            "name one of them",
        ),
        (["pinephone"], 'QEMU does not know the board "pinephone"'),
    ],
)
def test_what_it_can_not_use_is_told(
    words: list[str], says: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, one error with the next step, and nothing written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serial.log").write_bytes(b"")
    result = cli("test-board", *words)

    assert result.code == 2, result
    assert says in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["serial.log"]


@pytest.mark.parametrize(
    "log",
    [b"", b"\xff\x00\xfe" * 1000, b"[vgic3] TAP version 14\n", b"[vgic3] 1..2\n[vgic3] ok 1 - a.b"],
)
def test_a_log_that_tells_nothing_is_no_success(log: bytes, cli: Cli, tmp_path: Path) -> None:
    """Exit code 1, in every format: no check was made."""
    path = tmp_path / "serial.log"
    path.write_bytes(log)

    for form in ("text", "json", "tap", "junit"):
        assert cli("test-board", "qemu-virt", "--console-log", path, "--format", form).code == 1
