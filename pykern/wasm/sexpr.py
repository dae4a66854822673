"""S-expressions of the WebAssembly text format: only their shape, not what they mean.

A form is a list of words (`str`), strings (`bytes`) and forms, with the place of its text.
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""
      (?P<space>[\s]+)
    | (?P<line_comment>;;[^\n]*)
    | (?P<block_comment>\(;)
    | (?P<open>\((?:@[!-'*-:<-~]+)?)
    | (?P<close>\))
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<word>[^\s()";]+(?:"(?:[^"\\]|\\.)*")?|;)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(rb"\\(u\{[0-9a-fA-F_]+\}|[0-9a-fA-F]{2}|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b'"': b'"', b"'": b"'", b"\\": b"\\"}


class Form(list["str | bytes | Form"]):
    """One S-expression, with the place of its text."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start
        self.end = start


def unescape(literal: str) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if code in ESCAPES:
            return ESCAPES[code]
        if code.startswith(b"u{"):
            return chr(int(code[2:-1], 16)).encode("utf-8", "surrogatepass")
        return bytes([int(code, 16)])

    return ESCAPE.sub(replace, literal[1:-1].encode("utf-8", "surrogateescape"))


def skip_block_comment(text: str, position: int) -> int:
    depth = 0
    for match in re.compile(r"\(;|;\)").finditer(text, position):
        depth += 1 if match[0] == "(;" else -1
        if depth == 0:
            return match.end()
    raise ValueError("unclosed block comment")


def read_forms(text: str) -> list[Form]:
    """The top-level S-expressions of a script; annotations `(@name …)` are left out."""
    top = Form(0)
    stack = [top]
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"unexpected text at {position}: {text[position : position + 20]!r}")
        position = match.end()
        kind = match.lastgroup
        if kind == "block_comment":
            position = skip_block_comment(text, match.start())
        elif kind == "open":
            form = Form(match.start())
            if not match[0].startswith("(@"):
                stack[-1].append(form)
            stack.append(form)
        elif kind == "close":
            stack.pop().end = position
        elif kind == "string":
            stack[-1].append(unescape(match[0]))
        elif kind == "word":
            stack[-1].append(match[0])
    return [form for form in top if isinstance(form, Form)]
