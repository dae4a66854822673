"""Groups a flat row of operands and operators by rank.

The grammar gives `a + -b * c` as the row `a`, `+`, `-`, `b`, `*`, `c`; this makes `a + ((-b) * c)`
of it by precedence climbing. A node's span runs over its part of the row, so brackets around an
operand belong to the operation and not to the operand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from compiler import syntax_tree as st
from compiler.diagnostics import Diagnostic
from compiler.messages import report
from compiler.read.tokens import Token
from compiler.read.tree import Branch
from compiler.source import SourceFile, Span

NOT, COMPARISON, UNARY, POWER = 3, 4, 11, 12

RANKS = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("in", "not", "is", "==", "!=", "<", "<=", ">", ">="), COMPARISON),
    "|": 5,
    "^": 6,
    "&": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "@": 10,
    "/": 10,
    "//": 10,
    "%": 10,
    "**": POWER,
}
PREFIXES = frozenset(("MINUS", "PLUS", "TILDE", "NOT", "AWAIT"))


class Row:
    """One row, read from left to right. `operand` turns a tree into an expression."""

    def __init__(
        self,
        items: Sequence[Branch | Token],
        file: SourceFile,
        operand: Callable[[Branch], st.Expr],
        complain: Callable[[Diagnostic], None],
    ) -> None:
        self.items = items
        self.file = file
        self.operand = operand
        self.complain = complain
        self.at = 0

    def group(self, floor: int = 0) -> st.Expr:
        """The longest expression from here whose operators rank at least `floor`."""
        items, first = self.items, self.at
        left = self.prefixed(floor)
        while self.at < len(items):
            operator = items[self.at]
            assert isinstance(operator, Token)
            rank = RANKS[operator.value]
            if rank < floor:
                break
            if rank == COMPARISON:
                left = self.comparison(left, first)
            elif rank < NOT:
                left = self.logical(left, first, operator.value, rank)
            else:
                self.at += 1
                right = self.group(UNARY if rank == POWER else rank + 1)
                left = st.Binary(
                    self.span(first), operator.value, left, right, self.place(operator)
                )
                if operator.value == "@":
                    self.complain(report("matrix-multiplication", self.place(operator)))
        return left

    def prefixed(self, floor: int) -> st.Expr:
        item = self.items[self.at]
        first = self.at
        self.at += 1
        if isinstance(item, Branch):
            return self.operand(item)
        if item.type == "NOT":
            if floor > NOT:
                self.complain(report("not-needs-brackets", self.place(item)))
            operand = self.group(NOT)
        elif item.type == "AWAIT":
            self.complain(report("async", self.place(item), word="await"))
            return self.prefixed(POWER)
        else:
            operand = self.group(UNARY)
        return st.Unary(self.span(first), item.value, operand)

    def logical(self, left: st.Expr, first: int, operator: str, rank: int) -> st.Expr:
        operands = [left]
        while self.at < len(self.items) and self.token().value == operator:
            self.at += 1
            operands.append(self.group(rank + 1))
        return st.BoolOp(self.span(first), operator, operands)

    def comparison(self, left: st.Expr, first: int) -> st.Expr:
        operators: list[str] = []
        places: list[Span] = []
        rights: list[st.Expr] = []
        while self.at < len(self.items) and RANKS[self.token().value] == COMPARISON:
            operator = self.token()
            last, words = operator, operator.value
            self.at += 1
            following = self.items[self.at]
            # `a is not b` and `a not in b`: the second word belongs to the operator.
            if isinstance(following, Token) and (words, following.type) in _TWO_WORDS:
                last, words = following, f"{words} {following.value}"
                self.at += 1
            operators.append(words)
            places.append(Span(self.file, operator.start_pos, last.end_pos))
            rights.append(self.group(COMPARISON + 1))
        return st.Compare(self.span(first), left, operators, places, rights)

    def token(self) -> Token:
        item = self.items[self.at]
        assert isinstance(item, Token)
        return item

    def span(self, first: int) -> Span:
        """From an item up to where the row has been read."""
        return Span(self.file, self.items[first].start_pos, self.items[self.at - 1].end_pos)

    def place(self, token: Token) -> Span:
        return Span(self.file, token.start_pos, token.end_pos)


_TWO_WORDS = frozenset({("is", "NOT"), ("not", "IN")})
