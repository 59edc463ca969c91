# SPDX-License-Identifier: Apache-2.0
"""The command line of mvpsdk: it decides nothing, it calls the library and shows the result.

A command is one file, ``commands/<verb>.py`` (an underscore becomes a dash), found by its folder
and imported only when the user names it. The file holds

* a module docstring: its first line is the line in ``mvpsdk --help``, the whole is the command's
  own help page (indented lines, such as examples, keep their line breaks);
* optionally ``SECTION = "Describe"`` (or Check, Make, Run, Help), its place in ``mvpsdk --help``;
* either a function ``command`` with typer annotations, or ``app``, a ``typer.Typer`` of
  sub-commands.

A command returns its exit code (``None`` is 0), raises ``MvpError`` for what the user can mend, and
prints by ``mvpsdk_cli.render`` alone. Anything heavy is imported inside the function.
"""
