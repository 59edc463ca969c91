# SPDX-License-Identifier: Apache-2.0
"""RSA signatures as the board checks them, held to a library that others trust."""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

import parts
from mvpsdk.core import facade as core
from mvpsdk.core._delegate import delegate_new, delegate_read
from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import BundleError

MESSAGE = b"header"
INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DER of a DigestInfo of SHA-256, less the digest (RFC 8017, 9.2)."""


def modulus(key: rsa.RSAPrivateKey) -> int:
    """Of its public half."""
    return key.public_key().public_numbers().n


def raw(key: rsa.RSAPrivateKey, block: bytes) -> bytes:
    """The private operation on a block that nobody has padded for us."""
    numbers = key.private_numbers()
    value = pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n)
    return value.to_bytes(len(block))


def encoded(bits: int, message: bytes = MESSAGE) -> bytearray:
    """EMSA-PKCS1-v1_5 (RFC 8017, 9.2)."""
    tail = b"\0" + INFO + hashlib.sha256(message).digest()
    return bytearray(b"\0\x01" + b"\xff" * (bits // 8 - 2 - len(tail)) + tail)


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_a_good_signature_is_taken_and_no_other(bits: int) -> None:
    """By keys of each usual size; over another message, or of another key, it is none."""
    key, other = parts.key(bits), parts.key(bits, "other")
    value = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert raw(key, bytes(encoded(bits))) == value
    assert parts.vouched(MESSAGE, value, modulus(key)).good
    assert not parts.vouched(MESSAGE + b"x", value, modulus(key)).good
    assert not parts.vouched(MESSAGE, value, modulus(other)).good


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_every_bit_of_the_padded_block_counts(bits: int) -> None:
    """What a signature becomes is compared whole: neither padding nor digest is skipped."""
    struct = delegate_new(parts.delegate(parts.key(bits)))
    state, digest = ffi.new("struct rsa *"), ffi.new("struct sha256 *")
    lib.sha256_init(digest)
    data = ffi.from_buffer(MESSAGE)
    while not lib.sha256_step(digest, data, len(MESSAGE)):
        pass
    state.key = struct
    power = ffi.buffer(state.power, bits // 8)
    good = int.from_bytes(encoded(bits))
    taken = []
    for bit in range(bits):
        power[:] = (good ^ 1 << bit).to_bytes(bits // 8, "little")
        if lib.rsa_vouches(state, digest):
            taken.append(bit)
    assert taken == []
    power[:] = good.to_bytes(bits // 8, "little")
    assert lib.rsa_vouches(state, digest)


def test_another_padding_of_the_same_digest_is_no_signature() -> None:
    """Less padding with something behind the digest: what forged signatures were once made of."""
    key = parts.key()
    block = encoded(2048)
    tail = bytes(block[-52:])
    short = b"\0\x01" + b"\xff" * 8 + tail + bytes(256 - 10 - 52)
    assert not parts.vouched(MESSAGE, raw(key, short), modulus(key)).good
    assert parts.vouched(MESSAGE, raw(key, bytes(block)), modulus(key)).good


def test_every_bit_of_a_signature_counts() -> None:
    """And a signature is less than the modulus: the same residue is not taken twice."""
    key = parts.key()
    value = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    for bit in range(0, 2048, 31):
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        assert not parts.vouched(MESSAGE, bytes(changed), modulus(key)).good
    again = int.from_bytes(value) + modulus(key)
    assert again >= 1 << 2048 or not parts.vouched(MESSAGE, again.to_bytes(256), modulus(key)).good
    for number in (modulus(key), (1 << 2048) - 1):
        assert parts.vouched(MESSAGE, number.to_bytes(256), modulus(key)).steps == 0


@given(message=st.binary(max_size=300), words=st.integers(32, 64), noise=st.binary(max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_core_and_the_library_agree(message: bytes, words: int, noise: bytes) -> None:
    """Over random messages, and signatures that may have been changed."""
    key = parts.key((2048, 3072, 4096)[words % 3])
    value = bytearray(key.sign(message, padding.PKCS1v15(), hashes.SHA256()))
    for byte in noise:
        value[byte] ^= byte
    try:
        key.public_key().verify(bytes(value), message, padding.PKCS1v15(), hashes.SHA256())
        good = True
    except InvalidSignature:
        good = False
    assert parts.vouched(message, bytes(value), modulus(key)).good is good


@given(data=st.data(), words=st.sampled_from([32, 33, 40, 48, 63, 64]))
@settings(max_examples=40, deadline=None)
def test_powers_are_those_of_whole_numbers(data: st.DataObject, words: int) -> None:
    """For any odd modulus of that length, prime factors or not, and any residue."""
    bits = 64 * words
    n = data.draw(st.integers(1 << bits - 1, (1 << bits) - 1)) | 1
    value = data.draw(st.sampled_from([0, 1, n - 1]) | st.integers(0, n - 1))
    whole = core.PackDelegate(partition=0, home=0, room=0, key=bytes(32), modulus=n)
    struct, state = delegate_new(whole), ffi.new("struct rsa *")
    number = ffi.new("uint64_t[]", words)
    ffi.memmove(number, value.to_bytes(bits // 8), bits // 8)
    assert lib.rsa_begin(state, struct, number)
    while not lib.rsa_step(state):
        pass
    found = sum(word << 64 * n for n, word in enumerate(state.power[0:words]))
    assert found == pow(value, 65537, n)


def test_a_key_comes_back_as_it_went_in() -> None:
    """As words, least significant first, zeros behind the last."""
    row = parts.delegate(parts.key(3072))
    struct = delegate_new(row)
    assert struct.words == 48
    assert not any(struct.modulus[48:64])
    assert delegate_read(struct, parts.PARTITION) == row


@pytest.mark.parametrize("bits", [1024, 2040, 4160])
def test_a_key_of_another_size_is_not_taken(bits: int) -> None:
    """Too small to trust, too large for the board, or no whole words."""
    row = parts.delegate(modulus=(1 << bits) - 1)
    with pytest.raises(BundleError, match=f"a key of {bits} bits"):
        delegate_new(row)
