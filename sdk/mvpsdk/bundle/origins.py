# SPDX-License-Identifier: Apache-2.0
"""What a bundle is made of and where that comes from: the same facts for SBOM and provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mvpsdk.store.digest import file_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.build import Image
    from mvpsdk.handset import Input
    from mvpsdk.image import ImageFacts
    from mvpsdk.plan import Plan
    from mvpsdk.store import Lock

__all__ = ["Origin", "Supply", "origins"]

_EVIDENCE = ("/kernel-config", "/symbols", "/update-key")
"""Roles of files that are read and that no bundle holds: of a key it has the number."""
_DEB_WORDS = 3  # of a package's file: name, version, architecture


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What is known of a bundle's inputs beside its plan; what is not known is read, or left out.

    The program that was built from the handset's own firmware sources is `firmware`.
    """

    facts: Mapping[str, ImageFacts] = field(default_factory=dict)  # by role
    lock: Lock | None = None
    firmware: Image | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """An input file: what it is, and where it comes from."""

    role: str  # "realtime", "NAME/kernel", ...
    sha256: str
    size: int  # bytes
    release: str = ""  # of a Linux kernel, as its banner has it
    abi: str = ""  # "1.0": version of the guest ABI that its note needs; "": it has no note
    url: str = ""  # from where it is fetched; "": it is a file of the handset's
    member: str = ""  # the file in what the URL brings
    archive: str = ""  # SHA-256 of what the URL brings, where there is a member
    package: str = ""  # of Debian's, and its version and architecture
    package_version: str = ""
    architecture: str = ""

    @property
    def evidence(self) -> bool:
        """Whether it is only read: then it goes into no bundle."""
        return self.role.endswith(_EVIDENCE)


def origins(plan: Plan, files: Mapping[str, Path], supply: Supply) -> tuple[Origin, ...]:
    """Return every input file, by its role's name. Raises InputError if one can't be read."""
    sources = plan.handset.inputs()
    return tuple(_origin(role, files[role], sources.get(role), supply) for role in sorted(files))


def _origin(role: str, path: Path, source: Input | None, supply: Supply) -> Origin:
    facts = supply.facts.get(role)
    digest, size = (facts.sha256, facts.size) if facts else file_digest(path)
    pinned = supply.lock.pin(role) if supply.lock else None
    url = (pinned.url if pinned else "") or (source.url if source else "")
    package, version, architecture = _package(url if source and source.deb else "")
    return Origin(
        role=role,
        sha256=digest,
        size=size,
        release=_release(facts),
        abi=_abi(facts),
        url=url,
        member=source.member if source else "",
        archive=pinned.archive if pinned else "",
        package=package,
        package_version=version,
        architecture=architecture,
    )


def _release(facts: ImageFacts | None) -> str:
    """Of the Linux in a file, packed or not."""
    for each in (facts, facts.inside if facts else None):
        if each and each.contents and each.contents.release:
            return each.contents.release
    return ""


def _abi(facts: ImageFacts | None) -> str:
    note = facts.note if facts else None
    return f"{note.abi_major}.{note.abi_minor}" if note else ""


def _package(url: str) -> tuple[str, str, str]:
    """Take the name of a package's file apart (Debian Policy, 5.6.1): NAME_VERSION_ARCH.deb."""
    words = unquote(PurePosixPath(urlsplit(url).path).name).removesuffix(".deb").split("_")
    return (words[0], words[1], words[2]) if len(words) == _DEB_WORDS else ("", "", "")
