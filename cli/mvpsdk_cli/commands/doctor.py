# SPDX-License-Identifier: Apache-2.0
"""Shows what this machine has, what it lacks, and how to get it."""

SECTION = "Help"


def command() -> int:
    """Placeholder."""
    return 0
