# SPDX-License-Identifier: Apache-2.0
"""docs/how-to/keys.md does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from acme import prepare
from mvpsdk import device

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keys.md"


def blocks(kind: str) -> list[str]:
    """The page's blocks of one language."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_works(tmp_path: Path) -> None:
    """In their order, in one folder; no PIN and no passphrase shows."""
    prepare(tmp_path / "acme").pack("../phone.itb")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks("sh"))],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "SOFTHSM2_CONF": str(conf)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": verified\n") == 2
    assert "correct horse" not in done.stdout + done.stderr
    assert "4711" not in done.stdout + done.stderr
    made = {file.name for file in tmp_path.glob("*.itb")}
    assert made == {
        *("phone.itb", "signed.itb", "shut.itb"),
        *("hsm.itb", "service.itb", "detached.itb"),
    }


def test_the_pages_device_facts_can_be_read(tmp_path: Path) -> None:
    """Its file is one that verify takes."""
    (text,) = blocks("toml")
    assert tomllib.loads(text)["schema"] == "mvpsdk.device/1"
    (tmp_path / "device.toml").write_text(text)

    facts = device.load(tmp_path / "device.toml")

    assert facts.control_tree == tmp_path / "u-boot.dtb"
    assert [(slot.name, slot.size) for slot in facts.slots] == [("boot_a", 32 << 20)]
