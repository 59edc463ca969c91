# SPDX-License-Identifier: Apache-2.0
"""Changes of a signed bundle, as somebody would make them who has the file but none of its keys.

Each change of a case is a table with one of these keys, and what its function takes beside it:

    flip = PART             one bit of a part ("tree": of the tree), at = byte from its start, bit;
                            find = TEXT: of the byte behind it, or "fingerprint": of the first there
                            image = NAME: of the first of an image of the pack
    flip-value = PATH/PROP  one bit of the first byte of a property of the tree
    resize = PART           the tree's size of a part, by = bytes
    set = PATH/PROPERTY     a property of the tree: text, hex or cell
    node = PATH             takes a node out; copy = PATH puts one there, first = true: before all
    rehash = PART           the tree's digest of a part is made that of its bytes
    swap = [PART, PART]     each stands where the other was
    crc32 = PART            the value of its hash-1 is made the CRC-32 of its bytes
    texts = PATH/PROPERTY   a list of strings, without those that begin so
    take = PART             a part's bytes out of another bundle: of; the tree's digest is theirs,
                            unless keep
    cut = BYTES             off the end; keep = "start of PART": all before it stays
    append = HEX            behind the end
    fill = HEX              into the zeros behind the tree ("tree") or a part: behind
    wrap = "uimage", "raw", "tree", "zeros"   no FIT any more: what boots without a check elsewhere
"""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mvpsdk.bundle.flat import flatten
from mvpsdk.core.facade import FINGERPRINT, FdtNode, fdt_read, pack_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Fit", "changed", "part_changed"]

Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fit:
    """A bundle's bytes, and its tree."""

    data: bytes
    root: FdtNode
    size: int  # of the tree

    @classmethod
    def of(cls, data: bytes) -> Fit:
        """Read one."""
        size = int.from_bytes(data[4:8])
        return cls(data, fdt_read(data[:size]), size)

    def span(self, part: str) -> slice:
        """Where a part is; "tree" is one."""
        if part == "tree":
            return slice(0, self.size)
        node = self.root.get(f"images/{part}")
        assert node, part
        (offset,), (size,) = node.cells("data-offset"), node.cells("data-size")
        return slice(self.size + offset, self.size + offset + size)

    def with_tree(self, root: FdtNode) -> Fit:
        """The same with another tree, as large as before."""
        tree = flatten(root, self.size)
        assert len(tree) == self.size
        return Fit.of(tree + self.data[self.size :])

    def with_bytes(self, at: int, new: bytes) -> Fit:
        """The same with other bytes in one place, whatever becomes of its tree."""
        data = self.data[:at] + new + self.data[at + len(new) :]
        assert data != self.data, "nothing is changed"
        return replace(self, data=data)


def changed(
    data: bytes, changes: Iterable[Change], others: Mapping[str, bytes], folder: Path
) -> bytes:
    """Return a bundle after the changes of a case. others: bundles that parts are taken out of."""
    fit = Fit.of(data)
    for change in changes:
        name = next(iter(change))
        fit = OPERATIONS[name](fit, {**change, "others": others, "folder": folder})
    assert fit.data != data, "the case changes nothing"
    return fit.data


def part_changed(data: bytes, change: Change) -> bytes:
    """Return a persona's part after the change of a case."""
    if "flip" in change:
        at = change["flip"]
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    if "cut" in change:
        return data[: -change["cut"]]
    return bytes(len(data)) if change.get("zeros") else data


def _flip(fit: Fit, change: Change) -> Fit:
    span = fit.span(change["flip"])
    at = span.start + change.get("at", 0)
    if change.get("find") == "fingerprint":
        at = fit.data.index(FINGERPRINT, span.start)
    elif "image" in change:
        pack = fit.data[span]
        found = {each.name: each.offset for each in pack_read(pack, size=len(pack)).images}
        at = span.start + found[change["image"]]
    elif "find" in change:
        at = fit.data.index(change["find"].encode(), span.start) + len(change["find"])
    assert at < span.stop
    return fit.with_bytes(at, bytes([fit.data[at] ^ 1 << change.get("bit", 0)]))


def _flip_value(fit: Fit, change: Change) -> Fit:
    path, _, name = change["flip-value"].rpartition("/")
    node = fit.root.get(path)
    assert node, path
    value = node.properties[name]
    return _set(fit, {"set": change["flip-value"], "hex": bytes([value[0] ^ 1, *value[1:]]).hex()})


def _resize(fit: Fit, change: Change) -> Fit:
    span = fit.span(change["resize"])
    path = f"/images/{change['resize']}/data-size"
    return _set(fit, {"set": path, "cell": span.stop - span.start + change["by"]})


def _set(fit: Fit, change: Change) -> Fit:
    path, _, name = change["set"].rpartition("/")
    node = fit.root.get(path)
    assert node, path
    properties = dict(node.properties)
    properties[name] = _value(change)
    return fit.with_tree(_replaced(fit.root, path, replace(node, properties=properties)))


def _value(change: Change) -> bytes:
    if "text" in change:
        return str(change["text"]).encode() + b"\0"
    return int(change["cell"]).to_bytes(4) if "cell" in change else bytes.fromhex(change["hex"])


def _node(fit: Fit, change: Change) -> Fit:
    path = change["node"]
    if "copy" not in change:
        return fit.with_tree(_replaced(fit.root, path, None))
    above, _, name = path.rpartition("/")
    parent, found = fit.root.get(above), fit.root.get(change["copy"])
    assert parent
    assert found
    more = (replace(found, name=name),)
    children = more + parent.children if change.get("first") else parent.children + more
    return fit.with_tree(_replaced(fit.root, above, replace(parent, children=children)))


def _replaced(root: FdtNode, path: str, new: FdtNode | None) -> FdtNode:
    """A tree with another node, or none, at a path: the first of that name."""
    step, _, rest = path.strip("/").partition("/")
    if not step:
        assert new
        return new
    children: list[FdtNode] = []
    done = False
    for child in root.children:
        if child.name != step or done:
            children.append(child)
            continue
        done = True
        made = _replaced(child, rest, new) if rest else new
        children += [made] if made else []
    assert done, path
    return replace(root, children=tuple(children))


def _rehash(fit: Fit, change: Change) -> Fit:
    part = change["rehash"]
    digest = hashlib.sha256(fit.data[fit.span(part)]).hexdigest()
    return _set(fit, {"set": f"/images/{part}/hash-1/value", "hex": digest})


def _swap(fit: Fit, change: Change) -> Fit:
    """Their places and digests change hands; no byte behind the tree moves."""
    first, second = (fit.root.get(f"images/{name}") for name in change["swap"])
    assert first
    assert second
    names = ("data-offset", "data-size")
    for node, other in ((first, second), (second, first)):
        moved = {name: other.properties[name] for name in names}
        children = other.children if change.get("digests") else node.children
        new = replace(node, properties={**node.properties, **moved}, children=children)
        fit = fit.with_tree(_replaced(fit.root, f"images/{node.name}", new))
    return fit


def _take(fit: Fit, change: Change) -> Fit:
    """In the place of its own part, which must be as large."""
    other = Fit.of(change["others"][change["of"]])
    part = change["take"]
    new = other.data[other.span(part)]
    span = fit.span(part)
    assert span.stop - span.start == len(new), "they differ in size"
    fit = fit.with_bytes(span.start, new)
    return fit if change.get("keep") else _rehash(fit, {"rehash": part})


def _crc32(fit: Fit, change: Change) -> Fit:
    part = change["crc32"]
    value = zlib.crc32(fit.data[fit.span(part)])
    return _set(fit, {"set": f"/images/{part}/hash-1/value", "cell": value})


def _texts(fit: Fit, change: Change) -> Fit:
    path, _, name = change["texts"].rpartition("/")
    node = fit.root.get(path)
    assert node, path
    kept = [text for text in node.texts(name) if not text.startswith(change["without"])]
    value = b"".join(text.encode() + b"\0" for text in kept)
    return _set(fit, {"set": change["texts"], "hex": value.hex()})


def _cut(fit: Fit, change: Change) -> Fit:
    return replace(fit, data=fit.data[: -change["cut"]])


def _keep(fit: Fit, change: Change) -> Fit:
    return replace(fit, data=fit.data[: fit.span(change["keep"]).start + change.get("at", 0)])


def _append(fit: Fit, change: Change) -> Fit:
    return replace(fit, data=fit.data + bytes.fromhex(change["append"]))


def _fill(fit: Fit, change: Change) -> Fit:
    if change["behind"] == "tree":
        return fit.with_bytes(fit.size - 16, bytes.fromhex(change["fill"]))
    return fit.with_bytes(fit.span(change["behind"]).stop, bytes.fromhex(change["fill"]))


def _wrap(fit: Fit, change: Change) -> Fit:
    kind, folder = change["wrap"], change["folder"]
    program = fit.data[fit.span("hypervisor")]
    if kind == "raw":
        return replace(fit, data=program)
    if kind == "zeros":
        return replace(fit, data=bytes(len(fit.data)))
    if kind == "tree":
        return replace(fit, data=flatten(FdtNode(name="", path="/"), fit.size))
    raw, out = folder / "raw.bin", folder / "legacy.uimage"
    raw.write_bytes(program)
    words = ["-A", "arm64", "-O", "linux", "-T", "kernel", "-C", "none"]
    words += ["-a", "0x40200000", "-e", "0x40200000", "-n", "x", "-d", str(raw), str(out)]
    subprocess.run(["mkimage", *words], check=True, stdout=subprocess.DEVNULL)
    return replace(fit, data=out.read_bytes())


OPERATIONS = {
    "crc32": _crc32,
    "texts": _texts,
    "flip-value": _flip_value,
    "resize": _resize,
    "flip": _flip,
    "set": _set,
    "node": _node,
    "rehash": _rehash,
    "swap": _swap,
    "take": _take,
    "cut": _cut,
    "keep": _keep,
    "append": _append,
    "fill": _fill,
    "wrap": _wrap,
}
