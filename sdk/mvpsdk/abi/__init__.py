# SPDX-License-Identifier: Apache-2.0
"""The guest ABI: what a hypervisor build offers, what an image needs, and what has changed."""

from mvpsdk.abi.digest import layouts_digest
from mvpsdk.abi.features import wanted
from mvpsdk.abi.offer import offered

__all__ = ["layouts_digest", "offered", "wanted"]
