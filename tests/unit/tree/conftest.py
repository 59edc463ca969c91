# SPDX-License-Identifier: Apache-2.0
"""A sound tree, and what surveys one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import tree
from tree_tables import Table, node, phone

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def table() -> Table:
    """Give a sound tree, to be changed."""
    return phone()


@pytest.fixture
def surveyed() -> Callable[..., tree.Survey]:
    """Give what surveys a table."""

    def survey(table: Table, **options: Any) -> tree.Survey:
        return tree.survey(node(table), Path("acme.dtb"), **options)

    return survey
