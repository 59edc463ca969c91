# SPDX-License-Identifier: Apache-2.0
"""Ports: what a new phone begins with.

`write_board` makes a board's folder of a survey, out of `board_text` and `readme_text`;
`parse_fact` reads a fact that a person gives, `questions` names what to ask for. `handset_files`
makes a handset's folder.
"""

from mvpsdk.port.board_file import board_text
from mvpsdk.port.facts import gaps, parse_bank, parse_fact, parse_value, questions, with_frames
from mvpsdk.port.handset import DEBIAN, PersonaImages, handset_files, persona_of
from mvpsdk.port.making import write_board
from mvpsdk.port.readme import readme_text

__all__ = [
    "DEBIAN",
    "PersonaImages",
    "board_text",
    "gaps",
    "handset_files",
    "parse_bank",
    "parse_fact",
    "parse_value",
    "persona_of",
    "questions",
    "readme_text",
    "with_frames",
    "write_board",
]
