# SPDX-License-Identifier: Apache-2.0
"""Fingerprint of the core's portable sources; also run by the builds, as a script.

It covers the sources that host and board share: the headers in `include/` and everything in `src/`.
Standard library only: the build runs this file before the package exists.
"""

import hashlib
import sys
from pathlib import Path

CORE = Path(__file__).resolve().parent
"""The core's folder: the same place in a checkout and in an installed wheel."""


def files(core: Path = CORE) -> list[Path]:
    """Return the portable sources, sorted by their path inside the core."""
    found = [*core.glob("include/**/*.h"), *core.glob("src/*.h"), *core.glob("src/*.c")]
    return sorted(found, key=lambda path: path.relative_to(core).as_posix())


def digest(core: Path = CORE) -> bytes:
    """Return the SHA-256 (32 bytes) over names and contents of the portable sources."""
    total = hashlib.sha256()
    for path in files(core):
        name = path.relative_to(core).as_posix()
        content = path.read_bytes()
        total.update(f"{name}\n{len(content)}\n".encode())
        total.update(content)
    return total.digest()


def header(value: bytes) -> str:
    """Return the text of `fingerprint_value.h`, which src/fingerprint.c includes."""
    return f"#define MVP_FINGERPRINT_BYTES {', '.join(f'0x{byte:02x}' for byte in value)}\n"


def main(output: Path) -> None:
    """Write the header."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(header(digest()), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
