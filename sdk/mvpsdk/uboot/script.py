# SPDX-License-Identifier: Apache-2.0
"""The boot script: `boot.hush` with a board's facts in it, as one line that U-Boot runs.

It runs in U-Boot's hush, which has no functions, so the template is the whole of it. Where it
decides over boot control it does what `core/src/slots.c` does; a test lets both decide.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOTS_LAYOUT
from mvpsdk.uboot.model import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.uboot.model import Target

__all__ = ["boot_script", "sections"]

_TEMPLATE = Path(__file__).with_name("boot.hush")
_BLOCK = 512  # bytes of a block of the storage
_SCRATCH = 64 * 1024  # bytes before the FIT: boot control, and the copy that is being judged
_PLACED = re.compile(r"@([A-Za-z0-9_.+]+)@")
_SECTION = re.compile(r"^#: ([a-z]+)$")
_NUMBER = "number"  # the section that stands wherever a property's number is wanted
_OPENS = ("then", "do", "else")  # words that no semicolon may follow


def boot_script(target: Target, keys: Sequence[str]) -> str:
    """Return the script for a board, as one line.

    keys: names of the nodes under /signature that the control tree must require; none: whatever
    U-Boot finds is started, signed or not.
    """
    return _line("".join(text for _, text in _chosen(keys)), _values(target, keys))


def sections(target: Target, *names: str) -> str:
    """Return the named sections of the script, one behind the other, as one line."""
    found = dict(_sections())
    return _line("".join(found[name] for name in names), _values(target, ()))


def _chosen(keys: Sequence[str]) -> list[tuple[str, str]]:
    left_out = {_NUMBER} if keys else {_NUMBER, "trust"}
    return [(name, text) for name, text in _sections() if name not in left_out]


def _sections() -> list[tuple[str, str]]:
    """Each section's name, and its commands, line by line."""
    found: list[tuple[str, str]] = [("", "")]
    for line in _TEMPLATE.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        begun = _SECTION.match(text)
        if begun:
            found.append((begun[1], ""))
        elif text and not text.startswith("#"):
            found[-1] = (found[-1][0], f"{found[-1][1]}{text}\n")
    return found


def _line(text: str, values: Mapping[str, str]) -> str:
    """Put the values in, and join the lines as hush wants them."""
    lines = _PLACED.sub(lambda found: values[found[1]], text).splitlines()
    ends = [" " if line.split()[-1] in _OPENS else "; " for line in lines]
    return "".join(line + end for line, end in zip(lines, ends, strict=True)).removesuffix("; ")


def _values(target: Target, keys: Sequence[str]) -> dict[str, str]:
    kind, base = target.storage.kind, target.room.base
    layout = SLOTS_LAYOUT
    copies = [base + n * layout.step for n in range(layout.copies)]
    copy, state, total = (base + layout.copies * layout.step + n * layout.size for n in range(3))
    fit = base + _SCRATCH
    numbers = {
        "COPY0": copies[0],
        "COPY1": copies[1],
        "COPY": copy,
        "STATE": state,
        "SUM": total,
        "SIZE": layout.size,
        "SUMMED": layout.fields["crc"],
        "ZEROS": layout.zeros,
        "STEP_BLOCKS": layout.step // _BLOCK,
        "MISC_BLOCKS": (layout.step * (layout.copies - 1) + layout.size) // _BLOCK,
        "MAGIC": layout.magic & 0xFFFF_FFFF,
        "MAGIC+4": layout.magic >> 32,
        "VERSION": layout.version,
        "PRIORITY_MAX": layout.priority_max,
        "TRIES_MAX": layout.tries_max,
        "FIT": fit,
        "HEAD": HEAD,
        "HEAD_BLOCKS": HEAD // _BLOCK,
        "ROOM_END": target.room.end,
        "ROOM_BLOCKS": (target.room.end - fit) // _BLOCK,
        **{f"COPY.{name}": copy + offset for name, offset in layout.fields.items()},
        **{f"STATE.{name}": state + offset for name, offset in layout.fields.items()},
        "COPY.magic+4": copy + layout.fields["magic"] + 4,
    }
    texts = {
        "DEVICE": target.storage.device,
        "SCAN": target.storage.scan,
        "READ": f"{kind} read",
        "WRITE": f"{kind} write",
        "COMPATIBLE": target.compatible,
        "KEYS": " ".join(keys),
        "LAST_KEY": keys[-1] if keys else "",
        "OFF": "poweroff; reset",
        "NUMBER": dict(_sections())[_NUMBER].rstrip(),
    }
    return {**texts, **{name: f"{number:x}" for name, number in numbers.items()}}
