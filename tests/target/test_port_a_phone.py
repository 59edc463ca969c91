# SPDX-License-Identifier: Apache-2.0
"""From a vendor's device tree to a booted Debian and a report, as the README and the how-to say."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from mvpsdk.errors import MvpError
from mvpsdk.port import DEBIAN
from mvpsdk.store import debian
from pages import ROOT, follow

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(600)]

SECTION = re.compile(r"^## Port a phone.*?(?=^## )", re.MULTILINE | re.DOTALL)
GIC = "gic-version=3"


@pytest.fixture(scope="module", autouse=True)
def _lists() -> None:
    """What a reader has done: apt's lists are there, and what they name is still on the mirror."""
    found = re.search(r'deb = "([^"]+)"', DEBIAN.kernel)
    assert found
    try:
        url = debian.package(found[1]).url
        there = requests.head(url, timeout=30, allow_redirects=True).ok
    except MvpError:
        there = False
    if not there:
        subprocess.run(["apt-get", "-qq", "update"], check=True, capture_output=True, timeout=240)


def test_the_readme_ports_a_phone(tmp_path: Path) -> None:
    """On the other GIC than the page has: the commands as they stand there, and no hand edit."""
    section = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert section, "README.md has a section that begins with: Port a phone"
    assert section[0].count(GIC) == 1
    text = section[0].replace(GIC, "gic-version=2")
    text = re.sub(r"\b\d+ certain", "… certain", text)  # a GICv2 has more blocks than a GICv3

    compared = follow(text, tmp_path)

    assert compared > 8
    board = (tmp_path / "boards" / "mine" / "board.toml").read_text(encoding="utf-8")
    assert "\nversion = 2 " in board
    assert len(list(tmp_path.glob("*.itb"))) == 1


def test_the_how_to_ports_a_phone(tmp_path: Path) -> None:
    """From the first command to a report and a booted Debian, on a board that is not shipped."""
    page = (ROOT / "docs/how-to/port-a-phone.md").read_text(encoding="utf-8")
    shipped = "".join(path.read_text() for path in (ROOT / "boards").glob("*/board.toml"))

    assert "sbsa" not in shipped
    assert follow(page, tmp_path) > 60
