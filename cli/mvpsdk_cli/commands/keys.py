# SPDX-License-Identifier: Apache-2.0
"""Makes keys that sign bundles; `keys show` tells what a key is.

A bundle has two signatures: an RSA key signs the configuration, which the boot loader checks; an
Ed25519 key signs the manifest, which mvpsdk verify checks. Keys that are worth something live in an
HSM or with a signing service; see mvpsdk sign for how they are named.

Examples:
    mvpsdk keys new release --dir keys

    mvpsdk keys show keys/release-boot.crt

    mvpsdk keys show 'pkcs11:token=release?module-path=/usr/lib/softhsm/libsofthsm2.so' --pem
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import passphrases, render, signing
from mvpsdk_cli.options import Format, FormatOption
from mvpsdk_cli.passphrases import PassphraseOption  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from mvpsdk.sign import New

SECTION = "Make"

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Makes keys that sign bundles; `keys show` tells what a key is."""


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the files' names begin with.")],
    *,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="D", help="The folder to write them to.")
    ] = Path(),
    bits: Annotated[int, typer.Option("--bits", help="Of the RSA key: 2048, 3072 or 4096.")] = 2048,
    days: Annotated[
        int, typer.Option("--days", min=1, max=36500, help="How long the certificates hold.")
    ] = 3650,
    passphrase_fd: PassphraseOption = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Leave the keys open to who can read them.")
    ] = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Makes an RSA and an Ed25519 key pair, each with its certificate.

    Nothing that exists is overwritten; the keys are readable by their owner alone.

    Examples:
        mvpsdk keys new release --dir keys

        mvpsdk keys new ci --dir keys --no-passphrase --days 90
    """
    from mvpsdk import sign

    _check(name, bits, passphrase_fd, no_passphrase=no_passphrase)
    made = sign.generate(
        name,
        folder,
        bits=bits,
        days=days,
        now=signing.now(),
        passphrase="" if no_passphrase else passphrases.new(passphrase_fd),
    )
    _tell(made, output_format)
    return 0


@app.command("show")
def show(
    key: Annotated[
        list[str], typer.Argument(metavar="KEY", help="A key's URI, or a PEM file; repeatable.")
    ],
    *,
    pem: Annotated[bool, typer.Option("--pem", help="Print the public key alone, as PEM.")] = False,
    passphrase_fd: PassphraseOption = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Tells what a key is: kind, size, id, expiry, usage, and whether it is fit to sign.

    Examples:
        mvpsdk keys show keys/release-boot.crt keys/release-manifest.crt

        mvpsdk keys show cmd:/usr/local/bin/signer --format json
    """
    from mvpsdk import sign

    found = sign.public_keys(key, passphrases.asker(passphrase_fd))
    if pem:
        for each in found:
            render.out(sign.public_pem(each).rstrip("\n"))
    elif output_format is Format.JSON:
        render.report("mvpsdk.keys/1", {"keys": [signing.key_document(each) for each in found]})
    else:
        for each in found:
            for line in signing.key_text(each):
                render.out(line)
    return 0


def _check(name: str, bits: int, descriptor: int | None, *, no_passphrase: bool) -> None:
    from mvpsdk.errors import InputError
    from mvpsdk.sign import RSA_SIZES

    if not name or "/" in name or name.startswith((".", "-")):
        raise InputError(f'"{name}" is no name for a key', hint="name the folder by --dir")
    if bits not in RSA_SIZES:
        sizes = ", ".join(map(str, RSA_SIZES))
        raise InputError(f"an RSA key of {bits} bits", hint=f"U-Boot checks: {sizes}")
    if no_passphrase and descriptor is not None:
        raise InputError("a passphrase and none at once", hint="drop one of both options")


def _tell(made: New, output_format: Format) -> None:
    if output_format is Format.JSON:
        document = {
            "files": [str(path) for path in made.files],
            "keys": [signing.key_document(each) for each in made.keys],
        }
        render.report("mvpsdk.new-keys/1", document)
        return
    for path in made.files:
        render.made(render.path(path))
    for each in made.keys:
        render.note(f"{each.part}: {each.algorithm}, id {each.id}")
