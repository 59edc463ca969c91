# SPDX-License-Identifier: Apache-2.0
"""The TOML files that a person writes: read with positions, checked against a model."""

from mvpsdk.document.reading import Document, read, within

__all__ = ["Document", "read", "within"]
