# SPDX-License-Identifier: Apache-2.0
"""``mvpsdk --help``, drawn from the catalogue alone, so that it is there at once."""

from collections.abc import Iterator

from mvpsdk_cli.catalogue import SECTIONS, Entry, entries

_HEAD = """\
Usage: mvpsdk [OPTIONS] COMMAND [ARGS]...

  Packages realtime firmware, a small hypervisor and unmodified OS images into
  one bundle, proves that they fit together, and boots that very bundle.
"""

_TAIL = """\
Options (before or after the command):
  -q, --quiet                  Say nothing but results and errors.
  -v, --verbose                Say more; repeatable.
  --color [auto|always|never]  Colour the output (NO_COLOR is honoured).
  --no-input                   Never ask; implied by CI=true or no terminal.
  --version                    Show the version.
  -h, --help                   Show this page; after a command, its own.

Exit codes: 0 done, 1 the check found something, 2 wrong call or input,
3 this machine lacks something, 4 time ran out, 5 refused, 70 our own bug.

A first look:
  mvpsdk doctor                what this machine has, and what it lacks
  mvpsdk boards show qemu-virt a board and its memory map"""


def page() -> str:
    """The whole page, without a newline at its end."""
    return "\n".join([_HEAD, *_commands(entries()), _TAIL])


def _commands(found: dict[str, Entry]) -> Iterator[str]:
    width = max(map(len, found), default=0)
    for section in SECTIONS:
        members = [entry for entry in found.values() if entry.section == section]
        if members:
            yield f"{section}:"
            yield from (f"  {entry.name:<{width}}  {entry.summary}" for entry in members)
            yield ""
