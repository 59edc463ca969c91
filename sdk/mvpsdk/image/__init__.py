# SPDX-License-Identifier: Apache-2.0
"""Images: `open` reads what a file's bytes say and gives `ImageFacts`."""

from mvpsdk.image.model import AbiNote, Arm64Header, Elf, ImageFacts, Segment
from mvpsdk.image.reading import open_image as open  # noqa: A004 - it is what one does to an image
from mvpsdk.image.wrappers import WRAPPERS

__all__ = ["WRAPPERS", "AbiNote", "Arm64Header", "Elf", "ImageFacts", "Segment", "open"]
