# SPDX-License-Identifier: Apache-2.0
"""Where the hypervisor's bytes are: each source of the base build, and what it is there for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench_rows import HERE, spread
from mvpsdk.build import image
from mvpsdk.build.recipe import CORE
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

__all__ = ["HERE", "measure", "purpose", "table"]

OPENING = re.compile(r"/\* SPDX[^\n]*\*/\n/\*(.*?)\*/", flags=re.DOTALL)
SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z(])")
LINKER = "Gaps before aligned parts, and addresses that the core corrects at its start."
HEAD = """\
## Where the bytes are

Text, constants and data of the base build by source, as they are linked; what each is for in its
own words.

| source | bytes | what for |
|---|--:|---|
"""


def measure(driver: str = "pl011", features: Collection[str] = ()) -> dict[str, int]:
    """Bytes by source, most first. Their sum is the row `size-file`."""
    found = image(driver, features=features, cache=Cache.default()).by_source
    sizes = {name.removeprefix("core/"): size.file for name, size in found.items()}
    return dict(sorted(sizes.items(), key=lambda part: (-part[1], part[0])))


def purpose(source: Path) -> str:
    """The first sentence of a source's interface, or of the source where it has none of its own."""
    for path in (source.with_suffix(".h"), source):
        opening = OPENING.match(path.read_text(encoding="utf-8")) if path.is_file() else None
        if opening:
            paragraph, *_ = re.split(r"\n \*\n", opening[1].removeprefix("\n"))
            words = (line.strip().removeprefix("*").strip() for line in paragraph.splitlines())
            return SENTENCE.split(" ".join(words).strip())[0]
    return ""


def table(parts: Mapping[str, int]) -> Iterator[str]:
    """The page's table."""
    yield HEAD.rstrip("\n")
    for name, size in parts.items():
        words = purpose(CORE / name) if (CORE / name).is_file() else LINKER
        yield f"| `{name}` | {spread(size)} | {words} |"
    yield ""
