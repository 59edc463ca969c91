# SPDX-License-Identifier: Apache-2.0
"""Parts of personas, as commands make, verify and tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render
from mvpsdk_cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mvpsdk.bundle import PersonaPart
    from mvpsdk.core.facade import Part, PartSignature
    from mvpsdk.sign import Report, Signer
    from mvpsdk_cli.pipeline import Prepared

__all__ = [
    "check_call",
    "document",
    "make",
    "named_file",
    "tell",
    "text",
    "verify",
]


def check_call(sign: Sequence[str] | None, *, container: str, unsigned: bool) -> None:
    """Raise InputError for what makes no sense with a part."""
    from mvpsdk.errors import InputError

    if unsigned or not sign:
        raise InputError(
            "a persona's part must be signed: the hypervisor starts no other",
            hint="give the private half of the handset file's update-key by --sign",
        )
    if container != "fit":
        raise InputError(
            f"a persona's part comes in no container, not {container}", hint="drop --container"
        )


def make(prepared: Prepared, name: str, output: Path, signers: Sequence[Signer]) -> PersonaPart:
    """Write the part of a persona. Raises MvpError."""
    from mvpsdk import bundle, sign

    plan = prepared.planned()
    chosen = [each for each in plan.partitions if each.name == name]
    total = sum(image.size for each in chosen for image in each.images)
    with render.progress("packing", total) as advance:
        return bundle.make_part(
            plan,
            name,
            prepared.inputs.files,
            output,
            seal=lambda header: sign.seal_part(header, signers),
            progress=advance,
        )


def tell(made: PersonaPart, output_format: Format) -> None:
    """Say what was made."""
    from mvpsdk.units import describe_size

    if output_format is Format.JSON:
        found = {"path": str(made.path), "size": made.size, **document(made.part, made.signature)}
        render.report("mvpsdk.part/1", found)
        return
    render.made(
        f"{render.path(made.path)}: persona {made.part.guest.persona},"
        f" {describe_size(made.size)}, rollback index {made.part.rollback_index}"
    )
    rows = [
        [f"  {image.name}", describe_size(image.size), image.digest.hex()]
        for image in made.part.images
    ]
    for line in render.table([*rows, ["  signed by", "", made.signature.key.hex()]]):
        render.made(line)


def document(part: Part, signature: PartSignature) -> dict[str, Any]:
    """What a part says of itself, as JSON."""
    guest = part.guest
    return {
        "persona": guest.persona,
        "rollback_index": part.rollback_index,
        "abi": f"{part.abi_major}.{part.abi_minor}",
        "memory": guest.ram_size,
        "cpus": guest.vcpus,
        "gic": guest.vgic,
        "key": signature.key.hex(),
        "images": [
            {"name": each.name, "size": each.size, "sha256": each.digest.hex()}
            for each in part.images
        ],
    }


def text(part: Part, signature: PartSignature) -> Iterator[str]:
    """The same for people; nobody has verified it."""
    from mvpsdk.units import describe_size

    guest = part.guest
    yield f"  persona      {guest.persona}"
    yield f"  laid out for {describe_size(guest.ram_size)} at {guest.ram:#x}, {guest.vcpus} CPU"
    yield f"  guest ABI    {part.abi_major}.{part.abi_minor}, GIC version {guest.vgic}"
    yield f"  rollback     {part.rollback_index}"
    yield f"  signed by    {signature.key.hex()}"


def named_file(text: str) -> tuple[str, Path]:
    """Read an option PERSONA=FILE. Raises InputError if it is none."""
    from pathlib import Path

    from mvpsdk.errors import InputError

    name, separator, path = text.partition("=")
    if not (name and separator and path):
        hint = "for instance: --part work=work.mvpart"
        raise InputError(f'--part: "{text}" is no PERSONA=FILE', hint=hint)
    return name, Path(path)


def verify(path: Path, keys: Sequence[str], maker: Path | None) -> Report:
    """Verify a part by keys, or by the maker's bundle. Raises MvpError."""
    from mvpsdk import bundle, sign
    from mvpsdk.errors import InputError

    if maker and keys:
        raise InputError("the bundle says whose key counts", hint="drop --key, or --bundle")
    if not maker and not keys:
        raise InputError(
            "nobody says whose signature counts",
            hint="name the vendor's key by --key, or the maker's bundle by --bundle",
        )
    found = sign.public_keys(keys)
    against = bundle.open(maker) if maker else None
    with render.progress("verifying", path.stat().st_size) as advance:
        return sign.verify_part(path, keys=found, bundle=against, progress=advance)
