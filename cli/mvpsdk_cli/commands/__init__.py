# SPDX-License-Identifier: Apache-2.0
"""One file per verb; see the package's docstring for what such a file holds."""
