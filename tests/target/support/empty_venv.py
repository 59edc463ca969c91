# SPDX-License-Identifier: Apache-2.0
"""A virtual environment that holds a wheel, what the wheel says it depends on, and a witness."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["install"]

# Every Python process of the environment tells what it opens, lists and starts.
WITNESS = """\
import os, sys
_told = os.open(os.environ["WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_events = {"open", "os.listdir", "os.scandir", "subprocess.Popen"}
def _tell(event, arguments):
    if event in _events:
        os.write(_told, f"{event} {arguments!r}\\n".encode(errors="replace"))
sys.addaudithook(_tell)
"""


def install(wheel: Path, folder: Path, extra: str = "") -> Path:
    """Make the environment, as `pip install wheel[extra]` would; returns its folder of programs.

    The dependencies are those of the wheel's metadata and theirs, no others: linked from where the
    tests run, so that it takes no network.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "-q", "--python", str(programs / "python")]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    ours = metadata.PathDistribution(next(site.glob("mvpsdk-*")))
    for name in _needed(_requirements(ours, extra)):
        _link(metadata.distribution(name), site)
    (site / "sitecustomize.py").write_text(WITNESS)
    return programs


def _requirements(of: metadata.Distribution, extra: str = "") -> set[str]:
    found = map(Requirement, of.requires or ())
    wanted = {"extra": extra}
    return {each.name for each in found if not each.marker or each.marker.evaluate(wanted)}


def _needed(names: set[str]) -> set[str]:
    """The distributions of these names, and all that they need."""
    found: set[str] = set()
    while names - found:
        name = (names - found).pop()
        found.add(name)
        names |= _requirements(metadata.distribution(name))
    return found


def _link(distribution: metadata.Distribution, site: Path) -> None:
    tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(distribution.locate_file(top))))
