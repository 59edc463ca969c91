# SPDX-License-Identifier: Apache-2.0
"""What a booted hypervisor prints is what `mvpsdk.decode` reads."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import bench_machine
import packs
from mvpsdk import decode
from mvpsdk.build import Image, image
from mvpsdk.core import facade as core
from mvpsdk.decode import Context
from mvpsdk.store import Cache
from mvpsdk_cli.main import main
from powered import powered

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

WILD = "[mvp] wild access partition=0x0 reason=0x42 pc=0x80 address=0x10"


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


def test_a_handset_gives_names_and_the_places_of_its_hypervisor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planned and built anew, with a trace if the one in the log had one."""
    bench_machine.build_guest(tmp_path / "guest.bin")
    bench_machine.build_firmware(tmp_path)
    shutil.copy(bench_machine.HERE / "handset.toml", tmp_path)
    log = tmp_path / "console.log"
    traced = decode.symbols(image("pl011", features=(), trace=True, cache=Cache.default()).elf)
    offset = traced.starts[[name for name, _ in traced.names].index("trace_add")]
    log.write_text(f"[mvp] panic reason=0x45 syndrome=0x0 offset={offset:#x} address=0x0\n{WILD}\n")
    words = ["decode", str(log), "--handset", str(tmp_path), "--board", "qemu-virt"]
    words += ["--trace"]
    assert main(words) == 1
    out = capsys.readouterr().out
    assert f"the hypervisor at {offset:#x}, trace_add+0x0 (trace.c:" in out
    assert 'at     partition 0, "realtime"' in out
