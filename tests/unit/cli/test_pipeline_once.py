# SPDX-License-Identifier: Apache-2.0
"""A handset for several boards: what all of them have is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import image
from mvpsdk_cli import pipeline
from workbench import arm64_image

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mvpsdk.image import ImageFacts

HANDSET = """
[handset]
name = "two"
version = "1.0.0"
boards = ["qemu-virt", "qemu-virt-gicv2"]

[[persona]]
name = "work"
kernel = "Image"
memory = "32 MiB"
"""


def test_images_are_read_once_for_all_boards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One reading serves both boards; the next run reads anew."""
    (tmp_path / "Image").write_bytes(arm64_image(1 << 20))
    (tmp_path / "handset.toml").write_text(HANDSET)
    opened, read = [], image.open

    def counted(path: Path, role: str) -> ImageFacts:
        opened.append(role)
        return read(path, role)

    monkeypatch.setattr(image, "open", counted)
    for runs in (1, 2):
        request = pipeline.Request(handset=tmp_path / "handset.toml")
        made = [make() for make in pipeline.each_board(request)]
        assert [each.board.name for each in made] == ["qemu-virt", "qemu-virt-gicv2"]
        assert opened == ["work/kernel"] * runs
