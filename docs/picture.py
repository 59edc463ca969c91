#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws a terminal's text as SVG: `examples/demo-handset/demo | docs/picture.py >docs/demo.svg`."""

from __future__ import annotations

import io
import re
import sys

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 104
COLORS = {
    r"^\$ .*": "bold white",
    r"^  \[realtime\]": "green",
    r"^  \[work\]": "cyan",
    r"^  \[personal\]": "magenta",
    r"missed 0\b": "bold green",
}
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#1b1b1b" x="1" y="1" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Read a terminal's text, write a picture of it."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    for line in sys.stdin.read().strip().splitlines():
        text = Text(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")
        for pattern, style in COLORS.items():
            text.highlight_regex(re.compile(pattern), style)
        console.print(text)
    sys.stdout.write(console.export_svg(theme=MONOKAI, code_format=FORMAT, unique_id="demo"))


if __name__ == "__main__":
    main()
