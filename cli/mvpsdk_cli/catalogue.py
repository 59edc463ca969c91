# SPDX-License-Identifier: Apache-2.0
"""Which commands there are, and their one-line help, without importing any of them.

Importing every command to print ``mvpsdk --help`` would cost more than the help is worth, so the
first docstring line and the section are read out of the source text.
"""

import re
from dataclasses import dataclass
from pathlib import Path

COMMANDS = Path(__file__).parent / "commands"
SECTIONS = ("Describe", "Check", "Make", "Run", "Help")

_DOCSTRING = re.compile(r'^"""(.+?)(?:"""|$)', re.MULTILINE)
_SECTION = re.compile(r'^SECTION = "(\w+)"$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A command as ``mvpsdk --help`` shows it."""

    name: str
    module: str
    summary: str
    section: str


def entries(folder: Path = COMMANDS) -> dict[str, Entry]:
    """All commands by name, in alphabetical order."""
    files = (path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_"))
    return {entry.name: entry for entry in map(_read, files)}


def find(name: str, folder: Path = COMMANDS) -> Entry | None:
    """The command of a name, and no other file is read; None if there is none."""
    path = folder / f"{name.replace('-', '_')}.py"
    known = path.parent == folder and not name.startswith(("_", "-")) and path.is_file()
    entry = _read(path) if known else None
    return entry if entry and entry.name == name else None


def _read(path: Path) -> Entry:
    text = path.read_text(encoding="utf-8")
    docstring = _DOCSTRING.search(text)
    section = _SECTION.search(text)
    return Entry(
        name=path.stem.replace("_", "-"),
        module=f"mvpsdk_cli.commands.{path.stem}",
        summary=docstring.group(1).strip() if docstring else "",
        section=section.group(1) if section else SECTIONS[-1],
    )
