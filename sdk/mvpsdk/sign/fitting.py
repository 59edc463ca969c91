# SPDX-License-Identifier: Apache-2.0
"""Does a bundle fit one device: its board, its past, its slots, and the keys that it trusts?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.sign.preflight import EXPONENT
from mvpsdk.sign.report import passed, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mvpsdk.bundle import Manifest
    from mvpsdk.device import ControlKey, DeviceFacts
    from mvpsdk.sign.model import PublicKey
    from mvpsdk.sign.report import Check
    from mvpsdk.sign.verifying import Wanted

__all__ = ["device"]

_OTHER = "take the bundle that was made for this board: mvpsdk bundle --board"
_EXPONENT = "rsa,exponent"  # where a node has none, U-Boot takes 65537
_ANYTHING = "this device boots whatever FIT is flashed"


def device(manifest: Manifest, size: int, wanted: Wanted) -> Iterator[Check]:
    """Hold a bundle of so many bytes to what is known of the device, if anything is.

    Raises InputError if the control tree can't be read.
    """
    facts = wanted.device
    if facts is None:
        return
    yield _equal("device board", "the board", manifest.board, facts.board)
    if facts.compatible:
        what = "the compatible of the board's tree"
        yield _equal("device compatible", what, manifest.compatible, facts.compatible)
    yield _rollback(manifest.rollback_index, facts.rollback_index)
    yield from _slots(size, facts)
    if facts.control_tree:
        yield _control(facts.control_tree, manifest, wanted)


def _rollback(index: int, floor: int) -> Check:
    name, what = "device rollback index", "not below the device's floor"
    found = f"the bundle has {index}, the device {floor}"
    if index >= floor:
        return passed(name, what, found)
    hint = f"rollback-index = {floor} or more in [handset], then mvpsdk bundle"
    return refused(name, what, found, hint)


def _slots(size: int, facts: DeviceFacts) -> Iterator[Check]:
    for slot in facts.slots:
        name, what = f"device slot {slot.name}", "the bundle fits into it"
        found = f"the bundle has {size} bytes, the slot {slot.size}"
        if size > slot.size:
            hint = "make the bundle smaller, or the slot larger in the partition table"
            yield refused(name, what, found, hint)
        else:
            yield passed(name, what, found)


def _control(path: Path, manifest: Manifest, wanted: Wanted) -> Check:
    """Does the boot loader insist on a signature, and would it take this bundle's?"""
    from mvpsdk.device import control_keys

    name, what = "device control tree", "the boot loader requires this bundle's key"
    required = [key for key in control_keys(path) if key.required == "conf"]
    if not required:
        found = f'{path} has no key with required = "conf": {_ANYTHING}'
        hint = "put the public key into the control tree that the boot loader is built with"
        return refused(name, what, found, hint)
    signer = next((each for each in manifest.signers if each.part == "configuration"), None)
    own = next((key for key in wanted.keys if signer and key.id == signer.key), None)
    names = ", ".join(key.name for key in required)
    hint = "sign with the device's key, or give the device this one"
    if own is None:
        return refused(name, what, f"it requires {names}, the bundle's key is not known", hint)
    strangers = [key.name for key in required if not _is(key, own)]
    enough = required[0].one_is_enough and len(strangers) < len(required)
    if strangers and not enough:
        found = f"it requires {', '.join(strangers)}, the bundle is signed by {own.id}"
        return refused(name, what, found, hint)
    return passed(name, what, f"it requires {names}")


def _is(key: ControlKey, own: PublicKey) -> bool:
    """Does the boot loader check signatures by this key?

    It does not make sure that a node's numbers belong together: with the right modulus and the
    exponent 1 whatever anybody writes is a signature, with a wrong constant none ever is.
    """
    from mvpsdk.sign.public import public_node

    if own.kind != "rsa" or key.algorithm != own.algorithm:
        return False
    wanted = {name: value for name, value in public_node(own).items() if name.startswith("rsa,")}
    found = {_EXPONENT: wanted[_EXPONENT] if own.exponent == EXPONENT else b"", **key.properties}
    return all(found.get(name) == value for name, value in wanted.items())


def _equal(name: str, what: str, bundle: str, device: str) -> Check:
    if bundle == device:
        return passed(name, what, bundle)
    return refused(name, what, f"the bundle is for {bundle}, the device is {device}", _OTHER)
