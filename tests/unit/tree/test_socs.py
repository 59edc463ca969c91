# SPDX-License-Identifier: Apache-2.0
"""The table of SoCs: a file for each family, listed nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.tree.socs import soc_of, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mvpsdk import tree

    Survey = Callable[..., tree.Survey]


def test_a_family_is_a_file(tmp_path: Path) -> None:
    """The first entry that fits counts."""
    (tmp_path / "b.toml").write_text('[[soc]]\ncompatible = "acme,.*"\nhint = "second"\n')
    (tmp_path / "a.toml").write_text(
        '[[soc]]\ncompatible = "acme,one"\nowner = "Acme"\nevidence = "its manual"\n'
    )
    one, two = soc_of(["x,y", "acme,one"], tmp_path), soc_of(["acme,two"], tmp_path)
    assert one is not None
    assert two is not None
    assert (one.owner, two.hint) == ("Acme", "second")
    assert two.compatible == "acme,two"
    assert soc_of(["other,one"], tmp_path) is None


def test_every_owner_has_evidence() -> None:
    """What can't be cited is left out; each pattern is one."""
    assert table()
    for soc in table():
        re.compile(soc.compatible)
        assert bool(soc.owner) == bool(soc.evidence)
        assert soc.hint


@pytest.mark.parametrize(
    ("compatible", "owned"),
    [
        ("qcom,msm8916", True),
        ("qcom,sdm845", True),
        ("qcom,sm8550", True),
        ("qcom,x1e80100", True),
        ("allwinner,sun50i-a64", False),
        ("rockchip,rk3399", False),
        ("fsl,imx8mq", False),
    ],
)
def test_known_socs(compatible: str, owned: bool) -> None:
    """The well-known phones' SoCs are in the table."""
    soc = soc_of(["acme,phone", compatible])
    assert soc is not None
    assert bool(soc.owner) == owned


def test_qemu_s_own_tree_is_attested_and_virtual(surveyed: Survey, table: dict[str, Any]) -> None:
    """PSCI by SMC is what QEMU's virt has only with virtualization=on."""
    table["compatible"] = "linux,dummy-virt"
    found = surveyed(table)
    assert found.values["board"]["el2"] == "free"
    assert found.vendor == "QEMU"
    assert found.values["virtual"] == {
        "machine": "virt,virtualization=on,gic-version=3",
        "cpu": "cortex-a53",
        "memory": "1 GiB",
    }
    assert found.todos == ()
    table["psci"]["method"] = "hvc"
    found = surveyed(table)
    assert found.values["board"]["el2"] == "TODO"
    assert "virtual" not in found.values
