# SPDX-License-Identifier: Apache-2.0
"""TOML files with positions, and every way in which a file can be no TOML file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.document import read
from mvpsdk.document.places import find_places, nearest
from mvpsdk.errors import BoardError, InputError
from mvpsdk.units import GIB

TEXT = '''\
# first line
top = 1
[a]
b = """
[not.a.table]
x = 1
"""
c = [
  1, # [2]
  2,
]
"d e".f = { g = 1 }
  [[list]]
name = 'one # no comment'
[list.sub]
x = 1
[[list]]
[[list.sub."quo]ted"]]
y = 2
'''


def where(text: str) -> dict[str, tuple[int, int]]:
    """Line and column of every key."""
    return {key: (place.line, place.column) for key, place in find_places(text, "f").items() if key}


def test_every_key_has_a_place() -> None:
    """Tables, arrays and keys are found; strings and comments don't confuse the search."""
    assert where(TEXT) == {
        "top": (2, 1),
        "a": (3, 1),
        "a.b": (4, 1),
        "a.c": (8, 1),
        "a.d e.f": (12, 1),
        "list": (13, 3),
        "list[0]": (13, 3),
        "list[0].name": (14, 1),
        "list[0].sub": (15, 1),
        "list[0].sub.x": (16, 1),
        "list[1]": (17, 1),
        "list[1].sub": (18, 1),
        "list[1].sub.quo]ted": (18, 1),
        "list[1].sub.quo]ted[0]": (18, 1),
        "list[1].sub.quo]ted[0].y": (19, 1),
    }


def test_a_key_without_a_place_has_its_tables() -> None:
    """The place of what is inside an inline table, or missing, is that of what is around it."""
    places = find_places(TEXT, "f")
    assert nearest(places, "list[0].sub.missing") == places["list[0].sub"]
    assert nearest(places, "a.d e.f.g") == places["a.d e.f"]
    assert nearest(places, "nowhere.at.all") is None


@given(st.dictionaries(st.text("abc-_", min_size=1), st.integers(), min_size=1))
def test_a_key_stands_on_its_line(table: dict[str, int]) -> None:
    """The n-th key of a plain table stands on line n + 1."""
    text = "[t]\n" + "".join(f"{key} = {value}\n" for key, value in table.items())
    expected = {f"t.{key}": (line, 1) for line, key in enumerate(table, 2)}
    assert where(text) == {"t": (1, 1), **expected}


def message(path: Path) -> str:
    """What reading a path is answered with."""
    with pytest.raises(InputError) as caught:
        read(path, BoardError)
    assert type(caught.value) is BoardError
    assert caught.value.place
    assert caught.value.place.file == str(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"a = 1\nb = \n", ":2:5: this is no TOML: invalid value"),
        (b"a = [1,\n", ":2:1: this is no TOML"),
        (b"a = 1\na = 2\n", ":2:6: this is no TOML: cannot overwrite a value"),
        (b"a = 1\n\xff\xfe", ":2: not text: byte 6 (0xff) is no UTF-8"),
        (b"\x7fELF\x02\x01", "this is no TOML"),
        (b"a = " + b"[" * 5000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "a number is too long"),
        (b"#" * (1 << 20) + b"\n", "1 MiB is too large for a configuration file"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    """Whatever stands in the file, the answer is one error that says what and where."""
    path = tmp_path / "board.toml"
    path.write_bytes(content)
    assert expected in message(path)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """A missing file, a folder, a device and a name with a NUL byte are errors of ours."""
    assert "there is no such file" in message(tmp_path / "missing.toml")
    assert "is a folder" in message(tmp_path)
    assert "is no regular file" in message(Path("/dev/null"))
    assert "can't be read: embedded null byte" in message(tmp_path / "a\0b")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A file of 5 GiB is refused by its size alone."""
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(5 * GIB)
    assert "5 GiB is too large" in message(path)


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without read permission is an error that names the reason."""
    path = tmp_path / "secret.toml"
    path.write_text("a = 1\n")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "can't be read: permission denied" in message(path)
