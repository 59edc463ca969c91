# SPDX-License-Identifier: Apache-2.0
"""Rooms that import a name on its first use have every name that they promise."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import mvpsdk

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


def test_each_room_is_reached_from_the_package_alone() -> None:
    """A new room needs no list: `import mvpsdk` is enough to use it."""
    folder = Path(mvpsdk.__file__).parent
    rooms = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    program = "import mvpsdk, sys; [getattr(mvpsdk, name) for name in sys.argv[1:]]"

    subprocess.run([sys.executable, "-c", program, *rooms], check=True)

    assert len(rooms) > 15
    assert set(rooms) <= set(dir(mvpsdk))
