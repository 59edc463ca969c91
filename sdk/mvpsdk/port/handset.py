# SPDX-License-Identifier: Apache-2.0
"""The folder of a new handset: the files of `templates/handset`, filled in.

A template is a file as it will be, with `@NAME@` and the like where something is put in. `dot_` at
the beginning of its name stands for a dot, so that no tool takes the template for its own.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mvpsdk.board import Draft

__all__ = ["DEBIAN", "PersonaImages", "handset_files", "persona_of"]

TEMPLATES = Path(__file__).parent / "templates" / "handset"
LICENCE = re.compile(r"^(# |/\* )SPDX-License-Identifier: Apache-2\.0( \*/)?\n")
"""A template's own; what is made of it is the maker's."""

_HOLE = re.compile(r"@([A-Z_]+)@")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PACKAGE = "debian-installer-12-netboot-arm64"
_FOLDER = "usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64"
_ABOUT_DEBIAN = """
## The persona

Debian 12's own kernel and the RAM disk of its installer, as Debian built them: enough to see an
operating system start. It ends in a shell; `poweroff -f` leaves it. Debian's mirrors keep the
newest package alone: when the locked one is gone, `mvpsdk lock` pins the next. It wants apt, so a
Debian or a container of it; `mvpsdk fetch` does not. Name your own images in their place.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonaImages:
    """What a persona boots: values of a handset file, as TOML."""

    name: str
    kernel: str
    ramdisk: str = ""  # "": none
    command_line: str = '"console=ttyAMA0"'
    expect: str = ""  # a line that it shows once it is up; "": not known
    about: str = ""  # what its README says of it


DEBIAN = PersonaImages(
    name="debian",
    kernel=f'{{ deb = "{_PACKAGE}", member = "{_FOLDER}/linux" }}',
    ramdisk=f'{{ deb = "{_PACKAGE}", member = "{_FOLDER}/initrd.gz" }}',
    command_line="""'console=ttyAMA0 rdinit=/bin/sh -- -c "cat /etc/lsb-release; exec sh"'""",
    expect="debian:Debian GNU/Linux",
    about=_ABOUT_DEBIAN,
)
"""Debian 12: its kernel, and the RAM disk of its installer, which needs 448 MiB to unpack."""


def persona_of(kernel: str, ramdisk: str | None, command_line: str, folder: Path) -> PersonaImages:
    """Return a persona of one's own images: each a URL, or a file that is there.

    A file's path becomes relative to the folder of the handset. Raises InputError if it is missing.
    """
    return PersonaImages(
        name="work",
        kernel=_source(kernel, folder),
        ramdisk=_source(ramdisk, folder) if ramdisk else "",
        command_line=_quoted(command_line),
    )


def _source(text: str, folder: Path) -> str:
    if re.match(r"https?://", text):
        return f"{{ url = {_quoted(text)} }}"
    if not Path(text).is_file():
        raise InputError(
            "there is no such file", place=Place(file=text), hint="name an image, or its URL"
        )
    return _quoted(Path(os.path.relpath(text, folder)).as_posix())


def _quoted(text: str) -> str:
    """A TOML string: literal where that can be, else with escapes (JSON's are TOML's)."""
    return f"'{text}'" if '"' in text and "'" not in text else json.dumps(text)


def handset_files(
    name: str, boards: Sequence[Draft], persona: PersonaImages = DEBIAN
) -> dict[str, bytes]:
    """Return the files of a new handset by their path in its folder.

    Raises InputError if the name is none, or if there is no board.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f'"{name}" is no name for a handset',
            hint="lower-case letters, digits and hyphens, 31 at most, a letter first",
        )
    if not boards:
        raise InputError("a handset is made for at least one board", hint="name it by --board")
    values = _values(name, boards, persona)
    templates = (path for path in sorted(TEMPLATES.rglob("*")) if path.is_file())
    return {_target(path): _filled(path.read_text("utf-8"), values) for path in templates}


def _target(template: Path) -> str:
    parts = template.relative_to(TEMPLATES).parts
    return "/".join(re.sub(r"^dot_", ".", part) for part in parts)


def _filled(text: str, values: Mapping[str, str]) -> bytes:
    """Put the values in; a line that is nothing but an empty value goes."""
    text = LICENCE.sub("", text)
    for key in [key for key, value in values.items() if not value]:
        text = text.replace(f"@{key}@\n", "")
    return _HOLE.sub(lambda hole: values[hole[1]], text).encode()


def _values(name: str, boards: Sequence[Draft], persona: PersonaImages) -> dict[str, str]:
    names = [board.name for board in boards]
    images = [f"kernel = {persona.kernel}"]
    images += [f"ramdisk = {persona.ramdisk}"] if persona.ramdisk else []
    expected = list(_expected(persona))
    return {
        "NAME": name,
        "BOARDS": ", ".join(f'"{board}"' for board in names),
        "FIRST_BOARD": names[0],
        "PERSONA": persona.name,
        "KERNEL": "\n".join(images),
        "COMMAND_LINE": persona.command_line,
        "ABOUT_PERSONA": persona.about,
        "GITHUB_BOARDS": "\n".join(
            f"          - {{ board: {board.name}, boots: {str(_boots(board)).lower()} }}"
            for board in boards
        ),
        "GITLAB_BOARDS": "\n".join(
            f'      - BOARD: {board.name}\n        BOOTS: "{"yes" if _boots(board) else "no"}"'
            for board in boards
        ),
        "EXPECT": "\n".join(f"          {line}" for line in expected),
        "EXPECT_SHORT": "\n".join(f"      {line}" for line in expected),
    }


def _boots(board: Draft) -> bool:
    """Whether the virtual handset can be this board."""
    return board.content.virtual is not None


def _expected(persona: PersonaImages) -> Iterator[str]:
    """What a pipeline waits for: the persona, then firmware that has been in time all along."""
    if persona.expect:
        yield f"--expect '{persona.expect}'"
    yield "--expect 'realtime:(deadlines|final): met [0-9]+ missed 0$'"
    yield "--reject 'stop reason|wild access|met [0-9]+ missed [1-9]'"
