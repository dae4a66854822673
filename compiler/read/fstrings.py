"""f-strings: one token, taken apart into literal text and the expressions between braces.

The rules are those of Python 3.11: the string's quotes and backslashes can't occur between the
braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from compiler import syntax_tree as st
from compiler.messages import report
from compiler.read.literals import Complain, StringToken, decode
from compiler.source import SourceFile, Span

Embedded = Callable[[int, int], st.Expr]

# `\N{DASH}` is text in a string with escapes; a single brace is the end of the text.
TEXT = re.compile(r"(?:[^{}\\]|\\N\{[^}]*\}|\\[^{}]|\\(?=[{}])|\{\{|\}\})*")
RAW_TEXT = re.compile(r"(?:[^{}]|\{\{|\}\})*")
QUOTED = re.compile(r"\"\"\".*?\"\"\"|'''.*?'''|\"[^\"]*\"|'[^']*'", re.DOTALL)
CONVERSION = re.compile(r"!\s*(\w*)\s*")
DEBUG = re.compile(r"=(?!=)\s*(?=[!:}])")
COMPARISONS = ("==", "!=", "<=", ">=")
CLOSERS = {"(": ")", "[": "]", "{": "}"}


class _Stop(Exception):
    """The rest of the string can't be read; what is wrong has been said."""


@dataclass(slots=True)
class FormatReader:
    """Reads one f-string. `embedded` parses the expression between two offsets."""

    file: SourceFile
    string: StringToken
    embedded: Embedded
    complain: Complain

    def parts(self) -> list[st.StrLiteral | st.FormattedPart]:
        found: list[st.StrLiteral | st.FormattedPart] = []
        text_pattern = RAW_TEXT if self.string.is_raw else TEXT
        at, end = self.string.start, self.string.end
        try:
            while at < end:
                match = text_pattern.match(self.file.text, at, end)
                assert match is not None
                if match.end() > at:
                    found.append(self.text(at, match.end()))
                    at = match.end()
                elif self.file.text[at] == "{":
                    part, at = self.field(at)
                    found.append(part)
                else:
                    self.stop("fstring-single-brace", at, at + 1)
        except _Stop:
            pass
        return found

    def text(self, start: int, end: int) -> st.StrLiteral:
        value = decode(self.file, self.string, start, end, self.complain)
        return st.StrLiteral(self.span(start, end), value.replace("{{", "{").replace("}}", "}"))

    def field(self, start: int) -> tuple[st.FormattedPart, int]:
        """The part that begins with the brace at `start`, and where it ends."""
        text, limit = self.file.text, self.string.end
        stop = self.expression_end(start)
        if not text[start + 1 : stop].strip():
            self.stop("fstring-empty", start, stop + 1)
        expression_stop, debug_text = stop, None
        debug = DEBUG.match(text, stop, limit)
        if debug:
            stop = debug.end()
            debug_text = text[start + 1 : stop]
        conversion = None
        match = CONVERSION.match(text, stop, limit)
        if match:
            conversion = match[1]
            if conversion not in ("r", "s", "a"):
                self.stop(
                    "fstring-conversion",
                    stop,
                    match.end(),
                    found=f"'{conversion}'" if conversion else "nothing",
                )
            stop = match.end()
        spec, spec_span = "", None
        if text[stop : stop + 1] == ":" and stop < limit:
            spec_start, stop = stop + 1, self.spec_end(start, stop + 1)
            spec_span = self.span(spec_start, stop)
            spec = decode(self.file, self.string, spec_start, stop, self.complain)
        if stop >= limit or text[stop] != "}":
            self.stop("fstring-unclosed", start, start + 1)
        value = self.embedded(start + 1, expression_stop)
        span = self.span(start, stop + 1)
        return st.FormattedPart(span, value, conversion, spec, spec_span, debug_text), stop + 1

    def expression_end(self, brace: int) -> int:
        """Where an expression ends: at `=`, `!`, `:` or `}` outside brackets and strings."""
        text, limit = self.file.text, self.string.end
        closers: list[str] = []
        at = brace + 1
        while at < limit:
            character = text[at]
            if character in "\\#":
                self.stop("fstring-character", at, at + 1, character=character)
            if character in "\"'":
                quoted = QUOTED.match(text, at, limit)
                if quoted is None:
                    self.stop("string-unclosed", at, at + 1, quote=character)
                at = quoted.end()
            elif character in CLOSERS:
                closers.append(CLOSERS[character])
                at += 1
            elif closers:
                if character == closers[-1]:
                    closers.pop()
                at += 1
            elif text[at : at + 2] in COMPARISONS:
                at += 2
            elif character in "!:}" or (character == "=" and DEBUG.match(text, at, limit)):
                return at
            else:
                at += 1
        self.stop("fstring-unclosed", brace, brace + 1)

    def spec_end(self, brace: int, start: int) -> int:
        text, limit = self.file.text, self.string.end
        for at in range(start, limit):
            if text[at] == "{":
                self.stop("fstring-nested-field", at, at + 1)
            if text[at] == "}":
                return at
        self.stop("fstring-unclosed", brace, brace + 1)

    def span(self, start: int, end: int) -> Span:
        return Span(self.file, start, end)

    def stop(self, name: str, start: int, end: int, /, **values: Any) -> NoReturn:
        self.complain(report(name, self.span(start, end), **values))
        raise _Stop
