# SPDX-License-Identifier: Apache-2.0
"""Signs a bundle, for the boot loader and for mvpsdk verify.

Both signatures are needed. The configuration's is by an RSA key, and covers hypervisor and pack as
U-Boot checks them; the manifest's is by an Ed25519 key, and covers every length and digest in the
file. A bundle that is signed already gets these signatures instead.

A key is a URI: file:PATH or a path, or test: for the published test keys, which everybody has.

Examples:
    mvpsdk sign phone.itb --key boot.key --key manifest.key

    mvpsdk sign phone.itb --key test: -o signed.itb
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
        list[str], typer.Option("--key", metavar="KEY", help="A private key; repeatable.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The signed bundle; default: BUNDLE itself."
        ),
    ] = None,
    passphrase_fd: PassphraseOption = None,
    profile: ProfileOption = Profile.DEV,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import sign

    signers = signing.signers(key, passphrases.asker(passphrase_fd), profile)
    with render.progress("signing", bundle.stat().st_size if bundle.is_file() else 0) as advance:
        made = sign.sign(bundle, signers, output, progress=advance)
    signing.tell(made, signers, output_format)
    return 0
