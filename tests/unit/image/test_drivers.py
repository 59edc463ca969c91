# SPDX-License-Identifier: Apache-2.0
"""Drivers in a program, and a kernel's configuration."""

from __future__ import annotations

import gzip

from mvpsdk.image.drivers import OPTIONS, PROBES, Drivers, read_configuration, read_drivers

CONFIG = b"""#
# Automatically generated file; DO NOT EDIT.
# Linux/arm64 6.1.176 Kernel Configuration
#
CONFIG_ARM_GIC_V3=y
CONFIG_GPIO_PL061=m
CONFIG_CMDLINE="console=ttynull a=\\"b\\""
# CONFIG_RD_XZ is not set
CONFIG_OF_NO_INTEREST=y
"""


def test_a_driver_is_told_by_its_string_with_its_end() -> None:
    """A longer word that begins like it is another device's."""
    found = read_drivers(b"\0arm,gic-v3\0arm,pl011-other\0rtc-pl031\0")
    assert found == Drivers(built_in=("gic-v3", "pl031"))
    assert read_drivers(b"".join(each[-1] for each in PROBES.values())).built_in == tuple(PROBES)


def test_a_whole_configuration_says_what_is_not_set() -> None:
    """What a `.config` doesn't name is not set; of the rest only what matters is kept."""
    found = read_configuration(CONFIG)
    assert found
    options = dict(found.options)
    assert found.version == "6.1.176"
    assert set(options) == OPTIONS
    assert options["ARM_GIC_V3"] == "y"
    assert options["GPIO_PL061"] == "m"
    assert options["RD_XZ"] == options["ARM_GIC"] == "n"
    assert options["CMDLINE"] == 'console=ttynull a=\\"b\\"'


def test_a_configuration_may_be_packed_or_in_the_kernel() -> None:
    """/proc/config.gz, and CONFIG_IKCONFIG; a damaged one is none."""
    packed = gzip.compress(CONFIG)
    assert read_configuration(packed) == read_configuration(CONFIG)
    assert read_drivers(bytes(64) + b"IKCFG_ST" + packed + b"IKCFG_ED").configuration == (
        read_configuration(CONFIG)
    )
    assert read_configuration(packed[:20] + b"\xff" * 40) is None
    assert read_drivers(b"IKCFG_ST\x1f\x8b").configuration is None


def test_what_is_not_whole_is_no_configuration() -> None:
    """A defconfig leaves out what has a default: nothing can be told from what it lacks."""
    assert read_configuration(b"CONFIG_ARM_GIC_V3=y\n# CONFIG_VT is not set\n") is None
    assert read_configuration(bytes(100)) is None
