# SPDX-License-Identifier: Apache-2.0
"""A manifest that somebody else wrote: what is not of its kind is refused where it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mvpsdk.bundle.manifest import Content, Manifest, Virtual, parse
from mvpsdk.errors import BundleError

VIRTUAL = Virtual(machine="virt,virtualization=on", cpu="cortex-a53", memory=1, cpus=1, clock=None)
GOOD = Manifest(
    handset="acme",
    version="1",
    rollback_index=5,
    board="qemu-virt",
    compatible="linux,dummy-virt",
    profile="dev",
    signed=False,
    personas=("work",),
    fingerprint="",
    sources="",
    toolchain="gcc (Debian 12.2.0-14) 12.2.0",
    sdk="0.1.0",
    virtual=VIRTUAL,
    parts=(Content(name="pack", kind="ramdisk", size=1, sha256=""),),
    images=(),
)


def test_a_manifest_comes_back_as_it_was_written() -> None:
    """All of it, and what there is none of."""
    assert parse(GOOD.json()) == GOOD


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("personas",), [{"a": 1}]),
        (("personas",), ["work", 2]),
        (("features",), [1]),
        (("board",), "qemu\x1b[31m"),
        (("version",), "1\n2"),
        (("rollback-index",), 1 << 64),
        (("rollback-index",), True),
        (("parts", 0, "size"), 10**400),
        (("parts", 0, "load"), "here"),
        (("parts", 0, "load"), -1),
        (("virtual", "machine"), {"virt": 1}),
        (("virtual", "cpu"), 7),
        (("virtual", "memory"), -1),
        (("virtual", "clock"), "noon"),
        (("virtual", "serial"), "a"),
        (("virtual", "qemu"), 5),
        (("virtual",), "qemu"),
    ],
    ids=str,
)
def test_what_is_not_of_its_kind_is_refused(place: tuple[Any, ...], value: object) -> None:
    """No later step has to wonder what it was given, and no terminal acts on a name."""
    document = json.loads(GOOD.json())
    there = document
    for key in place[:-1]:
        there = there[key]
    there[place[-1]] = value
    with pytest.raises(BundleError, match="the manifest can't be read"):
        parse(json.dumps(document).encode())
