"""Source text -> tokens, in logical lines.

The terminals come from the grammar. What a regular expression can't say is done here: brackets that
join lines, and everything that can be wrong at this level.
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

    def lines(self, file: SourceFile, sink: DiagnosticSink) -> Iterator[Line]:
        """The logical lines of a file; what can't be read is reported."""
        start = 1 if file.text.startswith(BYTE_ORDER_MARK) else 0
        return _Reader(self, file, sink, start, len(file.text)).lines()

    def embedded(
        self, file: SourceFile, start: int, end: int, sink: DiagnosticSink
    ) -> list[Token] | None:
        """The tokens of an expression between two offsets; None if it can't be read."""
        reader = _Reader(self, file, sink, start, end, embedded=True)
        lines = list(reader.lines())
        return lines[0].tokens if len(lines) == 1 and lines[0].readable else None


class Line:
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
        self.line = Line(start)

    def error(self, name: str, start: int, end: int, /, *notes: Note, **values: Any) -> None:
        self.line.readable = False
        self.sink.add(report(name, Span(self.file, start, end), notes=notes, **values))

    def lines(self) -> Iterator[Line]:
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
                    self.line = Line(self.position)
                continue
            value = found[kind]
            if kind == "NAME" or kind == "FIXED":
                kind = fixed_types.get(value, kind)
                if fresh and self.brackets and kind in STATEMENT_WORDS and not self.embedded:
                    self.leave_brackets(start, value)
                    yield self.line
                    self.line = Line(text.rfind("\n", 0, start) + 1)
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
