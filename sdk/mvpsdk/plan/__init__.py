# SPDX-License-Identifier: Apache-2.0
"""Plans: `make` places everything and gives a `Plan`; pure, it reads no files."""

from mvpsdk.plan.cores import startable
from mvpsdk.plan.delegating import boot_properties, part_header
from mvpsdk.plan.making import make, window
from mvpsdk.plan.model import (
    Interrupt,
    Partition,
    Placement,
    Plan,
    PlannedImage,
    PlannedPart,
    Region,
)
from mvpsdk.plan.pack import check, metadata, needed_features
from mvpsdk.plan.usage import Usage, usage

__all__ = [
    "Interrupt",
    "Partition",
    "Placement",
    "Plan",
    "PlannedImage",
    "PlannedPart",
    "Region",
    "Usage",
    "boot_properties",
    "check",
    "make",
    "metadata",
    "needed_features",
    "part_header",
    "startable",
    "usage",
    "window",
]
