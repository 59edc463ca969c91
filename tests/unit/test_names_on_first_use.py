# SPDX-License-Identifier: Apache-2.0
"""Rooms that import a name on its first use have every name that they promise."""

from __future__ import annotations

import importlib

import pytest

ROOMS = ("mvpsdk.bundle", "mvpsdk.core.facade", "mvpsdk.sign")


@pytest.mark.parametrize("room", ROOMS)
def test_each_name_of_a_room_is_in_its_file(room: str) -> None:
    """What a type checker sees is what there is when the program runs."""
    module = importlib.import_module(room)
    assert len(module.__all__) > 10
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("room", ROOMS)
def test_a_name_that_a_room_has_not_is_told(room: str) -> None:
    """As with any other module."""
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        importlib.import_module(room).nothing  # noqa: B018 - asking is the test
