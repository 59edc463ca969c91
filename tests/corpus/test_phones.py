# SPDX-License-Identifier: Apache-2.0
"""Boards of real phones: each is what its README's command makes of Debian's tree, still."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from mvpsdk import board
from mvpsdk_cli.main import main
from trees import corpora

pytestmark = pytest.mark.corpus

COMMAND = re.compile(r"^\$ mvpsdk (new-board .*)$", re.MULTILINE)
PAGES = {
    path.parent: path.read_text(encoding="utf-8")
    for path in sorted(board.built_in().glob("*/README.md"))
}
DERIVED = {folder: found[1] for folder, page in PAGES.items() if (found := COMMAND.search(page))}
LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"
ENCHILADA = "qcom/sdm845-oneplus-enchilada.dtb"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def vendor_tree(name: str) -> Path:
    """Debian 12's tree of that file name."""
    (found,) = corpora()["6.1"].folder.rglob(name)
    return found


def test_there_are_phones() -> None:
    """Else the others would try nothing."""
    assert {folder.name for folder in DERIVED} >= {"librem-5", "pinephone", "pinephone-pro"}


@pytest.mark.parametrize("folder", DERIVED, ids=lambda folder: str(folder.name))
def test_a_phone_is_what_its_command_makes(folder: Path, here: Path) -> None:
    """Byte for byte behind the licence; MVPSDK_UPDATE_GOLDEN=1 takes what is made now."""
    words = shlex.split(DERIVED[folder])
    tree = words[words.index("--from-dtb") + 1]
    shutil.copy(vendor_tree(tree), here / tree)

    assert main(words) == 0

    made = LICENCE + (here / "boards" / folder.name / "board.toml").read_text(encoding="utf-8")
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        (folder / "board.toml").write_text(made, encoding="utf-8")
    assert (folder / "board.toml").read_text(encoding="utf-8") == made


@pytest.mark.parametrize("folder", DERIVED, ids=lambda folder: str(folder.name))
def test_a_phone_says_what_it_is_not(folder: Path) -> None:
    """That nobody has run it, how one would, and what to look at before."""
    page = PAGES[folder]
    assert page.splitlines()[2].startswith("**Not run on hardware.**")
    assert "bootm" in page
    assert "## Check first" in page
    assert board.named(folder.name).virtual is None
    assert board.named(folder.name).el2.startswith("unlocked: ")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--el2", "taken: Qualcomm's hypervisor"], "EL2 is taken: Qualcomm's hypervisor"),
        (["--el2", "free"], "keeps EL2, as shipped"),
        (["--el2", "free"], "hyp-mem@85700000 is reserved"),
    ],
)
def test_a_phone_whose_vendor_keeps_el2_is_refused(
    capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    """With the reason and the rule's code; "free" is not believed where the tree speaks against."""
    call = ["new-board", "six", "--from-dtb", str(corpora()["6.1"].tree(ENCHILADA))]

    code = main([*call, "--memory", "0x80000000+6GiB", *words])

    said = "".join(capsys.readouterr())
    assert code == 1
    assert "BRD003" in said
    assert reason in said
    assert not Path("boards").exists()


@pytest.mark.usefixtures("here")
def test_a_phone_whose_el2_nobody_attested_can_not_be_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The board is written with a TODO; lint says BRD003, and the file says who is known there."""
    call = ["new-board", "six", "--from-dtb", str(corpora()["6.1"].tree(ENCHILADA))]
    assert main([*call, "--memory", "0x80000000+6GiB"]) == 0
    assert "Qualcomm's hyp firmware" in Path("boards/six/board.toml").read_text()
    capsys.readouterr()

    assert main(["lint", "boards/six"]) == 1

    assert "BRD003 error [six] board.el2 is still TODO" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_a_phone_whose_el2_was_freed_is_taken_with_its_evidence() -> None:
    """Who says how it was freed is believed."""
    call = ["new-board", "six", "--from-dtb", str(corpora()["6.1"].tree(ENCHILADA))]
    words = ["--memory", "0x80000000+6GiB", "--el2", "unlocked: Linux prints 'started at EL2'"]

    assert main([*call, *words]) == 0

    assert board.named("six").el2.startswith("unlocked")
