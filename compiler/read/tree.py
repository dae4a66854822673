"""The lark tree: a rule's name, what it matched, and where.

Every token is kept, so a branch reaches from its first child to its last; that replaces lark's own
position keeping, which costs more than the parsing does.
"""

from __future__ import annotations

from typing import TypeAlias

from compiler.read.tokens import Token


class Branch:
    """A matched rule."""

    __slots__ = ("children", "data", "end_pos", "start_pos")
    start_pos: int
    end_pos: int

    def __init__(self, data: str, children: list[Branch | Token]) -> None:
        self.data = data
        self.children = children
        self.start_pos = children[0].start_pos
        self.end_pos = children[-1].end_pos

    def branches(self) -> list[Branch]:
        """The children that are rules."""
        return [child for child in self.children if isinstance(child, Branch)]

    def __repr__(self) -> str:
        return f"{self.data}({', '.join(map(repr, self.children))})"


Child: TypeAlias = Branch | Token
