# SPDX-License-Identifier: Apache-2.0
"""One rule, one file. A file dropped in here is found; its docstring is its page."""
