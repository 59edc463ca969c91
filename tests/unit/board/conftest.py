# SPDX-License-Identifier: Apache-2.0
"""A board file that is right, and a way to make it wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """\
[board]
name = "acme"
vendor = "Acme Ltd."
compatible = "acme,one"
el2 = "free"

[cpu]
core = "cortex-a53"
count = 2

[[memory]]
base = 0x4000_0000
size = "1 GiB"

[[memory]]
base = 0x1_0000_0000
size = "512 MiB"

[[reserved]]
name = "modem"
base = 0x7000_0000
size = "16 MiB"

[interrupt-controller]
version = 3
distributor = 0x0800_0000
redistributor = 0x080a_0000

[console]
driver = "pl011"
base = 0x0900_0000
irq = 33

[[device]]
name = "gpio"
base = 0x0903_0000
size = "4 KiB"
irq = 39

[[device]]
name = "radio"
base = 0x0904_0000
size = "64 KiB"
irq = 40
trigger = "edge"

[virtual]
machine = "virt"
cpu = "cortex-a53"
memory = "1536 MiB"
"""


@pytest.fixture
def board_file(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a good board.toml, with `{old: new}` replaced."""

    def write(changes: dict[str, str] | None = None, name: str = "acme") -> Path:
        text = GOOD
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "boards" / name / "board.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
