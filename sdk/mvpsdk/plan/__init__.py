# SPDX-License-Identifier: Apache-2.0
"""Plans: `make` places everything and gives a `Plan`; pure, it reads no files."""

from mvpsdk.plan.cores import startable
from mvpsdk.plan.making import make, window
from mvpsdk.plan.model import Interrupt, Partition, Placement, Plan, PlannedImage, Region
from mvpsdk.plan.pack import check, metadata, needed_features
from mvpsdk.plan.usage import Usage, usage

__all__ = [
    "Interrupt",
    "Partition",
    "Placement",
    "Plan",
    "PlannedImage",
    "Region",
    "Usage",
    "check",
    "make",
    "metadata",
    "needed_features",
    "startable",
    "usage",
    "window",
]
