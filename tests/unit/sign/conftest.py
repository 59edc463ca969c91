# SPDX-License-Identifier: Apache-2.0
"""A small bundle, unsigned and signed by the published test keys, made once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from acme import Case, prepare
from mvpsdk import sign

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The handset, planned."""
    return prepare(tmp_path_factory.mktemp("sign") / "acme")


@pytest.fixture(scope="session")
def plain(acme: Case) -> Path:
    """Its bundle, unsigned."""
    return acme.pack("plain.itb").path


@pytest.fixture(scope="session")
def signed(plain: Path) -> Path:
    """The same, signed by the test keys."""
    path = plain.with_name("signed.itb")
    sign.sign(plain, sign.open_signers(["test:"]), path)
    return path


@pytest.fixture
def wanted() -> sign.Wanted:
    """Both test keys are trusted."""
    return sign.Wanted(keys=sign.public_keys(["test:"]), now=NOW)
