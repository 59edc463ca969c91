# SPDX-License-Identifier: Apache-2.0
"""How a bundle came to be: an in-toto Statement v1 with a SLSA Provenance v1 predicate.

It carries no signature of its own, since the manifest lists it by digest and is signed. It tells no
time, path or machine: who has the inputs that it names gets the same bytes (`verify --rebuild`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import mvpsdk
from mvpsdk.store.digest import file_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mvpsdk.build import Image
    from mvpsdk.bundle.origins import Origin
    from mvpsdk.plan import Plan

__all__ = ["make"]

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD = "urn:mvpsdk:bundle:1"
"""Kind of the build: `mvpsdk bundle` with the parameters that stand beside it."""
BUILDER = "urn:mvpsdk"


def make(
    plan: Plan,
    hypervisor: Image,
    files: Sequence[Origin],
    parts: Mapping[str, str],
    *,
    profile: str,
    firmware: Image | None = None,
) -> bytes:
    """Return the provenance of a bundle as JSON.

    files: its inputs. parts: SHA-256 of what was made of them, by the part's name. firmware: the
    realtime firmware, if it was built from source.

    Raises InputError if the handset or board file can't be read.
    """
    statement = {
        "_type": STATEMENT,
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD,
                "externalParameters": {
                    "handset": plan.handset.name,
                    "version": plan.handset.version,
                    "board": plan.board.name,
                    "profile": profile,
                },
                "internalParameters": {
                    "features": list(hypervisor.recipe.features),
                    "fingerprint": hypervisor.recipe.fingerprint,
                },
                "resolvedDependencies": list(_dependencies(plan, hypervisor, files, firmware)),
            },
            "runDetails": {
                "builder": {
                    "id": BUILDER,
                    "version": {"mvpsdk": mvpsdk.__version__, "toolchain": hypervisor.toolchain},
                },
            },
        },
        "subject": [_named(name, digest) for name, digest in parts.items()],
    }
    return (json.dumps(statement, indent=2, sort_keys=True) + "\n").encode()


def _dependencies(
    plan: Plan, hypervisor: Image, files: Sequence[Origin], firmware: Image | None
) -> Iterable[dict[str, Any]]:
    """Everything that decides the bytes: each by name and SHA-256."""
    for name, path in (("handset.toml", plan.handset.path), ("board.toml", plan.board.path)):
        if path and path.is_file():  # the conformance test's handset is made in memory
            yield _named(name, file_digest(path)[0])
    yield _named("core", hypervisor.sources)
    if firmware:
        yield _named("realtime/source", firmware.sources)
    for each in files:
        if not (firmware and each.role == "realtime"):  # made of the sources, by this build
            yield _input(each)


def _input(origin: Origin) -> dict[str, Any]:
    found = _named(origin.role, origin.sha256)
    if not origin.url:
        return found
    if not origin.member:
        return {**found, "uri": origin.url}
    archive = {"sha256": origin.archive} if origin.archive else {}
    return {
        **found,
        "downloadLocation": origin.url,
        "annotations": {"member": origin.member, "archive": archive},
    }


def _named(name: str, digest: str) -> dict[str, Any]:
    """A resource descriptor (in-toto attestation, v1)."""
    return {"name": name, "digest": {"sha256": digest}}
