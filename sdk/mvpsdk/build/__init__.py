# SPDX-License-Identifier: Apache-2.0
"""Cross-building: the hypervisor from the core's sources, firmware from the phone maker's."""

from mvpsdk.abi.features import missing, wanted
from mvpsdk.build.export import export
from mvpsdk.build.image import Image, firmware, guest, image
from mvpsdk.build.probing import header
from mvpsdk.build.sizes import Sizes
from mvpsdk.build.toolchain import Toolchain, find

__all__ = [
    "Image",
    "Sizes",
    "Toolchain",
    "export",
    "find",
    "firmware",
    "guest",
    "header",
    "image",
    "missing",
    "wanted",
]
