# SPDX-License-Identifier: Apache-2.0
"""What a device tree says, in the words of dtc: what the labels were read from."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ABSENT = "absent"


class Source:
    """A tree's source, as `dtc -I dtb -O dts` prints it."""

    def __init__(self, tree: Path) -> None:
        command = ["dtc", "-q", "-I", "dtb", "-O", "dts", str(tree)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        self.values: dict[str, str] = {}
        self.children: dict[str, list[str]] = defaultdict(list)
        path: list[str] = []
        for line in map(str.strip, text.splitlines()):
            if line.endswith("{"):
                self._enter(path, line[:-1].strip())
            elif line == "};":
                path.pop()
            elif path and line:
                name, _, value = line.removesuffix(";").partition(" = ")
                self.values[f"{_joined(path)} {name}"] = value

    def _enter(self, path: list[str], name: str) -> None:
        if path:
            self.children[_joined(path)].append(name)
        path.append(name)

    def says(self, subject: str) -> str:
        """Return the value of a `/node property`, or of `/node *` the names of its children."""
        node, _, name = subject.rpartition(" ")
        if name == "*":
            return " ".join(self.children[node])
        return self.values.get(subject, ABSENT)


def _joined(path: list[str]) -> str:
    return "/".join(["", *path[1:]]) or "/"
