"""Going on after a syntax error: the statement without the line that has it.

The tree of such a statement is not used. It is read again for the errors in its other lines, and
the names it would define are kept, so that those who use them are not blamed.
"""

from __future__ import annotations

from dataclasses import dataclass

from compiler.read.syntax_errors import LAYOUT
from compiler.read.tokens import Token

CLAUSES = frozenset(("ELIF", "ELSE", "EXCEPT", "FINALLY", "CASE"))


@dataclass(frozen=True, slots=True)
class Rest:
    """The tokens of a statement without a bad line; `seam` is the index where it was."""

    tokens: list[Token]
    seam: int

    def is_blamed(self, found: Token) -> bool:
        """Whether an error is at the seam, so that it is the gap's fault and not the author's."""
        return any(token is found for token in self.tokens[self.seam : self.seam + 2])


def without_bad_line(tokens: list[Token], found: Token) -> Rest:
    """Takes out the logical line that holds `found`, its block and the clauses that belong to it.

    `pass` takes the place of a statement; clauses and decorators leave nothing. There are no tokens
    if nothing is left.
    """
    at = next((i for i, token in enumerate(tokens) if token is found), len(tokens) - 1)
    if tokens[at].type == "INDENT":
        return Rest(tokens[:at] + tokens[_block_end(tokens, at) :], at)
    while at > 0 and tokens[at].type in LAYOUT:  # the error is before this: at the end of a line
        at -= 1
    start = at
    while start > 0 and tokens[start - 1].type not in LAYOUT:
        start -= 1
    stop = _line_end(tokens, at)
    leaves_nothing = tokens[start].type in CLAUSES or tokens[start].type == "AT"
    while not leaves_nothing and stop < len(tokens) and tokens[stop].type in CLAUSES:
        stop = _line_end(tokens, stop)
    if start == 0 and stop >= len(tokens):
        return Rest([], 0)
    if leaves_nothing:
        return Rest(tokens[:start] + tokens[stop:], start)
    place = tokens[start].start_pos
    filler = [Token("PASS", "pass", place, place), Token("NEWLINE", "", place, place)]
    return Rest(tokens[:start] + filler + tokens[stop:], start)


def _line_end(tokens: list[Token], at: int) -> int:
    """The index after the NEWLINE of a line, and after the block under it."""
    while at < len(tokens) and tokens[at].type != "NEWLINE":
        at += 1
    at += 1
    return _block_end(tokens, at) if at < len(tokens) and tokens[at].type == "INDENT" else at


def _block_end(tokens: list[Token], indent: int) -> int:
    """The index after the DEDENT that belongs to an INDENT."""
    depth = 0
    for at in range(indent, len(tokens)):
        if tokens[at].type == "INDENT":
            depth += 1
        elif tokens[at].type == "DEDENT":
            depth -= 1
            if not depth:
                return at + 1
    return len(tokens)


def names_defined(tokens: list[Token]) -> set[str]:
    """The names a top-level statement defines, as far as its first line tells.

    A function or class defines the word after `def` or `class`, an import every word it mentions,
    anything else the word it begins with.
    """
    words = [(token.type, token.value) for token in tokens]
    for index, (kind, _) in enumerate(words[:-1]):
        if kind in ("DEF", "CLASS"):
            return {words[index + 1][1]}
        if kind in ("IMPORT", "FROM"):
            return {value for type_, value in words if type_ == "NAME"}
    return {words[0][1]} if words and words[0][0] == "NAME" else set()
