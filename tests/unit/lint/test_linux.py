# SPDX-License-Identifier: Apache-2.0
"""What rules on Linux kernels take for known."""

from __future__ import annotations

import pytest

from mvpsdk.image.drivers import Drivers
from mvpsdk.lint.linux import Linux


def linux(**options: str) -> Linux:
    """A kernel with these options, and a persona's command line."""
    return Linux(
        release="6.1.0",
        drivers=Drivers(built_in=("pl011",)),
        options=options,
        ramdisk=None,
        command_line="console=ttyAMA0",
    )


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({}, "console=ttyAMA0"),
        ({"CMDLINE": "quiet"}, "console=ttyAMA0"),
        ({"CMDLINE": "quiet", "CMDLINE_EXTEND": "y"}, "console=ttyAMA0 quiet"),
        ({"CMDLINE": "quiet", "CMDLINE_FORCE": "y"}, "quiet"),
    ],
)
def test_a_kernel_joins_its_own_command_line_as_it_was_built_to(
    options: dict[str, str], whole: str
) -> None:
    """Behind the persona's, in its place, or only where there is none."""
    assert linux(**options).whole_command_line == whole


def test_what_is_unknown_is_not_lacking() -> None:
    """Without a configuration no option is said to be off."""
    assert linux(RD_XZ="n").lacks("RD_XZ")
    assert not linux(RD_XZ="y").lacks("RD_XZ")
    assert not linux().lacks("RD_XZ")
    assert linux().drives("pl011", "")
    assert not linux().drives("pl061", "gpio_pl061")
