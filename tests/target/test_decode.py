# SPDX-License-Identifier: Apache-2.0
"""What a booted hypervisor prints is what `mvpsdk.decode` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import packs
from mvpsdk import decode
from mvpsdk.build import Image, image
from mvpsdk.core import facade as core
from mvpsdk.decode import Context
from mvpsdk.store import Cache
from powered import powered

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target


@pytest.fixture(scope="module")
def hypervisor() -> Image:
    """The hypervisor for a board with a PL011 and a GICv3."""
    return image("pl011", cache=Cache.default())


def test_a_refusal_is_read_as_it_comes_from_the_uart(hypervisor: Image, tmp_path: Path) -> None:
    """A bad byte in flash: the code, the header, and that the bundle at hand is intact."""
    metadata = core.pack_write(packs.good_pack())
    whole = metadata.ljust(core.pack_read(metadata).total_size, b"\0")
    damaged = bytearray(whole)
    damaged[400] ^= 1
    binary, pack = tmp_path / "hypervisor", tmp_path / "pack"
    binary.write_bytes(hypervisor.binary)
    pack.write_bytes(damaged)
    with powered("-kernel", str(binary), "-initrd", str(pack)) as (_, lines):
        log = [next(lines)]
    context = Context(pack=core.pack_read(whole), verdict=core.pack_check(whole))
    report = decode.decode(log, context)
    (finding,) = report.findings
    assert finding.advice.name == "MVP_PACK_CHECKSUM"
    assert finding.where == "the pack's header"
    assert not finding.damaged
    assert "what arrived on the phone is not what you have" in finding.details[1]


def test_places_are_named_by_the_elf_of_the_build(hypervisor: Image) -> None:
    """C by function and line, assembly by its label; what is nothing has no name."""
    symbols = decode.symbols(hypervisor.elf)
    start = symbols.starts[[name for name, _ in symbols.names].index("trap_hvc")]
    vectors = symbols.starts[[name for name, _ in symbols.names].index("vectors")]
    assert symbols.name(start + 4).startswith("trap_hvc+0x4 (trap.c:")
    assert symbols.name(vectors).startswith("vectors+0x0 (vectors.S:")
    assert symbols.name(1 << 40) == ""
    assert symbols.is_of(int.from_bytes(core.FINGERPRINT[:8], "big"))
    assert not symbols.is_of(0x0123456789ABCDEF)
