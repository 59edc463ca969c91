# SPDX-License-Identifier: Apache-2.0
"""The boot menu, by the keys of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(150)]


@pytest.mark.parametrize("board", ["qemu-virt", "qemu-virt-gicv2"])
@pytest.mark.parametrize(("key", "index"), [(b"2", "0x2"), (b"", "0x1")])
def test_a_key_typed_before_the_menu_is_open_chooses(
    bundled_for: Callable[[str], Path], board: str, key: bytes, index: str
) -> None:
    """It waits in the UART; and without a key the default persona runs when the time is over."""
    options = run.Options(
        expect=(
            run.Expectation.parse("mvp:boot menu, a key chooses"),
            run.Expectation.parse(f"mvp:partition runs index={index}"),
        ),
        reject=(run.pattern(f"partition runs index=0x{3 - int(index, 16)}"),),
        timeout=120,
    )
    with run.start(bundled_for(board), options) as session:
        session.send(key)
        ends = [event for event in session if isinstance(event, run.Exit)]
    assert [end.reason for end in ends] == ["met"]
