"""Random format specifications that Python and the dialect share."""

from __future__ import annotations

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.kinds import Kind

LETTERS = ("", "d", "x", "X", "b", "o")


def format_text(choices: Choices, kind: Kind) -> str:
    """A specification for an integer with its colon; empty for none."""
    if choices.chance(40):
        return ""
    letter = choices.pick(LETTERS)
    align = choices.pick(("", "<", ">", "^", "=", "*<", "_>", "-^", "0="))
    sign = choices.pick(("", "", "+", " ", "-"))
    form = "#" if choices.chance(25) else ""
    zero = "0" if choices.chance(25) else ""
    width = str(choices.pick((1, 4, 9, 12, 20))) if choices.chance(70) else ""
    group = choices.pick(("", "", "_", ",")) if letter in ("", "d") else choices.pick(("", "_"))
    if zero and not width:
        zero = ""
    return f":{align}{sign}{form}{zero}{width}{group}{letter}"
