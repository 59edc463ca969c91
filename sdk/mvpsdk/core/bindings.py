# SPDX-License-Identifier: Apache-2.0
"""cffi recipe for mvpsdk.core._lib; run by the build, never imported.

The headers are the declarations, so nothing is written twice: they hold only plain constants, types
and prototypes, and cffi reads them once their include lines and guards are dropped.
"""

import re
from pathlib import Path

from cffi import FFI

CORE = Path(__file__).resolve().parent
FOLDERS = (CORE / "include", CORE / "src", CORE / "arch/host")
HEADERS = [
    *sorted(CORE.glob("include/mvp/*.h")),
    *sorted(CORE.glob("src/*.h")),
    *sorted(CORE.glob("arch/host/*.h")),
]
SOURCES = [*CORE.glob("src/*.c"), *CORE.glob("arch/host/*.c")]

INCLUDE = re.compile(r'^#include [<"]([\w/.]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^#(?!define \w+ +\S).*\n", re.MULTILINE)
PROTOTYPE = re.compile(r"^\w[\w \t*]*?\b(?P<name>\w+)\([^;{}]*\);\n", re.MULTILINE)
VARIABLE = re.compile(r"^extern [\w *]*?\b(?P<name>\w+)[\[\w\]]*;\n", re.MULTILINE)


def include_name(header: Path) -> str:
    """The name by which C includes it."""
    return f"mvp/{header.name}" if header.parent.name == "mvp" else header.name


def included(header: Path) -> list[Path]:
    """The core's own headers that this one includes."""
    names = INCLUDE.findall(header.read_text(encoding="utf-8"))
    return [folder / name for name in names for folder in FOLDERS if (folder / name).exists()]


def in_order(headers: list[Path], done: list[Path]) -> list[Path]:
    """Headers after those that they include."""
    for header in headers:
        if header not in done:
            in_order(included(header), done)
            done.append(header)
    return done


def keep_defined(pattern: re.Pattern[str], definition: str, plain: str, text: str) -> str:
    """Drop what the host build lacks: what only the board has can't be called here."""

    def keep(match: re.Match[str]) -> str:
        name = definition.format(match["name"])
        return match[0] if re.search(name, text, re.MULTILINE) else ""

    return pattern.sub(keep, plain)


def declarations(header: Path, text: str) -> str:
    """What cffi may read of a header."""
    plain = DIRECTIVE.sub("", COMMENT.sub("", header.read_text(encoding="utf-8")))
    plain = keep_defined(PROTOTYPE, r"^\w[\w \t*]*\b{}\([^;{{}}]*\)\s*\{{", plain, text)
    return keep_defined(VARIABLE, r"^(?!extern|static)\w[\w *]*\b{}[\[\w\]]*(;| =)", plain, text)


ordered = in_order(HEADERS, [])
definitions = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
ffibuilder = FFI()
ffibuilder.cdef("\n".join(declarations(header, definitions) for header in ordered))
ffibuilder.set_source(
    "mvpsdk.core._lib", "".join(f"#include <{include_name(header)}>\n" for header in ordered)
)
