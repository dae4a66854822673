"""The values of literals: numbers, and strings with their escapes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from compiler import syntax_tree as st
from compiler.diagnostics import Diagnostic
from compiler.messages import report
from compiler.read.tokens import Token
from compiler.source import SourceFile, Span

Complain = Callable[[Diagnostic], None]

ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\'\"\n])|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})"
    r"|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<name>[^}]*)\}|(?P<bad>[xuU][0-9a-fA-F]*|[\s\S]))"
)
SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": ""}
MAX_DIGITS = 2000  # an integer literal longer than this is a mistake and would be slow to convert


@dataclass(frozen=True, slots=True)
class StringToken:
    """A string token taken apart: lower-case prefix, and where its contents are in the file."""

    prefix: str
    start: int
    end: int

    @property
    def is_raw(self) -> bool:
        return "r" in self.prefix

    @property
    def is_bytes(self) -> bool:
        return "b" in self.prefix

    @property
    def is_format(self) -> bool:
        return "f" in self.prefix


def split_string(token: Token) -> StringToken:
    text = token.value
    quote = 0
    while text[quote] not in "\"'":
        quote += 1
    width = 3 if text.startswith(text[quote] * 3, quote) and len(text) - quote >= 6 else 1
    return StringToken(text[:quote].lower(), token.start_pos + quote + width, token.end_pos - width)


def number(token: Token, file: SourceFile, complain: Complain) -> st.Expr:
    """The value of a numeric literal; 0 after a complaint."""
    text = token.value
    span = Span(file, token.start_pos, token.end_pos)
    lower = text.lower()
    if lower.endswith("j") and not lower.startswith("0x"):
        complain(report("complex-number", span))
        return st.IntLiteral(span, 0)
    try:
        if len(text) > MAX_DIGITS:
            raise ValueError
        if not lower.startswith("0x") and any(c in text for c in ".eE"):
            return st.FloatLiteral(span, float(text))
        return st.IntLiteral(span, int(text, 0))
    except ValueError:
        complain(report("bad-number", span, number=text if len(text) < 40 else text[:40] + "…"))
        return st.IntLiteral(span, 0)


def decode(file: SourceFile, part: StringToken, start: int, end: int, complain: Complain) -> str:
    """The text between two offsets of a string, its escapes replaced."""
    text = file.text[start:end]
    if part.is_bytes and not text.isascii():
        at = next(i for i, c in enumerate(text) if not c.isascii())
        complain(report("bytes-not-ascii", Span(file, start + at, start + at + 1)))
        return ""
    if part.is_raw or "\\" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        value = _escape(found, part.is_bytes)
        if value is None:
            place = Span(file, start + found.start(), start + found.end())
            complain(report("bad-escape", place, escape=found[0]))
            return ""
        return value

    return ESCAPE.sub(replace, text)


def _escape(found: re.Match[str], is_bytes: bool) -> str | None:
    """What an escape stands for; None if it is none."""
    kind = found.lastgroup
    assert kind is not None
    digits = found[kind]
    if kind == "simple":
        return SIMPLE.get(digits, digits)
    if kind == "octal":
        value = int(digits, 8)
        return chr(value) if value < 256 else None
    if kind == "x":
        return chr(int(digits, 16))
    if is_bytes or kind == "bad":
        return None
    if kind == "name":
        try:
            return unicodedata.lookup(digits)
        except KeyError:
            return None
    value = int(digits, 16)
    return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else None
