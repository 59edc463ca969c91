# SPDX-License-Identifier: Apache-2.0
"""Damaged and forged bundles, and the small files beside them: no mutant of a signed one verifies.

A mutant is made of its number alone: bits, words, cuts; and by who knows the format: another tree
in the same room, a manifest that says something else, digests made anew, parts exchanged. What must
hold of each: verifying it raises nothing, soon, and says no, unless it is the very bundle. Keys,
device facts and descriptions of signatures are refused in words, or read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import random
import struct
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import acme
from long_run import Tally
from mvpsdk import device, sign
from mvpsdk.bundle import fit, fit_read
from mvpsdk.bundle.flat import flatten
from mvpsdk.bundle.spans import Span
from mvpsdk.core.facade import FdtNode, fdt_read
from mvpsdk.errors import MvpError
from mvpsdk.sign import detached, pem, token_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Result", "mutant", "run", "seeds"]

WORDS = (0, 1, 7, 40, 63, 64, 4095, 4096, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
FACTS = b"""\
schema = "mvpsdk.device/1"
[device]
board = "qemu-virt"
compatible = "linux,dummy-virt"
rollback-index = 3
control-tree = "tree.dtb"
[[partition]]
name = "boot_a"
size = "1 MiB"
"""
URI = b"token=release;object=boot;id=%01%02?module-path=/x/y.so&pin-source=file:/pin"


@dataclass(kw_only=True)
class Result(Tally):
    """What a run found."""

    refused: int = 0  # bundles that verify said no to
    same: int = 0  # mutants that are the seed


@cache
def seeds() -> dict[str, bytes]:
    """What the mutants are made of."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        plain = acme.prepare(folder / "acme").pack().path
        sign.sign(plain, sign.open_signers(["test:"]), folder / "signed.itb")
        sign.digests(plain, sign.public_keys(["test:"]), folder / "todo")
        public = "".join(sign.public_pem(key) for key in sign.public_keys(["test:"]))
        return {
            "signed": (folder / "signed.itb").read_bytes(),
            "forged": (folder / "signed.itb").read_bytes(),
            "unsigned": plain.read_bytes(),
            "facts": FACTS,
            "keys": public.encode(),
            "signing": (folder / "todo" / "signing.json").read_bytes(),
            "uri": URI,
        }


def mutant(number: int) -> tuple[str, bytes]:
    """The seed's name and the changed bytes."""
    chance = random.Random(number)  # noqa: S311 - a mutant is made again by its number
    name = [*seeds()][number % len(seeds())]
    data = bytearray(seeds()[name])
    ways = _FORGERIES if name == "forged" else _WAYS
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice(ways)(data, chance)
    return name, bytes(data)


# ---- by chance ----


def _place(data: bytearray, chance: random.Random) -> int:
    """Most of what is small lies in front, or at the end."""
    size = len(data)
    return min(
        size - 1,
        chance.choice(
            (
                chance.randrange(size),
                chance.randrange(min(size, 4096)),
                max(0, size - 1 - chance.randrange(min(size, 8192))),
            )
        ),
    )


def _bit(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _word(data: bytearray, chance: random.Random) -> None:
    if data:
        at = _place(data, chance) & ~3
        data[at : at + 4] = struct.pack(">I", chance.choice((*WORDS, len(data))) & 0xFFFFFFFF)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _grow(data: bytearray, chance: random.Random) -> None:
    data += bytes(chance.randrange(1, 5000)) if chance.random() < 0.5 else chance.randbytes(9)


def _letter(data: bytearray, chance: random.Random) -> None:
    """What JSON, TOML and PEM stumble over."""
    if data:
        data[_place(data, chance)] = chance.choice(b'"[]{}0-9=,:\\\n%;&?\xff')


def _twice(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[at : at + chance.randrange(200)]


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_bit, _bit, _bit, _word, _word),
    *(_cut, _grow, _letter, _letter, _twice),
)


# ---- by who knows the format ----


def _opened(data: bytearray) -> tuple[FdtNode, int] | None:
    """The tree and its size; None if an earlier change has broken it."""
    size = int.from_bytes(data[4:8])
    try:
        return fdt_read(bytes(data[:size])), size
    except MvpError:
        return None


def _changed(node: FdtNode, chance: random.Random, target: int, counter: list[int]) -> FdtNode:
    """The tree with one node or property of it changed: the one of this number."""
    counter[0] += 1
    properties = dict(node.properties)
    children = [_changed(child, chance, target, counter) for child in node.children]
    if counter[0] == target or (counter[0] > target and not children):
        counter[0] = target + 10_000
        kind = chance.randrange(6)
        name = chance.choice([*properties, "data"]) if properties else "data"
        if kind == 0:
            properties.pop(name, None)
        elif kind == 1:
            value = bytearray(properties.get(name, b"\0"))
            if value:
                value[chance.randrange(len(value))] ^= 1 << chance.randrange(8)
            properties[name] = bytes(value)
        elif kind == 2:
            properties[chance.choice(("data", "data-position", "data-size", "x"))] = fit.cell(
                chance.choice(WORDS)
            )
        elif kind == 3 and children:
            children.pop(chance.randrange(len(children)))
        elif kind == 4 and children:
            children.append(chance.choice(children))
        else:
            return replace(node, name=node.name + "x")
    return replace(node, properties=properties, children=tuple(children))


def _tree(data: bytearray, chance: random.Random) -> None:
    """Another tree in the same room."""
    opened = _opened(data)
    if opened:
        root, size = opened
        made = flatten(_changed(root, chance, chance.randrange(1, 20), [0]), size)
        data[: len(made)] = made


def _digests(data: bytearray, chance: random.Random) -> None:
    """A changed part, with its digest made anew wherever the old one stands."""
    try:
        parts = fit_read.read(io.BytesIO(data), Span(size=len(data))).parts
    except MvpError:
        return
    part = chance.choice(parts) if parts else None
    if part is None or not part.span.size or part.span.offset + part.span.size > len(data):
        return
    start, end = part.span.offset, part.span.offset + part.span.size
    old = hashlib.sha256(data[start:end])
    data[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    new = hashlib.sha256(data[start:end])
    whole = bytes(data).replace(old.digest(), new.digest())
    data[:] = whole.replace(old.hexdigest().encode(), new.hexdigest().encode())


def _manifest(data: bytearray, chance: random.Random) -> None:
    """A manifest that says something else, in as many bytes."""
    opened = _opened(data)
    part = opened[0].get("images/manifest") if opened else None
    if not opened or not part or len(part.cells("data-offset")) != 1:
        return
    start = opened[1] + part.cells("data-offset")[0]
    size = part.cells("data-size")[0] if part.cells("data-size") else 0
    try:
        document: Any = json.loads(data[start : start + size])
    except ValueError:
        return
    if not isinstance(document, dict):
        return
    key = chance.choice(sorted(document))
    document[key] = chance.choice((None, True, False, "", "x", -1, 0, 1 << 70, 1.5, [], {}, [{}]))
    text = json.dumps(document, indent=2, sort_keys=True).encode()
    if len(text) < size:
        data[start : start + size] = text.ljust(size)


def _parts(data: bytearray, chance: random.Random) -> None:
    """Two places in the file exchanged."""
    size = chance.choice((64, 4096, 8192))
    if len(data) > 4 * size:
        one, other = (chance.randrange(len(data) // size) * size for _ in range(2))
        data[one : one + size], data[other : other + size] = (
            data[other : other + size],
            data[one : one + size],
        )


_FORGERIES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_tree, _tree, _tree, _manifest, _manifest),
    *(_digests, _digests, _parts, _bit),
)


# ---- what must hold ----


def run(numbers: Iterable[int], folder: Path) -> Result:
    """Try mutants; a file in the folder is written over and over."""
    result = Result()
    for number in numbers:
        name, data = mutant(number)
        result.count += 1
        if data == seeds()[name]:
            result.same += 1
            continue
        try:
            _try(name, data, folder, result)
        except MvpError as error:
            if name in ("signed", "forged", "unsigned"):
                result.faults[f"{number} ({name})"] = f"it raised: {error.message}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            result.faults[f"{number} ({name})"] = f"{type(error).__name__}: {error}"
    return result


def _try(name: str, data: bytes, folder: Path, result: Result) -> None:
    path = folder / "mutant"
    path.write_bytes(data)
    if name == "facts":
        device.load(path)
    elif name == "keys":
        pem.public_keys(data, "mutant")
    elif name == "uri":
        token_uri.parse(data.decode("latin-1"))
    elif name == "signing":
        (folder / "signing.json").write_bytes(data)
        detached.signing_keys(folder)
    else:
        _verify(path, result, unsigned=name == "unsigned")


@cache
def _trusted() -> tuple[sign.PublicKey, ...]:
    return sign.public_keys(["test:"])


def _verify(path: Path, result: Result, *, unsigned: bool) -> None:
    keys = () if unsigned else _trusted()
    report = sign.verify(path, sign.Wanted(keys=keys, now=NOW, unsigned=unsigned))
    result.refused += not report.ok
    if report.ok and not unsigned:
        raise AssertionError("it verifies, and is not the bundle that was signed")
    if not report.checks or not all(check.hint for check in report.refusals):
        raise AssertionError("a refusal without its next step")
