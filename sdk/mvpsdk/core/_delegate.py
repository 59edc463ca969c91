# SPDX-License-Identifier: Apache-2.0
"""A delegated key in the pack (struct mvp_delegate): numbers as words, and back."""

from __future__ import annotations

from typing import Any

from mvpsdk.core._bytes import set_field
from mvpsdk.core._library import ffi, lib
from mvpsdk.core._pack import PackDelegate
from mvpsdk.errors import BundleError

__all__ = ["DELEGATE_SIZE", "delegate_new", "delegate_read", "delegate_write"]

DELEGATE_SIZE: int = ffi.sizeof("struct mvp_delegate")
_WORD = 64  # bits
_LEAST, _MOST = 2048, _WORD * lib.MVP_RSA_WORDS


def _words(number: int) -> tuple[int, ...]:
    mask = (1 << _WORD) - 1
    return tuple(number >> _WORD * n & mask for n in range(lib.MVP_RSA_WORDS))


def delegate_new(row: PackDelegate) -> Any:
    """Return it as C's struct. Raises BundleError: a key of such a size can't be delegated to."""
    bits = row.modulus.bit_length()
    if bits % _WORD or not _LEAST <= bits <= _MOST or row.modulus % 2 == 0:
        raise BundleError(
            f"a key of {bits} bits; a persona can be delegated to RSA keys of {_LEAST} to {_MOST}"
            f" bits, a multiple of {_WORD}",
            hint="make one of 2048, 3072 or 4096 bits",
        )
    struct = ffi.new("struct mvp_delegate *")
    for name in ("home", "room", "rollback_index", "key"):
        set_field(struct, name, getattr(row, name), "delegate")
    struct.words = bits // _WORD
    struct.modulus = _words(row.modulus)
    struct.square = _words(pow(2, 2 * bits, row.modulus))
    return struct


def delegate_write(row: PackDelegate) -> bytes:
    """Return it as it stands in a pack. Raises as `delegate_new` does."""
    return bytes(ffi.buffer(delegate_new(row)))


def delegate_read(struct: Any, partition: int) -> PackDelegate:
    """Return what stands in the pack for a partition."""
    modulus = sum(word << _WORD * n for n, word in enumerate(struct.modulus))
    return PackDelegate(
        partition=partition,
        home=struct.home,
        room=struct.room,
        rollback_index=struct.rollback_index,
        key=bytes(ffi.buffer(struct.key)),
        modulus=modulus,
    )
