# SPDX-License-Identifier: Apache-2.0
"""Bundles of a phone, made once."""

from __future__ import annotations

import pytest

import flashable


@pytest.fixture(scope="session")
def phones(tmp_path_factory: pytest.TempPathFactory) -> flashable.Phones:
    """The bundles."""
    return flashable.make(tmp_path_factory.mktemp("phones"))
