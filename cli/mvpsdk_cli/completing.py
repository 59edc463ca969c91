# SPDX-License-Identifier: Apache-2.0
"""What the shell offers for the values of arguments and options."""


def board_names() -> list[str]:
    """The boards that are found without being told where."""
    from mvpsdk import board

    return list(board.find())


def ways() -> list[str]:
    """The ways by which a bundle gets into the virtual handset."""
    from mvpsdk import run

    return run.ways()


def targets() -> list[str]:
    """How the address of what is flashed begins."""
    from mvpsdk import flash

    return [*(f"{scheme}:" for scheme in flash.schemes() if scheme != "block"), "/dev/"]
