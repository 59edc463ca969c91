# SPDX-License-Identifier: Apache-2.0
"""A phone that is right in everything, for each test to spoil in one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phone_folder import write_phone
from refusing import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def phone(handset: Any) -> None:
    """The working directory becomes a phone's: handset, board of its own, images, firmware."""
    handset()
    write_phone()


@pytest.fixture
def bundled(phone: None, cli: Callable[..., Any]) -> None:  # noqa: ARG001 - it writes files
    """The phone with its lock and its bundle, phone.itb."""
    for words in ("lock .", "bundle . -o phone.itb --unsigned"):
        assert cli(*words.split()).code == 0


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Callable[..., Refusal]:
    """A function for a call that must be refused: `refused("plan", ".", code=2)`."""

    def call(*words: object, code: int = 2) -> Refusal:
        return refusal(capfd, *words, code=code)

    return call
