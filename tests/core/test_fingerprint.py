# SPDX-License-Identifier: Apache-2.0
"""The fingerprint says which sources a build was made from."""

import importlib
import shutil
from pathlib import Path

import pytest

from mvpsdk.core import _library, facade, fingerprint
from mvpsdk.errors import CoreError


def test_the_library_was_built_from_the_sources_beside_it() -> None:
    """What every other test takes for granted."""
    assert fingerprint.digest() == facade.FINGERPRINT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the core's folder."""
    target = tmp_path / "core"
    shutil.copytree(fingerprint.CORE, target, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return target


def test_a_copy_has_the_same_fingerprint(copy: Path) -> None:
    """Names count from the core's folder on, and file times don't."""
    assert fingerprint.digest() == fingerprint.digest(copy)


def test_any_change_of_the_portable_sources_shows(copy: Path) -> None:
    """An edit, a new file, a new name."""
    seen = {fingerprint.digest(copy)}
    source = copy / "src" / "pack.c"

    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    seen.add(fingerprint.digest(copy))
    (copy / "src" / "new.h").write_text("", encoding="utf-8")
    seen.add(fingerprint.digest(copy))
    source.rename(copy / "src" / "pack2.c")
    seen.add(fingerprint.digest(copy))
    assert len(seen) == 4


def test_what_only_the_board_has_does_not_count(copy: Path) -> None:
    """Host and board share the portable half: that is what must agree."""
    (copy / "drivers" / "new.c").write_text("", encoding="utf-8")
    (copy / "src" / "notes.txt").write_text("", encoding="utf-8")

    assert fingerprint.digest() == fingerprint.digest(copy)


def test_the_build_gets_it_as_numbers_of_c(tmp_path: Path) -> None:
    """The header is written where the build says, folder and all."""
    output = tmp_path / "generated" / "value.h"
    fingerprint.main(output)

    text = output.read_text(encoding="ascii")
    numbers = text.removeprefix("#define MVP_FINGERPRINT_BYTES ").split(", ")
    assert fingerprint.digest() == bytes(int(number, 16) for number in numbers)


def test_a_stale_library_is_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says what to do."""
    monkeypatch.delenv("MVPSDK_CORE_STALE", raising=False)
    with pytest.raises(CoreError, match=r"1111111111111111….*2222222222222222…") as caught:
        _library.check_fingerprint(b"\x11" * 32, b"\x22" * 32)
    assert "make host" in caught.value.hint


def test_whoever_edits_the_c_may_go_on_with_a_stale_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On request, and not in silence."""
    monkeypatch.setenv("MVPSDK_CORE_STALE", "1")
    _library.check_fingerprint(b"\x11" * 32, b"\x22" * 32)

    assert "1111111111111111…" in caplog.text


def test_a_missing_library_is_an_error_with_a_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an ImportError's traceback."""

    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(CoreError, match=r"can't be loaded: mvpsdk\.core\._lib"):
        _library._load()
