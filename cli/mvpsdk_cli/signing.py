# SPDX-License-Identifier: Apache-2.0
"""Keys as commands name them, and what is told of a bundle that was signed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.bundle import Bundle
    from mvpsdk.sign import Secret, Signer

__all__ = ["now", "signers", "tell"]


def now() -> dt.datetime:
    """The time that certificates are held to."""
    return dt.datetime.now(tz=dt.UTC)


def signers(uris: Sequence[str], secret: Secret, profile: Profile) -> tuple[Signer, ...]:
    """Open keys, and refuse those that are not fit to sign. Raises MvpError."""
    from mvpsdk import sign

    found = sign.open_signers(uris, secret)
    sign.check((signer.key for signer in found), release=profile is Profile.RELEASE, now=now())
    return found


def tell(made: Bundle, keys: Sequence[Signer], output_format: Format) -> None:
    """Say whose signatures a bundle has now."""
    if output_format is Format.JSON:
        render.report("mvpsdk.sign/1", document(made))
        return
    manifest = made.manifest
    names = {signer.key.id: signer.key.origin for signer in keys}
    render.made(
        f"{render.path(made.path)}: {manifest.handset} {manifest.version} for {manifest.board},"
        f" signed"
    )
    rows = [
        [f"  {each.part}", each.algorithm, names.get(each.key, ""), each.key]
        for each in manifest.signers
    ]
    for line in render.table(rows):
        render.made(line)


def document(made: Bundle) -> dict[str, Any]:
    """The same as JSON."""
    import json

    contents = json.loads(made.manifest.json())
    return {"path": str(made.path), "size": made.size, "signers": contents["signers"]}
