# SPDX-License-Identifier: Apache-2.0
"""The SBOM and the provenance: valid, reproducible, and about what is really in the bundle."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from mvpsdk import bundle, handset, image
from mvpsdk.bundle import provenance, sbom
from mvpsdk.bundle.origins import Supply, origins
from mvpsdk.store import lock

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case

URL = "https://deb.example.org/pool/main/l/linux/linux-image-6.1.0_6.1.176-1%2bb1_arm64.deb"


def made(case: Case, supply: Supply | None = None) -> dict[str, Any]:
    """The case's SBOM."""
    given = supply or Supply()
    files = origins(case.plan, case.files, given)
    text = sbom.make(case.plan, case.hypervisor, files, firmware=given.firmware)
    document: dict[str, Any] = json.loads(text)
    return document


def component(document: dict[str, Any], ref: str) -> dict[str, Any]:
    """One of an SBOM's components."""
    found: dict[str, Any] = {each["bom-ref"]: each for each in document["components"]}[ref]
    return found


def test_the_library_s_own_validator_takes_the_sbom(case: Case) -> None:
    """Strictly by the schema of CycloneDX 1.6; and the same text with a key too many is refused."""
    text = json.dumps(made(case))
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"specVersion"', '"x": 1, "specVersion"'))


def test_the_sbom_lists_what_is_in_the_bundle(case: Case) -> None:
    """Each image by digest and size, the hypervisor by fingerprint, and what depends on what."""
    document = made(case)

    held = {image.name for image in case.plan.images} | {"hypervisor"}
    assert {each["bom-ref"] for each in document["components"]} == held
    for planned in case.plan.images:
        found = component(document, planned.name)
        assert found["hashes"] == [{"alg": "SHA-256", "content": planned.sha256}]
        assert {"name": "mvpsdk:size", "value": str(planned.size)} in found["properties"]
    fingerprint = {"name": "mvpsdk:fingerprint", "value": case.hypervisor.recipe.fingerprint}
    assert fingerprint in component(document, "hypervisor")["properties"]
    assert document["metadata"]["component"]["name"] == "acme-one"
    depends = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    assert set(depends["handset"]) == held


def test_the_sbom_has_no_time_and_a_number_of_its_contents(case: Case, again: Case) -> None:
    """Other folder, same document; other bytes, other serial number."""
    one, other = made(case), made(again)

    assert one == other
    assert "timestamp" not in one["metadata"]
    changed = replace(case, hypervisor=replace(case.hypervisor, sha256="ab" * 32))
    assert made(changed)["serialNumber"] != one["serialNumber"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_time_zone_changes_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Papers are the same bytes east and west of the date line."""
    before = made(case)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert made(case) == before
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_an_image_of_linux_is_told_by_its_release_and_licence(case: Case, tmp_path: Path) -> None:
    """What its banner says; of one without a banner, nothing is made up."""
    path = case.files["work/kernel"]
    data = bytearray(path.read_bytes())
    banner = b"Linux version 6.1.0-44-arm64 (builder)"
    data[4096 : 4096 + len(banner)] = banner
    (tmp_path / "linux").write_bytes(data)
    facts = image.open_all({"work/kernel": tmp_path / "linux"})

    found = component(made(case, Supply(facts=facts)), "work/kernel")

    assert found["version"] == "6.1.0-44-arm64"
    assert found["licenses"][0]["expression"] == "GPL-2.0-only WITH Linux-syscall-note"
    plain = component(made(case), "work/kernel")
    assert "version" not in plain
    assert "licenses" not in plain


def test_an_input_out_of_a_package_is_told_by_it(case: Case) -> None:
    """The lock knows the package: its name, version and digest stand in both papers."""
    text = (case.folder / "handset.toml").read_text()
    deb = 'kernel = { deb = "linux-image-arm64", member = "boot/vmlinuz" }'
    (case.folder / "handset.toml").write_text(text.replace('kernel = "kernel"', deb))
    loaded = handset.load(case.folder / "handset.toml")
    pin = lock.Pin(
        name="work/kernel",
        url=URL,
        deb="linux-image-arm64",
        member="boot/vmlinuz",
        archive="cd" * 32,
        sha256="ab" * 32,
        size=1,
    )
    found = replace(case, plan=replace(case.plan, handset=loaded))
    supply = Supply(lock=lock.Lock(pins=(pin,)))

    said = component(made(found, supply), "work/kernel")

    assert said["purl"] == "pkg:deb/debian/linux-image-6.1.0@6.1.176-1%2Bb1?arch=arm64"
    assert said["version"] == "6.1.176-1+b1"
    reference = said["externalReferences"][0]
    assert reference["url"] == URL
    assert reference["hashes"] == [{"alg": "SHA-256", "content": "cd" * 32}]
    files = origins(found.plan, found.files, supply)
    text = provenance.make(found.plan, found.hypervisor, files, {}, profile="dev").decode()
    build = json.loads(text)["predicate"]["buildDefinition"]
    kernel = next(x for x in build["resolvedDependencies"] if x["name"] == "work/kernel")
    assert kernel["downloadLocation"] == URL
    assert kernel["annotations"] == {"member": "boot/vmlinuz", "archive": {"sha256": "cd" * 32}}


@pytest.mark.parametrize(
    ("identity", "tools"),
    [
        (
            "aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0; GNU ld (GNU Binutils) 2.40",
            [
                ("aarch64-linux-gnu-gcc (Debian 12.2.0-14)", "12.2.0"),
                ("GNU ld (GNU Binutils)", "2.40"),
            ],
        ),
        (
            "Debian clang version 14.0.6; Debian LLD 14.0.6 (compatible with GNU linkers)",
            [("Debian clang version", "14.0.6"), ("Debian LLD", "14.0.6")],
        ),
        ("zig 0.17.1", [("zig", "0.17.1")]),
        ("none", [("none", "")]),
    ],
)
def test_the_toolchain_is_told_by_name_and_version(
    case: Case, identity: str, tools: list[tuple[str, str]]
) -> None:
    """Compiler and linker, as far as what they say of themselves can be taken apart."""
    built = replace(case, hypervisor=replace(case.hypervisor, toolchain=identity))

    found = made(built)["metadata"]["tools"]["components"]

    told = [(each["name"], each.get("version", "")) for each in found if each["bom-ref"] != "sdk"]
    assert sorted(told) == sorted(tools)


def test_firmware_from_source_depends_on_the_runtime_library(case: Case) -> None:
    """The SBOM says what it is linked with, the provenance of which sources it is made."""
    firmware = replace(case.hypervisor, name="firmware", sources="12" * 32)
    elf = case.folder / "firmware.elf"
    elf.write_bytes(b"\x7fELF")
    built = replace(case, files={**case.files, "realtime": elf})
    supply = Supply(firmware=firmware)

    document = made(built, supply)

    assert component(document, "core/rt")["type"] == "library"
    depends = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    assert depends["realtime"] == ["core/rt"]
    files = origins(built.plan, built.files, supply)
    text = provenance.make(
        built.plan, built.hypervisor, files, {}, profile="dev", firmware=firmware
    )
    build = json.loads(text)["predicate"]["buildDefinition"]
    named = {x["name"]: x["digest"]["sha256"] for x in build["resolvedDependencies"]}
    assert named["realtime/source"] == "12" * 32
    assert "realtime" not in named


def test_the_bundle_holds_both_papers_and_the_manifest_lists_them(case: Case) -> None:
    """As parts with digests, like any other; the provenance names what it was made of."""
    contents = bundle.open(case.pack().path)

    assert contents.manifest
    listed = {part.name: part.sha256 for part in contents.manifest.parts}
    parts = {part.name: part.span for part in contents.parts}
    for name in ("sbom", "provenance"):
        assert parts[name].sha256 == listed[name]
        assert json.loads(parts[name].read())
    assert (
        JsonStrictValidator(SchemaVersion.V1_6).validate_str(parts["sbom"].read().decode()) is None
    )
    said = json.loads(parts["provenance"].read())
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    subjects = {each["name"]: each["digest"]["sha256"] for each in said["subject"]}
    assert subjects == {name: listed[name] for name in ("hypervisor", "pack", "sbom")}
    assert str(case.folder) not in parts["provenance"].read().decode()
