# SPDX-License-Identifier: Apache-2.0
"""What a phone's U-Boot gets, and how the virtual handset's is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import device

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_folder_for_u_boot_is_written(cli: Callable[..., Any]) -> None:
    """The key is required in the tree that device facts name, and all of it is listed."""
    done = cli("provision", "raspberry-pi-4", "--key", "test:", "-o", "out")
    assert (done.code, done.err) == (0, "")
    names = ["control.dtsi", "control.dtb", "u-boot.config", "device.toml"]
    assert done.out.splitlines() == [f"out/{name}" for name in names]
    facts = device.load(Path("out/device.toml"))
    assert (facts.board, facts.compatible) == ("raspberry-pi-4", "raspberrypi,4-model-b")
    assert facts.control_tree
    (key,) = device.control_keys(facts.control_tree)
    assert (key.required, key.algorithm) == ("conf", "sha256,rsa2048")


def test_the_same_key_gives_the_same_files(cli: Callable[..., Any]) -> None:
    """Nothing in them is of the day or the folder."""
    for folder in ("one", "two"):
        assert cli("provision", "qemu-virt", "--key", "test:", "-o", folder).code == 0
    for path in Path("one").iterdir():
        assert path.read_bytes() == Path("two", path.name).read_bytes()


def test_what_is_there_is_not_replaced(cli: Callable[..., Any]) -> None:
    """Unless that is asked for."""
    words = ("provision", "qemu-virt", "--key", "test:", "-o", "out")
    assert cli(*words).code == 0
    assert cli(*words).code == 2
    assert cli(*words, "--force").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--storage", "floppy"), "no device of U-Boot's: 'floppy'"),
        (("--tree", "none.dtb"), "no such file"),
        (("--key", "none.pub"), "no such file"),
    ],
)
def test_wrong_calls_are_told(cli: Callable[..., Any], words: tuple[str, ...], said: str) -> None:
    """With exit code 2, and nothing is written."""
    done = cli("provision", "qemu-virt", "--key", "test:", "-o", "out", *words)
    assert done.code == 2
    assert said in done.err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "test:"), "--key means nothing where QEMU loads the bundle itself"),
        (("--ephemeral",), "--ephemeral means nothing where QEMU loads the bundle itself"),
        (("--via", "u-boot", "--key", "none", "--key", "test:"), "--key none beside another key"),
    ],
)
def test_keys_without_a_boot_loader_are_told(
    cli: Callable[..., Any], words: tuple[str, ...], said: str
) -> None:
    """Nobody believes that something was verified that was not."""
    done = cli("run", "phone.itb", *words)
    assert done.code == 2
    assert said in done.err
