# SPDX-License-Identifier: Apache-2.0
"""Signs a bundle, for the boot loader and for mvpsdk verify.

Both signatures are needed. The configuration's is by an RSA key, and covers hypervisor and pack as
U-Boot checks them; the manifest's is by an Ed25519 key, and covers every length and digest in the
file. A bundle that is signed already gets these signatures instead.

A key is a URI: file:PATH or a path; pkcs11:token=T;object=LABEL?module-path=LIBRARY for a token or
an HSM (RFC 7512); cmd:PROGRAM for a signing service's client; test: for the published test keys,
which everybody has. A passphrase or PIN is asked for, or read from a file descriptor.

Where the keys are out of reach, --digest-only writes what they are to sign into a folder, and
--attach takes the signatures from there, once they are right.

Examples:
    mvpsdk sign phone.itb --key boot.key --key manifest.key

    mvpsdk sign phone.itb --key test: -o signed.itb

    mvpsdk sign phone.itb --digest-only to-sign --key boot.crt --key manifest.crt

    mvpsdk sign phone.itb --attach to-sign -o signed.itb
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from mvpsdk_cli import passphrases, render, signing
from mvpsdk_cli.options import Format, FormatOption, Profile, ProfileOption
from mvpsdk_cli.passphrases import PassphraseOption  # noqa: TC001 - typer reads the annotations

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to sign.")],
    *,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY", help="A private key, as a URI; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The signed bundle; default: BUNDLE itself."
        ),
    ] = None,
    digest_only: Annotated[
        Path | None,
        typer.Option("--digest-only", metavar="DIR", help="Write what is to be signed; no key."),
    ] = None,
    attach: Annotated[
        Path | None,
        typer.Option("--attach", metavar="DIR", help="Take the signatures from this folder."),
    ] = None,
    passphrase_fd: PassphraseOption = None,
    profile: ProfileOption = Profile.DEV,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import sign

    _check_call(key, output, digest_only, attach)
    secret = passphrases.asker(passphrase_fd)
    if attach:
        signing.check(sign.signing_keys(attach), profile)
        made = sign.attach(bundle, attach, output)
        signing.tell(made, (), output_format)
        return 0
    if digest_only:
        keys = sign.public_keys(key or (), secret)
        signing.check(keys, profile)
        signing.tell_requests(digest_only, sign.digests(bundle, keys, digest_only), output_format)
        return 0
    with sign.draft(bundle, output) as draft:
        signers = signing.signers(key or (), secret, profile)
        with render.progress("signing", bundle.stat().st_size) as advance:
            made = draft.sign(signers, progress=advance)
    signing.tell(made, signers, output_format)
    return 0


def _check_call(
    key: list[str] | None, output: Path | None, digest_only: Path | None, attach: Path | None
) -> None:
    from mvpsdk.errors import InputError

    if attach and (key or digest_only):
        hint = "with --attach the keys stand in its folder: leave --key and --digest-only away"
        raise InputError("--attach with keys to sign with", hint=hint)
    if digest_only and output:
        raise InputError("--digest-only writes no bundle", hint="leave --output away")
    if not attach and not key:
        hint = "name an RSA and an Ed25519 key: mvpsdk keys new makes them"
        raise InputError("no --key to sign with", hint=hint)
