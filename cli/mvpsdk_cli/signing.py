# SPDX-License-Identifier: Apache-2.0
"""Keys as commands name them, and what is told of a bundle that was signed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mvpsdk.bundle import Bundle
    from mvpsdk.sign import PublicKey, Request, Secret, Signer

__all__ = ["check", "key_document", "key_text", "now", "signers", "tell", "tell_requests"]


def now() -> dt.datetime:
    """The time that certificates are held to."""
    return dt.datetime.now(tz=dt.UTC)


def signers(uris: Sequence[str], secret: Secret, profile: Profile) -> tuple[Signer, ...]:
    """Open keys, and refuse those that are not fit to sign. Raises MvpError."""
    from mvpsdk import sign

    found = sign.open_signers(uris, secret)
    check([signer.key for signer in found], profile)
    return found


def check(keys: Sequence[PublicKey], profile: Profile) -> None:
    """Refuse keys that are not fit to sign, and tell what is worth knowing. Raises InputError."""
    from mvpsdk import sign

    sign.check(keys, release=profile is Profile.RELEASE, now=now())
    for key in keys:
        for remark in sign.remarks(key):
            render.note(remark)


def key_text(key: PublicKey) -> Iterator[str]:
    """What a key is, for people."""
    from mvpsdk import sign

    yield f"{key.origin}: {key.algorithm}, signs the {key.part}"
    yield f"  id           {key.id}"
    facts = key.certificate
    if facts:
        yield f"  certificate  {facts.subject}"
        yield f"  valid        {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
        yield f"  usage        {'signing' if facts.signs else 'not signing'}"
    else:
        yield "  certificate  none: it does not expire"
    for fault in sign.faults(key, release=False, now=now()):
        yield render.style(f"  unfit        {fault.message}", "red")
    for remark in sign.remarks(key):
        yield f"  note         {remark}"


def key_document(key: PublicKey) -> dict[str, Any]:
    """The same as JSON."""
    from mvpsdk import sign

    facts = key.certificate
    return {
        "origin": key.origin,
        "part": key.part,
        "algorithm": key.algorithm,
        "bits": key.bits,
        "id": key.id,
        "hint": key.hint,
        "certificate": {
            "subject": facts.subject,
            "not-before": facts.not_before.isoformat(),
            "not-after": facts.not_after.isoformat(),
            "signs": facts.signs,
        }
        if facts
        else None,
        "faults": [fault.message for fault in sign.faults(key, release=False, now=now())],
        "remarks": list(sign.remarks(key)),
    }


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


def tell_requests(folder: Path, requests: Sequence[Request], output_format: Format) -> None:
    """Say what is to be signed, and where it is."""
    if output_format is Format.JSON:
        import json

        data = json.loads((folder / "signing.json").read_bytes())
        render.report("mvpsdk.signing/1", {"signatures": data["signatures"]})
        return
    for request in requests:
        key = request.key
        path = render.path(folder / f"{key.part}.message")
        render.made(f"{path}: {key.algorithm} by {key.id}, SHA-256 {request.digest.hex()}")


def document(made: Bundle) -> dict[str, Any]:
    """The same as JSON."""
    import json

    contents = json.loads(made.manifest.json())
    return {"path": str(made.path), "size": made.size, "signers": contents["signers"]}
