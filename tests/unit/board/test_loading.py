# SPDX-License-Identifier: Apache-2.0
"""From a board.toml to a Board, and what is wrong with wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import board
from mvpsdk.errors import BoardError
from mvpsdk.units import GIB, KIB, MIB, Pa, Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    BoardFile = Callable[..., Path]


def test_a_board_has_what_its_file_says(board_file: BoardFile) -> None:
    """Every key of the file is a field of the board."""
    acme = board.load(board_file())
    assert (acme.name, acme.vendor, acme.compatible) == ("acme", "Acme Ltd.", "acme,one")
    assert acme.cpu == board.Cpu(core="cortex-a53", count=2, bring_up="psci-smc")
    assert acme.memory == (Range(Pa(0x4000_0000), GIB), Range(Pa(0x1_0000_0000), 512 * MIB))
    assert acme.reserved == (board.Reserved(name="modem", range=Range(Pa(0x7000_0000), 16 * MIB)),)
    assert acme.console
    assert acme.console.range == Range(Pa(0x0900_0000), 4 * KIB)
    radio = acme.device("radio")
    assert radio == board.Device(
        name="radio", range=Range(Pa(0x0904_0000), 64 * KIB), irq=40, edge=True
    )
    assert acme.device("gpio") != radio
    assert acme.device("modem") is None
    assert acme.virtual
    assert acme.virtual.memory == 1536 * MIB


def test_an_iommu_has_its_interrupts(board_file: BoardFile) -> None:
    """Driven is one of the kind, whose interrupts are known; streams are those of its devices."""
    path = board_file()
    unit = 'compatible = "arm,smmu-v3"\nbase = 0x0905_0000\nsize = "128 KiB"\n'
    irqs = "event-irq = 106\nerror-irq = 106\n"
    text = path.read_text().replace("irq = 40", "irq = 40\nstream-ids = [3, 4, 3]")
    path.write_text(f'{text}\n[[iommu]]\nname = "smmu"\n{unit}{irqs}')
    acme = board.load(path)
    assert acme.smmu
    assert (acme.smmu.event_irq, acme.smmu.error_irq) == (106, 106)
    assert acme.streams(["radio", "gpio", "nothing"]) == (3, 4)
    assert acme.streams(["gpio"]) == ()
    path.write_text(f'{text}\n[[iommu]]\nname = "smmu"\n{unit}')
    assert board.load(path).smmu is None
    assert board.load(path).streams(["radio"]) == ()


def test_an_smmu_shares_nothing_with_others(board_file: BoardFile) -> None:
    """Neither registers nor interrupts; its two interrupts may be one."""
    path = board_file()
    unit = 'compatible = "arm,smmu-v3"\nbase = 0x0904_0000\nsize = "128 KiB"\n'
    irqs = "event-irq = 40\nerror-irq = 107\n"
    path.write_text(f'{path.read_text()}\n[[iommu]]\nname = "smmu"\n{unit}{irqs}')
    with pytest.raises(BoardError) as caught:
        board.load(path)
    said = [fault.message for fault in caught.value.faults]
    assert any(text.startswith('iommu[0]: IOMMU "smmu"') for text in said)
    assert any("iommu[0].event-irq: INTID 40 is device[1].irq already" in text for text in said)
    assert len(said) == 2


def test_what_is_left_out_has_the_usual_value(board_file: BoardFile) -> None:
    """Interrupts and frame sizes have the architecture's usual values."""
    acme = board.load(board_file())
    gic = acme.interrupt_controller
    assert gic.redistributor == Range(Pa(0x080A_0000), 2 * 128 * KIB)
    assert gic.distributor == Range(Pa(0x0800_0000), 64 * KIB)
    assert gic.maintenance_irq == 25
    assert acme.timer == board.Timer(virtual_irq=27, physical_irq=30, hypervisor_irq=26)


def test_console_and_virtual_may_be_missing(board_file: BoardFile) -> None:
    """A board without a console, or one that QEMU doesn't know, is a board."""
    path = board_file()
    text = path.read_text()
    console, device, virtual = (text.index(t) for t in ("[console]", "[[device]]", "[virtual]"))
    path.write_text(text[:console] + text[device:virtual])
    acme = board.load(path)
    assert acme.console is None
    assert acme.virtual is None


def test_a_folder_means_the_file_inside(board_file: BoardFile) -> None:
    """A board's folder may be named instead of its file."""
    path = board_file()
    assert board.load(path.parent) == board.load(path)


def test_a_key_has_its_place(board_file: BoardFile) -> None:
    """The board knows where each of its facts is written."""
    acme = board.load(board_file())
    assert str(acme.place("memory[1].size")).endswith("board.toml:17:1")
    assert str(acme.place("timer.virtual-irq")) == "None"


@pytest.mark.parametrize(
    ("changes", "line", "expected"),
    [
        ({"count = 2": "countx = 2"}, 9, 'unknown key cpu.countx; did you mean "count"?'),
        (
            {"count = 2": "zebra = 2"},
            9,
            "unknown key cpu.zebra\n  known here: affinities, bring-up, core, cores, count, rel",
        ),
        ({"vendor =": "# vendor ="}, 1, "board.vendor is missing"),
        ({"count = 2": 'count = "2"'}, 9, 'cpu.count: must be a whole number, not "2"'),
        ({"count = 2": "count = true"}, 9, "cpu.count: must be a whole number, not true"),
        ({"count = 2": "count = 0"}, 9, "cpu.count: must be at least 1, not 0"),
        ({'name = "acme"': "name = 5"}, 2, "board.name: must be text in quotes, not 5"),
        ({'name = "acme"': 'name = "A B"'}, 2, '"A B" has characters that have no place here'),
        ({'"free"': '"maybe"'}, 5, 'board.el2: "maybe" has characters'),
        ({'"1 GiB"': "0x4000_0000"}, 13, "memory[0].size: a size is text with a unit"),
        ({'"1 GiB"': '"1 GB"'}, 13, 'memory[0].size: "1 GB" is no size; did you mean "1 GiB"?'),
        ({'"1 GiB"': '"0 B"'}, 13, "is no multiple of 4 KiB"),
        ({'"1 GiB"': '"4 B"'}, 13, "is no multiple of 4 KiB"),
        ({'"1 GiB"': '"999999 TiB"'}, 13, "more than 48 address bits"),
        ({"0x4000_0000": "0x4000_0800"}, 12, "memory[0].base: 0x40000800 is no multiple of 4 KiB"),
        ({"0x4000_0000": "-4096"}, 12, "memory[0].base: must be at least 0"),
        ({'"Acme Ltd."': "['Acme']"}, 3, "board.vendor: must be text in quotes, not a list"),
        ({'"Acme Ltd."': "{ a = 1 }"}, 3, "board.vendor: must be text in quotes, not a table"),
        ({'"Acme Ltd."': f'"{"x" * 300}"'}, 3, f'"{"x" * 60}…" is longer than 255 characters'),
        ({'"Acme Ltd."': "2026-01-01"}, 3, "board.vendor: must be text in quotes, not 2026-01-01"),
        ({"irq = 33": "irq = 3"}, 32, "console.irq: must be at least 32, not 3"),
        ({"version = 3": "version = 2"}, 24, "cpu-interface: missing, and a GICv2 has one"),
        ({'"pl011"': '"toy"'}, 30, 'console.driver: there is no driver "toy"'),
        (
            {"irq = 33": "irq = 33\nregister-shift = 1\nregister-width = 4"},
            34,
            "console.register-width: accesses of 4 bytes, but the registers stand 2 apart",
        ),
        ({'trigger = "edge"': "trigger = [1]"}, 45, "device[1].trigger"),
        ({"irq = 40": "irq = 39"}, 44, "device[1].irq: INTID 39 is device[0].irq already"),
        ({"irq = 39": "irq = 33"}, 38, "device[0].irq: INTID 33 is console.irq already"),
        ({'name = "radio"': 'name = "gpio"'}, 41, 'device[1].name: "gpio" is taken already'),
        ({'"1536 MiB"': '"1 GiB"'}, 50, "virtual.memory: 1 GiB, but the banks have 1.5 GiB"),
        (
            {
                "redistributor = ": "redistributor-size = '64 KiB'\nredistributor = ",
            },
            27,
            "0x10000 bytes, but 2 cores need 0x40000",
        ),
    ],
)
def test_a_fault_has_its_place(
    board_file: BoardFile, changes: dict[str, str], line: int, expected: str
) -> None:
    """A wrong file is answered with what is wrong and the line of the key."""
    with pytest.raises(BoardError) as caught:
        board.load(board_file(changes))
    assert expected in str(caught.value)
    lines = [
        fault.place.line for fault in caught.value.faults if expected in str(fault) and fault.place
    ]
    assert lines == [line]


@pytest.mark.parametrize(
    ("changes", "both"),
    [
        (
            {"0x1_0000_0000": "0x7fff_f000"},
            ("RAM bank 1 [0x7ffff000..0x9ffff000)", "RAM bank 0 [0x40000000..0x80000000)"),
        ),
        (
            {"base = 0x0903_0000": "base = 0x0900_0000"},
            ('device "gpio" [0x9000000..0x9001000)', "the console [0x9000000..0x9000020)"),
        ),
        (
            {"base = 0x0904_0000": "base = 0x4000_0000"},
            ('device "radio" [0x40000000..0x40010000)', "RAM bank 0 [0x40000000..0x80000000)"),
        ),
        (
            {"redistributor = 0x080a_0000": "redistributor = 0x0800_8000"},
            ("the GIC redistributors [0x8008000..0x8048000)", "distributor [0x8000000..0x8010000)"),
        ),
    ],
)
def test_both_parties_of_an_overlap_are_named(
    board_file: BoardFile, changes: dict[str, str], both: tuple[str, str]
) -> None:
    """Two things at one address are both named, with their ranges."""
    with pytest.raises(BoardError) as caught:
        board.load(board_file(changes))
    assert all(party in caught.value.message for party in both)


def test_all_faults_are_told_at_once(board_file: BoardFile) -> None:
    """A file with four faults is answered with four, not with the first."""
    wrong = {"count = 2": "countx = 2", '"1 GiB"': '"1 GB"', "irq = 33": 'irq = "x"'}
    with pytest.raises(BoardError) as caught:
        board.load(board_file(wrong))
    assert sorted(fault.place.line for fault in caught.value.faults if fault.place) == [
        7,
        9,
        13,
        32,
    ]


def test_what_is_not_known_yet_is_told_with_the_way_to_find_it_out(board_file: BoardFile) -> None:
    """A file may say TODO; a draft of it can be read, a board can't be made."""
    path = board_file({'"1 GiB"': '"TODO"', '"free"': '"TODO"'})
    known = board.draft(path)
    assert known.todos == ("board.el2", "memory[0].size")
    assert known.content.memory[0].size is None
    with pytest.raises(BoardError) as caught:
        board.load(path)
    assert [
        (fault.rule, fault.place.line if fault.place else 0) for fault in caught.value.faults
    ] == [
        ("BRD003", 5),
        ("BRD001", 13),
    ]
    assert "--from-live-fdt" in str(caught.value)


def test_a_gicv2_has_four_frames(board_file: BoardFile) -> None:
    """Version 2 has a CPU interface and no redistributors."""
    frames = "cpu-interface = 0x0801_0000\nhypervisor-interface = 0x0803_0000\n"
    acme = board.load(
        board_file(
            {
                "version = 3": "version = 2",
                "redistributor = 0x080a_0000": frames + "virtual-interface = 0x0804_0000",
            }
        )
    )
    gic = acme.interrupt_controller
    assert [key for key, *_ in gic.frames()] == [
        "distributor",
        "cpu-interface",
        "hypervisor-interface",
        "virtual-interface",
    ]
    assert gic.virtual_interface == Range(Pa(0x0804_0000), 8 * KIB)
