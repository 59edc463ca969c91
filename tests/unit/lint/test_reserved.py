# SPDX-License-Identifier: Apache-2.0
"""Codes that are kept for rules which can't be rules yet."""

from __future__ import annotations

import pytest

from mvpsdk.errors import InputError
from mvpsdk.lint import catalogue, reference, rule
from mvpsdk.lint.reserved import reserved


def test_a_reserved_code_says_why_it_is_no_rule() -> None:
    """Instead of a guess at another code; by its code or its name, and in the reference."""
    for kept in reserved():
        for word in (kept.code.lower(), kept.name):
            with pytest.raises(InputError, match="is no rule yet: ") as caught:
                rule(word)
            assert kept.why in str(caught.value)
        assert f"| {kept.code} | {kept.name} | {kept.why} |" in reference()


def test_a_reserved_code_is_no_rule() -> None:
    """Once it is one, it is not kept any more."""
    assert {kept.code for kept in reserved()}.isdisjoint(each.code for each in catalogue())
    assert {kept.name for kept in reserved()}.isdisjoint(each.name for each in catalogue())
