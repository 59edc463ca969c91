# SPDX-License-Identifier: Apache-2.0
"""How deep EL2's stack gets, by what the compiler says of each function's frame."""

from __future__ import annotations

import re
from functools import cache

import pytest

from mvpsdk.build import find, image, recipe
from mvpsdk.build.tool import run
from mvpsdk.decode.symbols import symbols

pytestmark = pytest.mark.target

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(static\)')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
AREA = re.compile(r"\.skip +(\d+) - STACK_SLOT - PANIC_STACK - PANIC_FRAME")


class Calls:
    """Who calls whom, and how many bytes of stack each takes."""

    def __init__(self, text: str, linked: set[str]) -> None:
        """Read GCC's call graphs (-fcallgraph-info=su).

        linked: the functions that are in the image. What only the host calls the linker leaves out.
        """
        self.linked = linked
        self.frames = {name: int(size) for name, size in NODE.findall(text)}
        self.callees: dict[str, set[str]] = {name: set() for name in self.frames}
        for caller, callee in EDGE.findall(text):
            self.callees[caller].add(callee)

    def deepest(self, function: str) -> int:
        """Bytes of the deepest chain of calls; assembly's own functions take none."""

        @cache
        def depth(name: str) -> int:
            below = max(map(depth, self.callees.get(name, ())), default=0)
            return self.frames.get(name, 0) + below

        return depth(function)


@pytest.fixture(scope="module", params=[3, 2], ids=["GICv3", "GICv2"])
def calls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """The hypervisor's calls, in the build with the trace: it has every function."""
    folder = tmp_path_factory.mktemp("calls")
    made, gcc = recipe.hypervisor("pl011", gic=request.param, trace=True), find("gcc")
    for header, text in made.generated.items():
        (folder / header).write_text(text)
    flags = [*made.compile_flags(gcc, folder), "-fcallgraph-info=su"]
    for source in (source for source in made.sources if source.name.endswith(".c")):
        output = folder / source.name.replace("/", "-")
        own = [*flags, *made.source_flags(source, gcc), "-o", f"{output}.o"]
        run([*gcc.compiler, *own], cwd=source.folder)
    linked = symbols(image("pl011", gic=request.param, trace=True).elf).names
    graphs = "".join(path.read_text() for path in sorted(folder.glob("*.ci")))
    return Calls(graphs, {name for name, _size in linked})


def defined(name: str) -> int:
    """A number that offsets.h defines."""
    text = (recipe.CORE / "arch/aarch64/offsets.h").read_text()
    (found,) = re.findall(rf"^#define {name} (\d+)$", text, re.MULTILINE)
    return int(found)


def test_nothing_calls_itself_or_by_pointer(calls: Calls) -> None:
    """So there is a deepest chain: a recursion would be one without an end."""
    assert len(calls.frames) > 200
    assert not [name for name, callees in calls.callees.items() if name in callees]
    assert "__indirect_call" not in set().union(*calls.callees.values())
    reached: set[str] = set()
    left = dict(calls.callees)
    while ready := [name for name, callees in left.items() if not callees & left.keys()]:
        reached.update(ready)
        for name in ready:
            del left[name]
    assert not left, "these call one another in a ring"


def test_twice_the_deepest_chain_fits_the_stack(calls: Calls) -> None:
    """The rest is for other compilers, whose frames may be larger than GCC's."""
    (area,) = AREA.findall((recipe.CORE / "arch/aarch64/panic.S").read_text())
    others = sum(map(defined, ("STACK_SLOT", "PANIC_STACK", "PANIC_FRAME")))
    room = int(area) - others
    inside = [name for name in calls.frames if name.rpartition(":")[2] in calls.linked]
    assert len(inside) > 150
    deepest = max(map(calls.deepest, inside))
    assert deepest >= 500
    assert 2 * deepest <= room


def test_the_deepest_chain_of_a_panic_fits_its_own_stack(calls: Calls) -> None:
    """It begins with another stack, which lies above the CPU's."""
    assert 300 <= calls.deepest("panic") <= defined("PANIC_STACK")
