# SPDX-License-Identifier: Apache-2.0
"""Each part of a board: what a tree may say of it, and what it then is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.units import Pa, Range
from tree_tables import GIC, SMMU

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk import tree

    Survey = Callable[..., tree.Survey]
    Table = dict[str, Any]

GIC_NODE = "interrupt-controller@8000000"


def kinds(found: tree.Survey) -> list[str]:
    """Return the kinds of the remarks."""
    return [remark.kind for remark in found.remarks]


# ---- memory ----


def test_ram_without_a_size_is_left_to_do(surveyed: Survey, table: Table) -> None:
    """The base may be known; a base of nought says nothing."""
    table["memory@40000000"]["reg"] = [0, 0x80000000, 0, 0]
    assert surveyed(table).values["memory"] == [{"base": 0x80000000, "size": "TODO"}]
    table["memory@40000000"]["reg"] = [0, 0, 0, 0]
    assert surveyed(table).values["memory"] == [{"base": "TODO", "size": "TODO"}]
    del table["memory@40000000"]
    assert surveyed(table).values["memory"] == [{"base": "TODO", "size": "TODO"}]
    assert "the boot loader fills it in" in surveyed(table).facts["memory[0].size"].note
    assert "System RAM in /proc/iomem" in surveyed(table, live=True).facts["memory[0].size"].note


def test_all_banks_of_all_nodes_count(surveyed: Survey, table: Table) -> None:
    """A node may have several, and some lie above 4 GiB; pages that are not whole are left out."""
    table["memory@40000000"]["reg"] = [0, 0x40000000, 0, 0x40000000, 8, 0, 0, 0x80000000]
    table["memory@1000"] = {"device_type": "memory", "reg": [0, 0x1800, 0, 0x2000]}
    assert surveyed(table).values["memory"] == [
        {"base": 0x40000000, "size": "1 GiB"},
        {"base": 0x8_0000_0000, "size": "2 GiB"},
        {"base": 0x2000, "size": "4 KiB"},
    ]


def reserved(**regions: Table) -> Table:
    """Make a /reserved-memory."""
    named = {name.replace("__", "@").replace("_", "-"): it for name, it in regions.items()}
    return {"#address-cells": 2, "#size-cells": 2, "ranges": True, **named}


def test_reserved_memory_is_found_wherever_it_is_told(surveyed: Survey, table: Table) -> None:
    """In the header, in nodes, in nodes below nodes; names fit and are told apart."""
    table["reserved-memory"] = reserved(
        memory__50000000={"reg": [0, 0x50000000, 0, 0x1000], "no-map": True},
        a_very_long_name_indeed__51000000={"reg": [0, 0x51000000, 0, 0x1000]},
        group={**reserved(inner__52000000={"reg": [0, 0x52000000, 0, 0x2000]})},
        off__53000000={"reg": [0, 0x53000000, 0, 0x2000], "status": "disabled"},
    )
    found = surveyed(table, reservations=[Range(Pa(0x4F000000), 0x1000)])
    assert found.values["reserved"] == [
        {"name": "memreserve", "base": 0x4F000000, "size": "4 KiB"},
        {"name": "memory-50000000", "base": 0x50000000, "size": "4 KiB"},
        {"name": "a-very-long-nam", "base": 0x51000000, "size": "4 KiB"},
        {"name": "inner", "base": 0x52000000, "size": "8 KiB"},
    ]
    assert kinds(found) == []


def test_what_is_odd_about_reserved_memory_is_remarked(surveyed: Survey, table: Table) -> None:
    """Unaligned is rounded outwards, dynamic is named, overlapping tells both."""
    table["reserved-memory"] = reserved(
        modem__50000800={"reg": [0, 0x50000800, 0, 0x1000]},
        tz__50001000={"reg": [0, 0x50001000, 0, 0x1000]},
        cma={"size": [0, 0x2000000]},
    )
    found = surveyed(table)
    assert found.values["reserved"] == [
        {"name": "modem", "base": 0x50000000, "size": "8 KiB"},
        {"name": "tz", "base": 0x50001000, "size": "4 KiB"},
    ]
    assert kinds(found) == ["dynamic-reserved", "reserved-unaligned", "reserved-overlap"]
    assert found.remarks[2].parties == (
        ("modem@50000800", "[0x50000800..0x50001800)"),
        ("tz@50001000", "[0x50001000..0x50002000)"),
    )


# ---- whose EL2 is ----


@pytest.mark.parametrize("name", ["hyp-mem", "hypervisor", "gunyah-hyp", "qhee-code", "hyp_region"])
def test_a_vendor_s_hypervisor_shows_by_its_memory(
    surveyed: Survey, table: Table, name: str
) -> None:
    """The name of the region is a sign, no proof."""
    table["reserved-memory"] = reserved(**{f"{name}__50000000": {"reg": [0, 0x50000000, 0, 4096]}})
    found = surveyed(table)
    assert kinds(found) == ["vendor-region"]
    assert found.blocks == ()


def test_psci_by_hvc_blocks_until_it_is_attested(surveyed: Survey, table: Table) -> None:
    """Something answers at EL2; who unlocks it says how."""
    table["psci"]["method"] = "hvc"
    found = surveyed(table)
    assert found.values["cpu"]["bring-up"] == "psci-hvc"
    assert [(fault.rule, str(fault.place)) for fault in found.blocks] == [
        ("BRD003", "acme.dtb:/psci")
    ]
    assert found.given({"board.el2": "unlocked: our own TF-A"}).blocks == ()
    assert len(found.given({"board.el2": "taken: Acme"}).blocks) == 2


def test_a_known_owner_of_el2_is_named_with_the_evidence(surveyed: Survey, table: Table) -> None:
    """By the table of SoCs; the attestation is still a person's."""
    table["compatible"] = ["acme,one", "qcom,msm8916"]
    found = surveyed(table)
    assert kinds(found) == ["soc-known-owner"]
    assert "qhypstub" in found.remarks[0].message
    assert found.values["board"]["el2"] == "TODO"


def test_a_guest_s_tree_is_remarked(surveyed: Survey, table: Table) -> None:
    """A /hypervisor node is written by one, for its guests."""
    table["hypervisor"] = {"compatible": "xen,xen-4.17"}
    assert kinds(surveyed(table)) == ["hypervisor-node"]


# ---- the GIC ----


def version_2(table: Table) -> Table:
    """Make the tree's GIC a GIC-400; returns its node."""
    gic: Table = table[GIC_NODE]
    gic["compatible"] = "arm,gic-400"
    gic["reg"] = [
        word
        for base, size in ((0x8000000, 0x1000), (0x8010000, 0x2000), (0x8030000, 0x2000))
        for word in (0, base, 0, size)
    ] + [0, 0x8040000, 0, 0x2000]
    return gic


def test_a_gicv2_has_four_frames(surveyed: Survey, table: Table) -> None:
    """All sizes are the usual ones, so none is written."""
    version_2(table)
    assert surveyed(table).values["interrupt-controller"] == {
        "version": 2,
        "distributor": 0x8000000,
        "cpu-interface": 0x8010000,
        "hypervisor-interface": 0x8030000,
        "virtual-interface": 0x8040000,
        "maintenance-irq": 25,
    }


def test_a_gicv2_without_virtual_interface_blocks(surveyed: Survey, table: Table) -> None:
    """What is missing is named, with the node; giving it lifts the block."""
    gic = version_2(table)
    gic["reg"] = gic["reg"][:8]
    found = surveyed(table)
    missing = ["hypervisor-interface", "virtual-interface"]
    assert [key.rpartition(".")[2] for key in found.todos if "board" not in key] == missing
    assert [(fault.rule, fault.place and fault.place.node) for fault in found.blocks] == [
        ("BRD004", f"/{GIC_NODE}")
    ] * 2
    given = {
        f"interrupt-controller.{key}": 0x8030000 + (key[0] == "v") * 0x10000 for key in missing
    }
    assert found.given(given).blocks == ()


def test_a_gicc_of_one_page_is_remarked(surveyed: Survey, table: Table) -> None:
    """Too small for GICC_DIR."""
    version_2(table)["reg"][7] = 0x100
    found = surveyed(table)
    assert kinds(found) == ["gicc-small"]
    assert found.values["interrupt-controller"]["cpu-interface-size"] == "4 KiB"


def test_a_gicc_of_128_kib_is_used_where_its_pages_meet(surveyed: Survey, table: Table) -> None:
    """Each of its pages stands there sixteen times: the last of the first is taken."""
    gic = version_2(table)
    gic["reg"][7] = gic["reg"][15] = 0x20000
    found = surveyed(table)
    assert kinds(found) == ["gicc-aliased", "gicc-aliased"]
    values = found.values["interrupt-controller"]
    assert values["cpu-interface"] == gic["reg"][5] + 0xF000
    assert values["virtual-interface"] == gic["reg"][13] + 0xF000
    assert "cpu-interface-size" not in values
    assert found.facts["interrupt-controller.cpu-interface"].confidence == "likely"


def test_no_maintenance_interrupt_blocks(surveyed: Survey, table: Table) -> None:
    """The list registers would run dry."""
    del table[GIC_NODE]["interrupts"]
    found = surveyed(table)
    assert [fault.rule for fault in found.blocks] == ["BRD005"]
    assert found.values["interrupt-controller"]["maintenance-irq"] == "TODO"


def test_regions_of_redistributors_that_touch_are_one(surveyed: Survey, table: Table) -> None:
    """Others stand apart: only the first region's cores can be used."""
    table[GIC_NODE] |= {
        "#redistributor-regions": 3,
        "redistributor-stride": [0, 0x40000],
        "reg": [
            word
            for base in (0x8000000, 0xA000000, 0xA020000, 0xB000000)
            for word in (0, base, 0, 0x20000)
        ],
    }
    found = surveyed(table)
    assert found.values["interrupt-controller"]["redistributor"] == 0xA000000
    assert "redistributor-size" not in found.values["interrupt-controller"]
    assert kinds(found) == ["redistributors-wide", "redistributor-regions"]


def test_the_gic_is_the_one_that_the_cpus_listen_to(surveyed: Survey, table: Table) -> None:
    """An audio cluster has a GIC of its own, which comes first in the tree."""
    agic = {**version_2({GIC_NODE: dict(table[GIC_NODE])}), "phandle": 9, "interrupts": [0, 9, 4]}
    found = surveyed({"compatible": "acme,one", "interrupt-controller@1000": agic, **table})
    assert found.values["interrupt-controller"]["version"] == 3


def test_another_kind_of_controller_blocks(surveyed: Survey, table: Table) -> None:
    """A Raspberry Pi 3 has none; nothing is made up for it."""
    table[GIC_NODE]["compatible"] = "brcm,bcm2836-l1-intc"
    found = surveyed(table)
    assert kinds(found) == ["no-gic"]
    assert {fault.rule for fault in found.blocks} == {"BRD004", "BRD005", "BRD007"}
    assert found.values["timer"] == dict.fromkeys(
        ("virtual-irq", "physical-irq", "hypervisor-irq"), "TODO"
    )


# ---- the timer and the cores ----


def test_the_timer_s_interrupts_may_be_named_or_extended(surveyed: Survey, table: Table) -> None:
    """By names they come in any order; a frequency that is forced is kept."""
    table["timer"] |= {
        "interrupt-names": ["virt", "hyp-phys", "phys"],
        "interrupts-extended": [GIC, 1, 11, 4, GIC, 1, 10, 4, GIC, 1, 14, 4],
        "clock-frequency": 19200000,
    }
    assert surveyed(table).values["timer"] == {
        "virtual-irq": 27,
        "physical-irq": 30,
        "hypervisor-irq": 26,
        "frequency": 19200000,
    }


def test_a_timer_of_three_interrupts_lacks_the_hypervisor_s(surveyed: Survey, table: Table) -> None:
    """The note says how many it lists."""
    table["timer"]["interrupts"] = table["timer"]["interrupts"][:9]
    found = surveyed(table)
    assert found.values["timer"]["hypervisor-irq"] == "TODO"
    assert "lists 3 interrupts" in found.facts["timer.hypervisor-irq"].note
    assert [fault.rule for fault in found.blocks] == ["BRD007"]


def test_only_enabled_cores_count_and_kinds_and_affinities_are_kept(
    surveyed: Survey, table: Table
) -> None:
    """Two cells of reg are MPIDR_EL1 from Aff3 down."""
    cpus = table["cpus"]
    cpus["#address-cells"] = 2
    cpus["cpu@0"]["reg"] = [0, 0x100]
    cpus["cpu@1"] |= {"reg": [1, 0x200], "compatible": "arm,cortex-a72"}
    cpus["cpu@2"] = {**cpus["cpu@0"], "status": "fail"}
    assert surveyed(table).values["cpu"] == {
        "core": "cortex-a53",
        "count": 2,
        "bring-up": "psci-smc",
        "cores": ["cortex-a53", "cortex-a72"],
        "affinities": [0x100, 0x1_0000_0200],
    }


@pytest.mark.parametrize(
    ("methods", "expected", "remarks"),
    [
        (("psci", "psci"), "TODO", ["no-psci"]),
        (("spin-table", "spin-table"), "spin-table", []),
        (("", ""), "none", ["no-psci"]),
        (("psci", "spin-table"), "TODO", ["mixed-enable-method", "no-psci"]),
    ],
)
def test_how_the_cores_start_without_a_psci_node(
    surveyed: Survey, table: Table, methods: tuple[str, str], expected: str, remarks: list[str]
) -> None:
    """What is unclear is left to do."""
    for number, method in enumerate(methods):
        table["cpus"][f"cpu@{number}"]["enable-method"] = method
    del table["psci"]
    found = surveyed(table)
    assert found.values["cpu"]["bring-up"] == expected
    assert kinds(found) == remarks


# ---- the console ----


def test_the_console_s_registers_are_as_wide_as_told_or_implied(
    surveyed: Survey, table: Table
) -> None:
    """An 8250 may say it; MediaTek's are wide without a word. Nothing drives them here."""
    uart = table["soc"]["serial@1000"]
    uart |= {"compatible": "acme,uart", "reg-shift": 2, "reg-io-width": 4}
    found = surveyed(table)
    assert found.values["console"] == {
        "driver": "none",
        "base": 0x9001000,
        "irq": 33,
        "compatible": "acme,uart",
        "register-shift": 2,
        "register-width": 4,
    }
    assert kinds(found) == ["no-driver"]


def test_the_only_uart_is_likely_the_console(surveyed: Survey, table: Table) -> None:
    """One that a Bluetooth chip is soldered to is none."""
    del table["chosen"]
    uart = table["soc"]["serial@1000"]
    table["soc"]["serial@2000"] = {**uart, "bluetooth": {"compatible": "acme,bt"}}
    found = surveyed(table)
    assert found.facts["console.base"].confidence == "likely"
    assert found.values["console"]["base"] == 0x9001000


def test_of_several_uarts_an_alias_is_a_guess(surveyed: Survey, table: Table) -> None:
    """Without one, nothing is made up."""
    del table["chosen"]
    table["soc"]["serial@2000"] = {**table["soc"]["serial@1000"], "reg": [0x2000, 0x1000]}
    assert surveyed(table).facts["console.base"].confidence == "guess"
    table["aliases"] = {}
    assert surveyed(table).values["console"]["base"] == "TODO"


def test_of_several_uarts_the_kernel_s_command_line_is_likelier(
    surveyed: Survey, table: Table
) -> None:
    """It has the number of an alias; what it says of one that is not there does not count."""
    table["soc"]["serial@2000"] = {**table["soc"]["serial@1000"], "reg": [0x2000, 0x1000]}
    table["aliases"] = {"serial1": "/soc/serial@1000", "serial7": "/soc/serial@2000"}
    table["chosen"] = {"bootargs": "quiet console=ttyS4,9600 console=ttyS7,115200n8"}
    found = surveyed(table)
    assert found.values["console"]["base"] == 0x9002000
    assert found.facts["console.base"].confidence == "likely"
    table["chosen"] = {"bootargs": "console=tty0"}
    found = surveyed(table)
    assert found.values["console"]["base"] == 0x9001000
    assert found.facts["console.base"].confidence == "guess"


def test_a_neighbour_on_the_console_s_page_is_remarked(surveyed: Survey, table: Table) -> None:
    """A partition could not have the one without the other."""
    table["soc"]["clock@1800"] = {"compatible": "acme,clock", "reg": [0x1800, 0x100]}
    found = surveyed(table)
    assert kinds(found) == ["console-shares-page"]
    assert found.remarks[0].parties == (
        ("serial@1000", "/soc/serial@1000"),
        ("clock@1800", "/soc/clock@1800"),
    )


# ---- IOMMUs and devices ----


def test_candidates_come_with_all_that_hands_them_over(surveyed: Survey, table: Table) -> None:
    """Stream ids if an SMMU knows them; an alias is the better name."""
    table["aliases"]["spi0"] = "/soc/spi@4000"
    table["soc"] |= {
        "iommu@10000": {
            "compatible": "arm,mmu-500",
            "#iommu-cells": 2,
            "phandle": SMMU,
            "reg": [0x10000, 0x10000],
        },
        "spi@4000": {
            "compatible": "acme,spi",
            "reg": [0x4000, 0x100],
            "interrupts": [0, 5, 1],
            "iommus": [SMMU, 0x740, 0, SMMU, 0x741, 0],
        },
        "watchdog@5000": {"compatible": "acme,dog", "reg": [0x5000, 0x1000]},
    }
    found = surveyed(table)
    assert found.values["iommu"] == [
        {
            "name": "iommu-9010000",
            "compatible": "arm,mmu-500",
            "base": 0x9010000,
            "size": "64 KiB",
        }
    ]
    assert found.values["device"] == [
        {
            "name": "spi0",
            "base": 0x9004000,
            "size": "256 B",
            "irq": 37,
            "trigger": "edge",
            "compatible": "acme,spi",
            "dma": True,
            "stream-ids": [0x740, 0x741],
        },
        {"name": "watchdog", "base": 0x9005000, "size": "4 KiB", "compatible": "acme,dog"},
    ]


def test_what_shares_registers_or_a_line_is_no_candidate(surveyed: Survey, table: Table) -> None:
    """It can't be handed over alone; nor can what the console or the GIC covers."""
    table["soc"] |= {
        "i2c@4000": {"compatible": "a,i2c", "reg": [0x4000, 0x200], "interrupts": [0, 5, 4]},
        "i2c@4100": {"compatible": "a,i2c", "reg": [0x4100, 0x100], "interrupts": [0, 6, 4]},
        "spi@6000": {"compatible": "a,spi", "reg": [0x6000, 0x100], "interrupts": [0, 7, 4]},
        "spi@7000": {"compatible": "a,spi", "reg": [0x7000, 0x100], "interrupts": [0, 7, 4]},
        "rtc@8000": {"compatible": "a,rtc", "reg": [0x8000, 0x100], "interrupts": [0, 1, 4]},
        "pwm@9000": {"compatible": "a,pwm", "reg": [0x9000, 0x100], "interrupts": [0, 8, 4]},
        "pwm@a000": {"compatible": "a,pwm", "reg": [0xA000, 0x100], "interrupts": [0, 9, 4]},
    }
    names = [device["name"] for device in surveyed(table).values["device"]]
    assert names == ["pwm-9009000", "pwm-900a000"]
