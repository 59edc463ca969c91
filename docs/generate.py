#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the pages of docs/reference that say what the sources say: `make docs`.

`tests/unit/test_reference.py` holds the committed pages to it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.append(str(Path(__file__).parents[1] / "tests/bench"))
sys.path.append(str(Path(__file__).parents[1] / "tests/target/defects/support"))
sys.path.append(str(Path(__file__).parents[1] / "tests/target/tamper/support"))

import bench_page
import defects
import tampers
from mvpsdk.board.schema import BoardFile
from mvpsdk.conform.listing import FIRMWARE, GUEST, listed
from mvpsdk.core.facade import Reason
from mvpsdk.core.fingerprint import CORE
from mvpsdk.decode import advice
from mvpsdk.device.schema import DeviceFile
from mvpsdk.handset.schema import HandsetFile, InputTable
from mvpsdk.lint import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.document.schema import Model

HERE = Path(__file__).parent / "reference"

REASONS = """\
# Reason codes

<!-- Made by `make docs` from core/include/mvp/reason.h, decode/reasons.toml and the lint rules. -->

Why the hypervisor refuses a pack, stops at boot, or stops a partition. It writes the code in its
log, `[mvp] stop reason=0x13 table=0x2 index=0x0 value=0x… bound=0x…`; on the host the same function
gives the same code. `table` and `index` say which entry of the [pack](pack.md) is at fault, `value`
what stands there, `bound` what it collides with: [how to read one](../how-to/read-a-refusal.md).

A code is never renumbered and never used again. Where there is a lint rule, it finds the same on
the host, before anything boots. `mvpsdk decode LOG` finds the codes in a console log and says what
stands here, with the entry's name where the bundle is at hand.
"""

CONFORMANCE = """\
# The conformance checks

<!-- Made by `make docs` from the sources of sdk/mvpsdk/conform. -->

What `mvpsdk test-board` holds a board to: [the platform](platform.md)'s contract as an operating
system finds it, once for each version of the GIC that the board can give, while firmware beside it
keeps its deadlines. A check fails by its name, with what was expected and what was seen; one that
the log does not tell of counts as failed. [How to test a board](../how-to/test-a-board.md).
"""

ORIGINS = """\
### Where a file comes from

A file on this machine: `"path"` or `{ path = … }`; one to be downloaded: `{ url = … }`; or one out
of a package of Debian's: `{ deb = "debian-installer-12-netboot-arm64", member = "usr/…/linux" }`.
What is not here is pinned by `mvpsdk lock` and brought by `mvpsdk fetch`. apt is asked for a
package when it is locked, and vouches for it by Debian's signed lists; fetching needs no apt.
"""

MEMBER = re.compile(r"^    /\* (.*?) \*/$|^    (MVP_(?!OK)\w+) =", flags=re.MULTILINE)

FILES = """\
# The files a person writes

<!-- Made by `make docs` from the models in board/, handset/ and device/schema.py. -->

TOML. Unknown keys are errors. Sizes are text with a unit (`"8 MiB"`), whole multiples of 4 KiB;
addresses are numbers (`0x4000_0000`); paths are relative to the file. `mvpsdk schema board`,
`mvpsdk schema handset` and `mvpsdk schema device` print the JSON Schemas, for editors.
"""


def reasons() -> str:
    """The page of reason codes, grouped as in the header."""
    header = (CORE / "include/mvp/reason.h").read_text()
    body = header.partition("enum mvp_reason {")[2].partition("};")[0]
    lines = [REASONS]
    for group, name in MEMBER.findall(body):
        if group:
            title, _, rest = group.rstrip(".").partition(": ")
            lines.append(f"## {title}{f' ({rest})' if rest else ''}\n")
            lines.append(
                "| code | name | meaning | cause | lint rule | fix |\n|---|---|---|---|---|---|"
            )
        else:
            lines.append(_row(Reason[name.removeprefix("MVP_")]))
    return _spaced(lines)


def _row(reason: Reason) -> str:
    told = advice(reason)
    rule = told.rule
    link = f"[{rule.code}](rules.md#{rule.code.lower()}-{rule.name})" if rule else "none"
    cells = (f"{reason.value:#04x}", f"`{told.name}`", told.meaning, told.cause, link, told.fix)
    return f"| {' | '.join(cells)} |"


def _spaced(lines: list[str]) -> str:
    """Joins lines; a heading has an empty line before it."""
    text = "\n".join(lines)
    return re.sub(r"\|\n##", "|\n\n##", text) + "\n"


def files() -> str:
    """The page of keys, table by table."""
    parts = [FILES]
    models = (("board.toml", BoardFile), ("handset.toml", HandsetFile), ("device.toml", DeviceFile))
    for name, model in models:
        parts.append(f"## {name}\n\n{_first(model)}\n")
        parts += _tables(model)
        parts += _origins() if model is HandsetFile else ()
    return "\n".join(parts)


def _origins() -> Iterator[str]:
    """The section on the one table that stands in many places."""
    schema = InputTable.model_json_schema()
    yield ORIGINS
    yield "| key | form | default | meaning |\n|---|---|---|---|"
    for name, field in schema["properties"].items():
        yield _key(name, field, {}, required=False)
    yield ""


def _first(model: type[Model]) -> str:
    text = (model.__doc__ or "").splitlines()[0]
    return text.partition(": ")[2].capitalize() or text.removesuffix(".") + "."


def _tables(model: type[Model]) -> Iterator[str]:
    """A section for each table of a file; keys of no fixed form are told in one sentence."""
    schema = model.model_json_schema()
    for key, value in schema["properties"].items():
        table = _table_of(value)
        if "const" in value:
            yield f"It may begin with `{key} = {_toml(value['const'])}`: {value['description']}.\n"
            continue
        if table is None:
            yield f"### [{key}]\n\n{value['description']}\n"
            continue
        known = schema["$defs"][table]
        title, _, text = known["description"].partition(": ")
        needed = ", required" if key in schema.get("required", ()) else ""
        yield f"### {title.strip('`')}\n\n{text[0].upper()}{text[1:]}{needed and ' Required.'}\n"
        yield "| key | form | default | meaning |\n|---|---|---|---|"
        required = known.get("required", ())
        for name, field in known["properties"].items():
            yield _key(name, field, schema["$defs"], required=name in required)
        yield ""


def _table_of(value: dict[str, Any]) -> str | None:
    """The table that a key refers to, plain, optional or repeated."""
    found = re.search(r"#/\$defs/(\w+)", str(value))
    return found[1] if found else None


def _key(name: str, field: dict[str, Any], tables: dict[str, Any], *, required: bool) -> str:
    default = field.get("default")
    shown = "required" if required else "" if default in (None, "", 0) else f"`{_toml(default)}`"
    about = field.get("description", "")
    return f"| `{name}` | {_form(field, tables)} | {shown} | {about} |"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _form(field: dict[str, Any], tables: dict[str, Any]) -> str:
    """What one may write there."""
    table = _table_of(field)
    if table == "InputTable":
        return "[a file](#where-a-file-comes-from)"
    choices = field.get("enum") or ([field["const"]] if "const" in field else [])
    if choices:
        return ", ".join(f"`{_toml(choice)}`" for choice in choices)
    for plain in field.get("anyOf", ()):
        if plain.get("type") != "null":
            return _form(plain, tables)
    if field.get("type") == "array":
        return f"list of: {_form(field['items'], tables)}"
    return _plain(field)


def _plain(field: dict[str, Any]) -> str:
    if "examples" in field:
        return f'text, such as `"{field["examples"][0]}"`'
    if field.get("multipleOf"):
        return "address"
    if field.get("type") == "integer":
        low, high = field.get("minimum", 0), field.get("maximum")
        return f"{low} … {high}" if high is not None else f"number from {low}"
    kinds = {"string": "text", "object": "table", "boolean": "`true` or `false`"}
    return kinds.get(str(field.get("type")), "text")


def conformance() -> str:
    """The page of checks, topic by topic, in the order in which they are made."""
    lines = [CONFORMANCE]
    for title, folder in (("From inside a persona", GUEST), ("Beside it", FIRMWARE)):
        lines.append(f"## {title}\n\n| check | what must hold |\n|---|---|")
        lines += [f"| `{check.name}` | {check.what} |" for check in listed(folder)]
    return _spaced(lines)


PAGES = {
    "conformance.md": conformance,
    "reasons.md": reasons,
    "files.md": files,
    "rules.md": reference,
    "figures.md": bench_page.page,
    "defects.md": defects.page,
    "tamper.md": tampers.page,
}


def main() -> None:
    """Write every generated page."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make())


if __name__ == "__main__":
    main()
