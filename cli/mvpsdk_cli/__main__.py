# SPDX-License-Identifier: Apache-2.0
"""``python -m mvpsdk_cli``: the same as ``mvpsdk``."""

import sys

from mvpsdk_cli.main import main

sys.exit(main())
