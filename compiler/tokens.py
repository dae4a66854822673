"""Source text -> tokens, cut into top-level statements.

The terminals come from the grammar. What a regular expression can't say is done here: indentation,
brackets that join lines, words that are keywords only in some places, and everything that can be
wrong at this level.

A file is cut into chunks, each the tokens of one top-level statement, so that an error in one
leaves the others readable. Layout tokens have no width: NEWLINE and DEDENT lie at the end of the
token before them, INDENT at the start of the one after, so a tree ends where its last word ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lark.lexer import TerminalDef

from compiler.diagnostics import DiagnosticSink, Note
from compiler.messages import report
from compiler.source import SourceFile, Span

MAX_BRACKETS = 100
MAX_INDENTATION = 100
TAB_STOP = 8
BYTE_ORDER_MARK = "\ufeff"

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}

# Words that can't stand inside brackets: one at the start of a line means that the bracket above it
# was never closed.
STATEMENT_WORDS = frozenset(
    (
        *("DEF", "CLASS", "RETURN", "IMPORT", "WHILE", "WITH", "TRY", "RAISE", "PASS", "BREAK"),
        *("CONTINUE", "ASSERT", "GLOBAL", "NONLOCAL", "DEL", "ELIF", "EXCEPT", "FINALLY"),
    )
)
# Words that begin a line which opens a block.
BLOCK_WORDS = frozenset(
    (
        *("DEF", "CLASS", "IF", "ELIF", "ELSE", "WHILE", "FOR"),
        *("TRY", "EXCEPT", "FINALLY", "WITH", "MATCH", "CASE"),
    )
)
# A chunk goes on if its next line at column 1 begins with one of these.
CONTINUATION_WORDS = frozenset(("ELIF", "ELSE", "EXCEPT", "FINALLY"))
# What may follow `match` as its subject and can't follow a name.
SUBJECT_STARTS = frozenset(["NAME", "NUMBER", "STRING", "NONE", "TRUE", "FALSE", "TILDE", "LBRACE"])
ADVICE = {  # what to write for some characters that Python does not know
    "!": "write 'not'",
    "?": "write 'a if condition else b'",
    **dict.fromkeys("“”„‟«»", "write plain double quotes"),
    **dict.fromkeys("‘’‚‛´`", "write plain single quotes"),
    **dict.fromkeys("–—−", "write a plain minus sign"),
    "×": "write '*'",
    "÷": "write '//'",
    "≠": "write '!='",
    "≤": "write '<='",
    "≥": "write '>='",
    "\u00a0": "write a plain space",
}


class Token:
    """A token as the LALR parser wants it. Its position in lines is never asked for."""

    __slots__ = ("end_pos", "start_pos", "type", "value")
    line = column = end_line = end_column = 0

    def __init__(self, type: str, value: str, start_pos: int, end_pos: int) -> None:
        self.type = type
        self.value = value
        self.start_pos = start_pos
        self.end_pos = end_pos

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})"


class Tokenizer:
    """Reads text with the terminals of a grammar."""

    def __init__(self, terminals: Iterable[TerminalDef]) -> None:
        self.fixed_types: dict[str, str] = {}
        patterns: list[TerminalDef] = []
        for terminal in terminals:
            if terminal.pattern.type == "str":
                self.fixed_types[terminal.pattern.value] = terminal.name
            else:
                patterns.append(terminal)
        patterns.sort(key=lambda t: (-t.priority, -t.pattern.max_width, t.name))
        symbols = sorted((s for s in self.fixed_types if not s.isidentifier()), key=len)
        alternatives = [f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in patterns]
        alternatives.append(f"(?P<FIXED>{'|'.join(re.escape(s) for s in reversed(symbols))})")
        alternatives.append(r"(?P<LINE>\n)|(?P<COMMENT>#[^\n]*)|(?P<JOIN>\\\n)")
        self.pattern = re.compile(rf"[ \t\f]*(?:{'|'.join(alternatives)})")

    def chunks(self, file: SourceFile, sink: DiagnosticSink) -> Iterator[list[Token]]:
        """The top-level statements of a file that can be read; the others are reported."""
        layout = _Layout(file, sink)
        start = 1 if file.text.startswith(BYTE_ORDER_MARK) else 0
        reader = _Reader(self, file, sink, start, len(file.text))
        for line in reader.lines():
            yield from layout.add(line)
        yield from layout.end()

    def embedded(
        self, file: SourceFile, start: int, end: int, sink: DiagnosticSink
    ) -> list[Token] | None:
        """The tokens of an expression between two offsets; None if it can't be read."""
        reader = _Reader(self, file, sink, start, end, embedded=True)
        lines = list(reader.lines())
        return lines[0].tokens if len(lines) == 1 and lines[0].readable else None


class _Line:
    """A logical line: its tokens, and where its first physical line begins."""

    __slots__ = ("readable", "start", "tokens")

    def __init__(self, start: int) -> None:
        self.tokens: list[Token] = []
        self.start = start
        self.readable = True


class _Reader:
    """Cuts text into logical lines."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        file: SourceFile,
        sink: DiagnosticSink,
        start: int,
        end: int,
        embedded: bool = False,
    ) -> None:
        self.match = tokenizer.pattern.match
        self.fixed_types = tokenizer.fixed_types
        self.file = file
        self.text = file.text
        self.sink = sink
        self.position = start
        self.end = end
        self.embedded = embedded
        self.brackets: list[Token] = []
        self.brace_blocks = 0  # blocks that were opened by a brace
        self.line = _Line(start)

    def error(self, name: str, start: int, end: int, /, *notes: Note, **values: Any) -> None:
        self.line.readable = False
        self.sink.add(report(name, Span(self.file, start, end), notes=notes, **values))

    def lines(self) -> Iterator[_Line]:
        """The logical lines that hold a token or a mistake."""
        text, end, match, fixed_types = self.text, self.end, self.match, self.fixed_types
        fresh = True  # no token yet on this physical line
        while True:
            found = match(text, self.position, end)
            if found is None:
                if not self.skip_unreadable():
                    break
                continue
            kind = found.lastgroup
            assert kind is not None
            start, self.position = found.span(kind)
            if kind == "COMMENT" or kind == "JOIN":
                continue
            if kind == "LINE":
                fresh = True
                if not self.brackets and not self.embedded:
                    if self.line.tokens or not self.line.readable:
                        yield self.line
                    self.line = _Line(self.position)
                continue
            value = found[kind]
            if kind == "NAME" or kind == "FIXED":
                kind = fixed_types.get(value, kind)
                if fresh and self.brackets and kind in STATEMENT_WORDS and not self.embedded:
                    self.leave_brackets(start, value)
                    yield self.line
                    self.line = _Line(text.rfind("\n", 0, start) + 1)
            token = Token(kind, value, start, self.position)
            fresh = False
            self.line.tokens.append(token)
            if value in OPENING or value in CLOSING:
                self.bracket(token)
            elif kind == "NUMBER" or not value.isascii():
                self.check(token)
        if self.brackets:
            self.unclosed(self.brackets[-1])
        if self.line.tokens or not self.line.readable:
            yield self.line

    def bracket(self, token: Token) -> None:
        if token.value in OPENING:
            self.brackets.append(token)
            if len(self.brackets) == MAX_BRACKETS + 1:
                self.error("too-deep", token.start_pos, token.end_pos)
        elif not self.brackets:
            if token.value == "}" and self.brace_blocks:
                self.brace_blocks -= 1
                self.line.readable = False
                return
            self.error("bracket-closes-nothing", token.start_pos, token.end_pos, found=token.value)
        else:
            opening = self.brackets.pop()
            expected = OPENING[opening.value]
            if token.value != expected:
                self.error(
                    "bracket-mismatch",
                    token.start_pos,
                    token.end_pos,
                    Note(f"the '{opening.value}' is here", self.span(opening)),
                    found=token.value,
                    expected=expected,
                    opening=opening.value,
                )

    def leave_brackets(self, start: int, word: str) -> None:
        """A statement begins inside brackets: the innermost was never closed."""
        place = Span(self.file, start, start + len(word))
        self.unclosed(self.brackets[-1], Note(f"'{word}' begins a new statement here", place))
        self.brackets.clear()

    def unclosed(self, opening: Token, *notes: Note) -> None:
        first = self.line.tokens[0]
        if opening.value == "{" and first.type in BLOCK_WORDS and self.ends_line(opening):
            self.brace_blocks += 1
            self.error("brace-block", opening.start_pos, opening.end_pos)
            return
        self.error(
            "bracket-unclosed", opening.start_pos, opening.end_pos, *notes, opening=opening.value
        )

    def ends_line(self, token: Token) -> bool:
        line_end = self.text.find("\n", token.end_pos)
        return line_end >= 0 and not self.text[token.end_pos : line_end].strip()

    def check(self, token: Token) -> None:
        """What the token's pattern lets through and Python doesn't."""
        if token.type == "NUMBER":
            stop = token.end_pos
            while stop < self.end and (self.text[stop].isalnum() or self.text[stop] in "_."):
                stop += 1
            if stop > token.end_pos:
                self.position = stop
                word = self.text[token.start_pos : stop]
                self.error("bad-number", token.start_pos, stop, number=word)
        elif token.type == "NAME" and not token.value.isidentifier():
            self.error("bad-character", token.start_pos, token.end_pos, what=f"'{token.value}'")

    def skip_unreadable(self) -> bool:
        """Reports what no pattern matches and steps over it; False at the end of the text."""
        text, end, at = self.text, self.end, self.position
        while at < end and text[at] in " \t\f":
            at += 1
        if at >= end:
            return False
        stop = text.find("\n", at, end)
        line_end = end if stop < 0 else stop
        self.position = line_end
        if text[at] in "\"'":
            quotes = text[at] * 3
            if text.startswith(quotes, at):
                self.position = end
                self.error("string-unclosed-triple", at, at + 3, quotes=quotes)
            else:
                self.error("string-unclosed", at, line_end, quote=text[at])
        elif text[at] == "\\":
            self.error("stray-backslash", at, at + 1)
        elif text[at] == "\0":
            self.error("nul-character", at, at + 1)
        else:
            what = f"'{text[at]}'" if text[at].isprintable() else f"U+{ord(text[at]):04X}"
            self.error("bad-character", at, at + 1, what=what, help=ADVICE.get(text[at]))
        return True

    def span(self, token: Token) -> Span:
        return Span(self.file, token.start_pos, token.end_pos)


class _Layout:
    """Puts logical lines together to chunks, with the layout tokens between them."""

    def __init__(self, file: SourceFile, sink: DiagnosticSink) -> None:
        self.file = file
        self.sink = sink
        self.indents = [0]
        self.match_blocks = [False]  # beside `indents`: the block holds the cases of a `match`
        self.opens_match = False  # the line before is the head of a `match`
        self.chunk: list[Token] = []
        self.readable = True
        self.decorated = False  # the line before is a decorator at column 1
        self.tab_reported = False

    def add(self, line: _Line) -> Iterator[list[Token]]:
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
