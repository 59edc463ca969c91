# SPDX-License-Identifier: Apache-2.0
"""Images: `open` reads what a file's headers say, `open_all` all that can be found in files."""

from mvpsdk.image.model import AbiNote, Arm64Header, Elf, ImageFacts, Segment, Stop
from mvpsdk.image.reading import open_all, open_own
from mvpsdk.image.reading import open_image as open  # noqa: A004 - it is what one does to an image
from mvpsdk.image.wrappers import WRAPPERS

__all__ = [
    "WRAPPERS",
    "AbiNote",
    "Arm64Header",
    "Elf",
    "ImageFacts",
    "Segment",
    "Stop",
    "open",
    "open_all",
    "open_own",
]
