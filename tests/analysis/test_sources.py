# SPDX-License-Identifier: Apache-2.0
"""The portable half stays portable: both compilers, no assembly, nothing from a C library."""

import re
import subprocess
from pathlib import Path

import pytest

from mvpsdk.core.fingerprint import CORE, digest, header

FLAGS = [
    *("-std=c11", "-ffreestanding", "-O2", "-Wall", "-Wextra", "-Werror", "-Wconversion"),
    *("-Wsign-conversion", "-Wshadow", "-Wmissing-prototypes", "-Wswitch-default", "-Wvla"),
    *("-fno-stack-protector", "-U_FORTIFY_SOURCE"),
]
SOURCES = sorted(CORE.glob("src/*.c"))
HEADERS = sorted([*CORE.glob("include/mvp/*.h"), *CORE.glob("src/*.h")])
MAY_CALL = {"memcpy", "memset", "memmove", "memcmp"}  # what a compiler may make of plain C


@pytest.fixture(scope="module", params=["gcc", "clang"])
def objects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All portable sources, compiled strictly; a warning is an error."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "fingerprint_value.h").write_text(header(digest()), encoding="utf-8")
    includes = [f"-I{CORE}/include", f"-I{CORE}/src", f"-I{CORE}/arch/host", f"-I{folder}"]
    command = [request.param, *FLAGS, *includes, "-c", *map(str, SOURCES)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_nothing_is_asked_of_the_machine_but_by_arch_functions(objects: Path) -> None:
    """What is undefined in all of core/src together is declared in arch.h."""
    names = [str(path) for path in objects.glob("*.o")]
    listing = subprocess.run(["nm", *names], capture_output=True, text=True, check=True).stdout
    undefined = set(re.findall(r"^ +U (\w+)$", listing, re.MULTILINE))
    defined = set(re.findall(r"^[0-9a-f]+ [A-Z] (\w+)$", listing, re.MULTILINE))
    declared = set(re.findall(r"\b(arch_\w+)\(", (CORE / "src/arch.h").read_text(encoding="utf-8")))

    assert undefined - defined - MAY_CALL - {"_GLOBAL_OFFSET_TABLE_"} <= declared
    assert len(defined) > 50


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_portable_source_has_no_assembly(path: Path) -> None:
    """The dividing line is the instruction."""
    assert not re.search(r"\b(asm|__asm__|__asm)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_a_header_can_be_read_by_cffi(path: Path) -> None:
    """Literal numbers, types and prototypes only: so nothing is declared twice."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    directives = re.findall(r"^#.*", text, re.MULTILINE)
    number = r"-?(0x[0-9a-fA-F]+|[0-9]+)"
    allowed = re.compile(
        rf"#(ifndef \w+|define \w+( +{number})?|endif|include [<\"][\w/.]+[>\"]|pragma .*)\s*"
    )

    assert [line for line in directives if not allowed.fullmatch(line)] == []
    assert not re.search(r"\binline\b|__attribute__|_Static_assert|\bstatic\b", text)


@pytest.mark.parametrize("path", [*SOURCES, *HEADERS], ids=lambda path: path.name)
def test_a_source_says_its_licence(path: Path) -> None:
    """In its first line."""
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert first == "/* SPDX-License-Identifier: Apache-2.0 */"
