# SPDX-License-Identifier: Apache-2.0
"""Damaged vbmeta images, Android containers and papers: each is refused in words or read.

A mutant is made of its number alone. What must hold of each: reading it raises nothing but an error
for people, soon; what is accepted of a signed image is what was signed; and what is read of an
image can be written again.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from long_run import Tally
from mvpsdk import bundle
from mvpsdk.bundle import avb, avb_read, papers
from mvpsdk.bundle.aspects import aspects
from mvpsdk.bundle.model import Contents, Part
from mvpsdk.bundle.spans import Span
from mvpsdk.errors import MvpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Result", "mutant", "run", "seeds"]

WORDS = (0, 1, 7, 8, 63, 64, 255, 256, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)


@dataclass(kw_only=True)
class Result(Tally):
    """What a run found."""

    accepted: int = 0


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _assembled(*, signed: bool) -> bytes:
    boot = b"boot" * 100
    salt = avb.salt("boot")
    of = avb.HashDescriptor(
        partition="boot", size=len(boot), salt=salt, digest=hashlib.sha256(salt + boot).digest()
    )
    words = [avb.Property(name=f"mvpsdk.{name}", value=name.encode()) for name in ("board", "x")]
    key = avb.Key(
        modulus=_key().public_key().public_numbers().n,
        exponent=65537,
        sign=lambda message: _key().sign(message, padding.PKCS1v15(), SHA256()),
    )
    return avb.assemble([of], words, rollback_index=3, key=key if signed else None)


def _container() -> bytes:
    kernel, pack, tree = b"k" * 5000, b"p" * 4097, b"t" * 64
    head = struct.pack("<8s10I", b"ANDROID!", 5000, 0, 4097, 0, 0, 0, 0, 4096, 2, 0)
    rest = struct.pack("<16s512s32s1024sIQIIQ", b"", b"", b"", b"", 0, 0, 1660, 64, 0)
    pages = (head + rest, kernel, pack, tree)
    boot = b"".join(page + bytes(-len(page) % 4096) for page in pages)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as box:
        for name, data in (("boot.img", boot), ("vbmeta.img", _assembled(signed=False))):
            box.writestr(zipfile.ZipInfo(name), data)
    return file.getvalue()


def _sbom() -> bytes:
    component = {
        "bom-ref": "work/kernel",
        "version": "6.1",
        "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
        "licenses": [{"expression": "GPL-2.0-only"}],
        "properties": [{"name": "mvpsdk:size", "value": "1"}],
    }
    return json.dumps({"components": [component]}).encode()


def _provenance() -> bytes:
    build = {
        "externalParameters": {"board": "qemu-virt"},
        "internalParameters": {"features": ["menu"]},
        "resolvedDependencies": [{"name": "core", "digest": {"sha256": "ab" * 32}}],
    }
    run = {"builder": {"id": "x", "version": {"mvpsdk": "1"}}}
    predicate = {"buildDefinition": build, "runDetails": run}
    return json.dumps({"predicate": predicate, "subject": []}).encode()


@cache
def seeds() -> dict[str, bytes]:
    """What the mutants are made of."""
    return {
        "signed": _assembled(signed=True),
        "unsigned": _assembled(signed=False),
        "container": _container(),
        "sbom": _sbom(),
        "provenance": _provenance(),
    }


def mutant(number: int) -> tuple[str, bytes]:
    """The seed's name and the damaged bytes."""
    chance = random.Random(number)  # noqa: S311 - a mutant is made again by its number
    name = [*seeds()][number % len(seeds())]
    data = bytearray(seeds()[name])
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice(_WAYS)(data, chance)
    return name, bytes(data)


def _bit(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _word(data: bytearray, chance: random.Random) -> None:
    """A number that lengths and offsets stumble over, where lengths and offsets stand."""
    size = chance.choice((4, 8))
    at = chance.randrange(0, max(1, min(len(data), 512)), 4)
    value = chance.choice(WORDS) + chance.choice((0, 0, len(data), -1)) & (1 << 8 * size) - 1
    order = chance.choice((">", "<"))
    data[at : at + size] = struct.pack(f"{order}{'I' if size == 4 else 'Q'}", value)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _grow(data: bytearray, chance: random.Random) -> None:
    data += chance.randbytes(chance.randrange(1, 200))


def _twice(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    end = at + chance.randrange(100)
    data[at:at] = data[at:end]


def _letter(data: bytearray, chance: random.Random) -> None:
    """What JSON stumbles over."""
    if data:
        data[chance.randrange(len(data))] = chance.choice(b'"[]{}0-,:\\tn\xff')


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_bit, _bit, _word, _word, _word),
    *(_cut, _grow, _twice, _letter),
)


def run(numbers: Iterable[int], folder: Path) -> Result:
    """Read mutants; a file in the folder is written over and over."""
    result = Result()
    for number in numbers:
        name, data = mutant(number)
        result.count += 1
        try:
            _read(name, data, folder / "mutant")
            result.accepted += 1
        except MvpError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            result.faults[f"{number} ({name})"] = f"{type(error).__name__}: {error}"
    return result


def _read(name: str, data: bytes, path: Path) -> None:
    if name in ("sbom", "provenance"):
        _papers(name, data, path)
        return
    path.write_bytes(data)
    opened = bundle.open(path)
    aspects(opened, bundle.verify(opened))
    list(bundle.problems(opened))
    if opened.kind == "vbmeta":
        _hold(name, avb_read.read(data))


def _papers(name: str, data: bytes, path: Path) -> None:
    part = Part(name=name, kind="firmware", span=Span.of(data))
    contents = Contents(path=path, kind="fit", size=len(data), parts=(part,))
    found = (papers.components(contents), papers.provenance(contents))
    assert [each is not None for each in found] == [name == "sbom", name == "provenance"]


def _hold(name: str, said: avb.Vbmeta) -> None:
    """What was accepted is what was made, or at least says what it can be made of."""
    again = avb.assemble(said.hashes, said.properties, rollback_index=said.rollback_index)
    other = avb_read.read(again)
    kept = (other.hashes, other.properties, other.rollback_index)
    assert kept == (said.hashes, said.properties, said.rollback_index)
    if name == "signed" and said.algorithm.bits:
        original = avb_read.read(seeds()["signed"])
        try:
            public = _key().public_key()
            public.verify(said.signature, said.message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return
        assert said.message == original.message
