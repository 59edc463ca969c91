# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas that editors get say what the readers of board.toml and handset.toml do."""

from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from mvpsdk.board.schema import BoardFile
from mvpsdk.document.schema import check
from mvpsdk.handset.schema import HandsetFile
from mvpsdk_cli import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.document.schema import Model

ROOT = Path(__file__).parents[3]
MODELS: dict[str, type[Model]] = {"board": BoardFile, "handset": HandsetFile}
Key = tuple[str | int, ...]

BOARD = """
[board]
name = "full"
vendor = "Acme"
compatible = "acme,full"
el2 = "free"
[cpu]
core = "cortex-a53"
count = 2
bring-up = "psci-smc"
cores = ["cortex-a53", "cortex-a73"]
affinities = [0, 1]
release-addresses = [0, 0xe0]
[[memory]]
base = 0x4000_0000
size = "1 GiB"
[[reserved]]
name = "tz"
base = 0x5000_0000
size = "1 MiB"
[[slot]]
name = "hyp_a"
size = "32 MiB"
[interrupt-controller]
version = 2
distributor = 0x0800_0000
redistributor = 0x0900_0000
redistributor-size = "256 KiB"
cpu-interface = 0x0801_0000
cpu-interface-size = "8 KiB"
hypervisor-interface = 0x0803_0000
hypervisor-interface-size = "8 KiB"
virtual-interface = 0x0804_0000
virtual-interface-size = "8 KiB"
maintenance-irq = 25
[timer]
virtual-irq = 27
physical-irq = 30
hypervisor-irq = 26
frequency = 24000000
[console]
driver = "pl011"
base = 0x0a00_0000
irq = 33
compatible = "arm,pl011"
register-shift = 2
register-width = 4
[[iommu]]
name = "smmu"
compatible = "arm,mmu-500"
base = 0x0b00_0000
size = "64 KiB"
event-irq = 60
error-irq = 61
[[device]]
name = "gpio"
base = 0x0c00_0000
size = "4 KiB"
irq = 39
trigger = "edge"
compatible = "arm,pl061"
dma = true
stream-ids = [1]
[virtual]
machine = "virt"
cpu = "cortex-a53"
memory = "1 GiB"
cpus = 2
clock = 0x0901_0000
serial = 1
tree = "minimal"
qemu = "7.2"
"""

HANDSET = """
[handset]
name = "full"
version = "1"
boards = ["full"]
rollback-index = 1
[realtime]
source = "firmware/"
memory = "4 MiB"
map = "direct"
cpu = 0
priority = 0
devices = ["gpio"]
wx = "warn"
[[persona]]
name = "work"
kernel = { deb = "linux", member = "boot/linux" }
symbols = "build/linux.elf"
format = "image"
kernel-config = "kernel.config"
ramdisk = { url = "https://acme.example/initrd", sha256 = "{digest}" }
command-line = "quiet"
memory = "64 MiB"
cpus = [0]
vgic = "board"
restart = "never"
rtc = true
power = true
[[persona]]
name = "boot"
format = "rom"
rom = "u-boot.bin"
vars = "env.img"
vars-size = "256 KiB"
memory = "64 MiB"
update-key = "vendor.pub"
update-room = "32 MiB"
update-index = 2
update-least = 1
[boot]
mode = "exclusive"
default = "work"
menu-timeout = "3 s"
early-console = true
[lint]
rules = "0.1"
[[allow]]
rule = "MEM004"
at = "persona.work"
reason = "why not"
until = 2030-01-01
""".replace("{digest}", "ab" * 32)

FULL = {"board": tomllib.loads(BOARD), "handset": tomllib.loads(HANDSET)}


@cache
def validator(kind: str) -> Draft202012Validator:
    """What an editor checks with."""
    dates = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schemas.schema(kind), format_checker=dates)


def editor_takes(kind: str, values: dict[str, Any]) -> bool:
    """Whether an editor that knows the schema would be content; to it, a date is text."""
    plain = json.loads(json.dumps(values, default=str))
    return bool(validator(kind).is_valid(plain))


def reader_takes(kind: str, values: dict[str, Any]) -> bool:
    """Whether the file's reader is."""
    return check(MODELS[kind], values, {})[0] is not None


def keys(value: object, path: Key = ()) -> Iterator[Key]:
    """Every key of a file, tables and their elements included."""
    pairs = value.items() if isinstance(value, dict) else ()
    for key, inner in [*pairs, *(enumerate(value) if isinstance(value, list) else ())]:
        yield (*path, key)
        yield from keys(inner, (*path, key))


def changed(kind: str, path: Key, value: object) -> dict[str, Any]:
    """The full file with another value in one place."""
    result: Any = deepcopy(FULL[kind])
    table = result
    for part in path[:-1]:
        table = table[part]
    table[path[-1]] = value
    return dict(result)


@pytest.mark.parametrize("kind", MODELS)
def test_schemas_are_schemas(kind: str) -> None:
    """By the dialect's own schema; and the full files have every key that there is."""
    schema = schemas.schema(kind)
    Draft202012Validator.check_schema(schema)
    assert editor_takes(kind, FULL[kind])
    assert reader_takes(kind, FULL[kind])
    later = {"channel", "on", "schedule", "path", "image"}
    named = {str(key[-1]) for key in keys(FULL[kind])}
    for table in [schema, *schema["$defs"].values()]:
        assert set(table["properties"]) - named <= later


def test_every_file_of_the_repository_is_of_its_form() -> None:
    """Boards and handsets, wherever they stand."""
    hidden = {".venv", "build", "templates"}
    files = [path for path in ROOT.rglob("*.toml") if not hidden & set(path.parts)]
    seen = dict.fromkeys(MODELS, 0)
    for path in files:
        values = tomllib.loads(path.read_text("utf-8"))
        for kind in MODELS.keys() & values.keys():
            wrong = not reader_takes(kind, values)
            assert editor_takes(kind, values) != wrong, path
            seen[kind] += not wrong
    assert all(count for count in seen.values()), seen


@pytest.mark.parametrize("kind", MODELS)
def test_unknown_keys_are_refused_in_every_table(kind: str) -> None:
    """By the editor as by the reader."""
    tables = [()] + [key for key in keys(FULL[kind]) if isinstance(value_at(kind, key), dict)]
    assert len(tables) > 5
    for table in tables:
        values = changed(kind, (*table, "surprise"), 1)
        assert not editor_takes(kind, values), table
        assert not reader_takes(kind, values), table


def value_at(kind: str, path: Key) -> Any:
    """The full file's value in one place."""
    value: Any = FULL[kind]
    for part in path:
        value = value[part]
    return value


WRONG: tuple[Any, ...] = (
    "TODO",
    "",
    -1,
    0,
    1,
    1 << 48,
    0x4000_0123,
    True,
    1.5,
    "8 MiB",
    "1 B",
    [],
    [0],
    {},
    {"x": 1},
)


@pytest.mark.parametrize("kind", MODELS)
def test_editor_and_reader_agree_on_every_value(kind: str) -> None:
    """What a reader takes, no editor marks; what an editor takes, the form allows.

    But for what no pattern can say: a size in whole pages, a size or a duration that is too large.
    """
    different = set()
    for path in keys(FULL[kind]):
        for value in WRONG:
            values = changed(kind, path, value)
            editor, reader = editor_takes(kind, values), reader_takes(kind, values)
            assert editor or not reader, (path, value)
            if editor != reader:
                different.add(str(path[-1]).rpartition("-")[2])
    assert different <= {"size", "memory", "room", "timeout"}


def test_what_may_be_unknown_is_just_what_the_reader_says() -> None:
    """The word is taken where a board may not know a fact yet, and nowhere else."""
    taken = {
        ".".join(map(str, path))
        for path in keys(FULL["board"])
        if not isinstance(value_at("board", path), str | dict | list)
        and editor_takes("board", changed("board", path, "TODO"))
    }
    assert taken == {
        "cpu.count",
        "memory.0.base",
        "interrupt-controller.version",
        "interrupt-controller.distributor",
        "interrupt-controller.redistributor",
        "interrupt-controller.cpu-interface",
        "interrupt-controller.hypervisor-interface",
        "interrupt-controller.virtual-interface",
        "interrupt-controller.maintenance-irq",
        "timer.virtual-irq",
        "timer.physical-irq",
        "timer.hypervisor-irq",
        "console.base",
        "console.irq",
    }
