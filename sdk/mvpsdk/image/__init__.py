# SPDX-License-Identifier: Apache-2.0
"""Images: `open` reads what a file's bytes say and gives `ImageFacts`."""

from mvpsdk.image.model import AbiNote, Arm64Header, Elf, ImageFacts, Segment

__all__ = ["AbiNote", "Arm64Header", "Elf", "ImageFacts", "Segment"]
