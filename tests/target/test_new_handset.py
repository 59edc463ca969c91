# SPDX-License-Identifier: Apache-2.0
"""A new handset builds, boots and goes through its own pipelines with no hand edit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mvpsdk.build import toolchain
from mvpsdk_cli import schemas

pytestmark = pytest.mark.target

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-handset.md"
GUEST = re.compile(r"^```asm hello/hello\.S\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
NAME = "acme-one"


def shell(script: str, folder: Path, **environment: str) -> str:
    """What a step of a pipeline prints, run as its server would: any failure fails it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "CI": "true", **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that begins in a new handset's folder, with the tutorial's guest for persona."""
    folder = tmp_path_factory.mktemp("new")
    source = GUEST.search(PAGE.read_text())
    assert source
    gcc = toolchain.find("gcc")
    (folder / "hello.S").write_text(source[1])
    subprocess.run([*gcc.compiler, "-c", "hello.S", "-o", "hello.o"], cwd=folder, check=True)
    objcopy = gcc.compiler[0].removesuffix("gcc") + "objcopy"
    subprocess.run([objcopy, "-O", "binary", "hello.o", "hello.bin"], cwd=folder, check=True)
    shell(f"mvpsdk new-handset {NAME} --board qemu-virt --kernel hello.bin", folder)
    shell(f"mvpsdk lock {NAME}", folder)
    return folder / NAME


def kept(folder: Path) -> None:
    """The reports and the bundle are there, and say that all went well."""
    lint = json.loads((folder / "out" / "qemu-virt-lint.json").read_text())
    jsonschema.validate(lint, schemas.schema("lint"))
    assert lint["findings"] == []
    boot = ET.parse(folder / "out" / "qemu-virt-boot.xml")  # noqa: S314 - our own report
    (suite,) = boot.getroot().iter("testsuite")
    assert suite.attrib["failures"] == "0"
    assert int(suite.attrib["tests"]) > 0
    shell("mvpsdk inspect out/qemu-virt.itb", folder)
    for path in (folder / "out").iterdir():
        path.unlink()


def test_the_skeleton_keeps_its_time_and_powers_off(repository: Path) -> None:
    """When the persona has gone, the firmware makes its last report and ends the run."""
    shell(f"mvpsdk bundle . --unsigned -o {NAME}.itb", repository)

    said = shell(f"mvpsdk run {NAME}.itb --timeout 60", repository)

    assert f"[realtime] {NAME}: a deadline each millisecond" in said
    assert re.search(r"^\[realtime\] final: met [0-9]+ missed 0$", said, flags=re.MULTILINE)


def test_the_github_pipeline_passes(repository: Path) -> None:
    """Each step but those that install and keep, in the job's environment."""
    text = (repository / ".github" / "workflows" / "handset.yml").read_text()
    pipeline: dict[str, Any] = yaml.safe_load(text)
    job = pipeline["jobs"]["handset"]
    (row,) = job["strategy"]["matrix"]["include"]
    environment = {**pipeline["env"], "BOARD": row["board"]}
    steps = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    assert list(steps) == ["Install", "Fetch", "Lint", "Bundle", "Boot"]

    for name in list(steps)[1:]:
        shell(steps[name], repository, **environment)

    (upload,) = (step for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == "out/"
    kept(repository)


def test_the_gitlab_pipeline_passes(repository: Path) -> None:
    """The script in one shell, in the job's environment."""
    pipeline: dict[str, Any] = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())
    job = pipeline["handset"]
    (row,) = job["parallel"]["matrix"]

    shell("\n".join(job["script"]), repository, **pipeline["variables"], **row)

    assert job["artifacts"]["paths"] == ["out/"]
    reports = job["artifacts"]["reports"]
    for pattern in (*reports["junit"], reports["codequality"]):
        assert len(list(repository.glob(pattern))) == 1, pattern
    kept(repository)


def test_a_pipeline_fails_where_lint_does(repository: Path) -> None:
    """A finding is told to people and fails the step; the report is kept all the same."""
    pipeline: dict[str, Any] = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())
    handset = repository / "handset.toml"
    whole = handset.read_text()
    assert 'memory = "4 MiB"' in whole
    handset.write_text(whole.replace('memory = "4 MiB"', 'memory = "4 KiB"'))
    environment = {**pipeline["variables"], "BOARD": "qemu-virt", "BOOTS": "yes"}
    try:
        with pytest.raises(AssertionError, match=r"MEM005"):
            shell("\n".join(pipeline["handset"]["script"]), repository, **environment)
    finally:
        handset.write_text(whole)
    assert json.loads((repository / "out" / "qemu-virt-lint.json").read_text())["findings"]
    assert not (repository / "out" / "qemu-virt.itb").exists()
