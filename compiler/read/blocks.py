"""Logical lines -> top-level statements, with tokens for the layout.

A file is cut into chunks, each the tokens of one top-level statement, so an error in one leaves
the others readable. Layout tokens have no width: NEWLINE and DEDENT lie at the end of the token
before them, INDENT at the start of the one after, so a tree ends where its last word ends. The
words that are keywords only in some places are found here too, because they depend on the line
and the block.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics import DiagnosticSink
from compiler.messages import report
from compiler.read.recovery import names_defined
from compiler.read.tokens import Line, Token, Tokenizer
from compiler.source import SourceFile, Span

MAX_INDENTATION = 100
TAB_STOP = 8

# A chunk goes on if its next line at column 1 begins with one of these.
CONTINUATION_WORDS = frozenset(("ELIF", "ELSE", "EXCEPT", "FINALLY"))
# What may follow `match` as its subject and can't follow a name.
SUBJECT_STARTS = frozenset(["NAME", "NUMBER", "STRING", "NONE", "TRUE", "FALSE", "TILDE", "LBRACE"])


def chunks(
    tokenizer: Tokenizer, file: SourceFile, sink: DiagnosticSink, lost: set[str]
) -> Iterator[list[Token]]:
    """The top-level statements of a file that can be read; the others are reported, and the names
    they would define are added to `lost`.
    """
    blocks = _Blocks(file, sink, lost)
    for line in tokenizer.lines(file, sink):
        yield from blocks.add(line)
    yield from blocks.end()


class _Blocks:
    """Puts logical lines together to chunks, with the layout tokens between them."""

    def __init__(self, file: SourceFile, sink: DiagnosticSink, lost: set[str]) -> None:
        self.file = file
        self.sink = sink
        self.lost = lost
        self.indents = [0]
        self.match_blocks = [False]  # beside `indents`: the block holds the cases of a `match`
        self.opens_match = False  # the line before is the head of a `match`
        self.chunk: list[Token] = []
        self.readable = True
        self.decorated = False  # the line before is a decorator at column 1
        self.tab_reported = False

    def add(self, line: Line) -> Iterator[list[Token]]:
        """Takes a line; gives the chunk that it ends, if it does."""
        tokens = line.tokens
        if not tokens:
            self.readable = False
            return
        first = tokens[0]
        indent = self.indentation(line.start, first.start_pos)
        dedented = indent < self.indents[-1]
        self.dedent(indent)
        if indent == 0 and first.type not in CONTINUATION_WORDS and not self.decorated:
            yield from self.take()
        if not line.readable:
            self.readable = False
        if indent > self.indents[-1]:
            if dedented:
                self.error("dedent-mismatch", first.start_pos - 1, first.start_pos)
            self.indent(indent, first)
        self.mark_words(tokens)
        self.decorated = indent == 0 and first.type == "AT"
        self.chunk += tokens
        end = tokens[-1].end_pos
        self.chunk.append(Token("NEWLINE", "", end, end))

    def end(self) -> Iterator[list[Token]]:
        self.dedent(0)
        yield from self.take()

    def error(self, name: str, start: int, end: int) -> None:
        self.readable = False
        self.sink.add(report(name, Span(self.file, start, end)))

    def take(self) -> Iterator[list[Token]]:
        if self.chunk and self.readable:
            yield self.chunk
        else:
            self.lost |= names_defined(self.chunk)
        self.chunk = []
        self.readable = True

    def indentation(self, start: int, end: int) -> int:
        """The width of the blanks between a line's start and its first token."""
        blanks = self.file.text[start:end]
        if "\n" in blanks:  # joined by a backslash to a blank line
            blanks = blanks[blanks.rindex("\n") + 1 :]
        tab = blanks.find("\t")
        if tab < 0:
            return len(blanks) - blanks.count("\f")
        if not self.tab_reported:
            self.tab_reported = True
            at = end - len(blanks) + tab
            self.error("tab-indentation", at, at + 1)
        return len(blanks.replace("\f", "").expandtabs(TAB_STOP))

    def indent(self, indent: int, first: Token) -> None:
        self.indents.append(indent)
        self.match_blocks.append(self.opens_match)
        if len(self.indents) == MAX_INDENTATION + 2:
            self.error("too-deep", first.start_pos, first.end_pos)
        self.chunk.append(Token("INDENT", "", first.start_pos, first.start_pos))

    def dedent(self, indent: int) -> None:
        """Closes the blocks that are deeper than `indent`."""
        while indent < self.indents[-1]:
            self.indents.pop()
            self.match_blocks.pop()
            end = self.chunk[-1].end_pos
            self.chunk.append(Token("DEDENT", "", end, end))

    def mark_words(self, tokens: list[Token]) -> None:
        """Finds the keywords that are names elsewhere: they begin a line."""
        first = tokens[0]
        self.opens_match = False
        if first.type != "NAME" or len(tokens) < 2:
            return
        second = tokens[1]
        if first.value == "case":
            if self.match_blocks[-1]:
                first.type = "CASE"
        elif first.value == "match":
            has_head = tokens[-1].type == "COLON" and len(tokens) > 2
            if second.type in SUBJECT_STARTS or (
                has_head and second.type not in ("COLON", "EQUAL")
            ):
                first.type = "MATCH"
                self.opens_match = True
        elif first.value == "type" and second.type == "NAME":
            first.type = "TYPE"
