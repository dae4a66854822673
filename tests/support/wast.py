"""Reads the scripts of the WebAssembly specification suite (`*.wast`).

    for command in read_script(path):
        command.kind          "module", "assert_invalid", "assert_return", ...
        command.line          where it starts
        command.form          the S-expression
        command.message       the last string of an assertion: the expected error
        command.module()      the binary of the module in it; text goes through wasmtime's assembler

A form is a list of words (`str`), strings (`bytes`) and forms. The suite is found by the
environment variable PYKERN_SPEC_TESTS, by default `../shared/spec` beside the repository.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import wasmtime

REPOSITORY = Path(__file__).resolve().parents[2]

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

Item = "str | bytes | Form"


class Form(list[Item]):
    """One S-expression, with the place of its text."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start
        self.end = start


class NotText(Exception):
    """The assembler refuses the module's text: it is malformed, or newer than the assembler."""


@dataclass
class Command:
    kind: str
    line: int
    form: Form
    script: str

    @property
    def message(self) -> str:
        last = self.form[-1]
        return last.decode("utf-8", "replace") if isinstance(last, bytes) else ""

    def module_form(self) -> Form | None:
        """The module that the command is, or is about."""
        if self.kind == "module":
            return self.form
        inner = self.form[1] if len(self.form) > 1 else None
        if isinstance(inner, Form) and inner and inner[0] == "module":
            return inner
        return None

    def is_quoted(self) -> bool:
        """The module is given as text in strings: the assertion is about the text format."""
        form = self.module_form()
        return form is not None and "quote" in form[1:4]

    def module(self) -> bytes:
        form = self.module_form()
        assert form is not None, f"line {self.line}: {self.kind} has no module"
        strings = b"".join(item for item in form if isinstance(item, bytes))
        if "binary" in form[1:4]:
            return strings
        if "quote" in form[1:4]:
            return assemble(strings.decode("utf-8", "surrogateescape"))
        text = self.script[form.start : form.end]
        return assemble(re.sub(r"^\(module\s+definition\b", "(module", text))


def assemble(text: str) -> bytes:
    try:
        return bytes(wasmtime.wat2wasm(text))
    except (wasmtime.WasmtimeError, UnicodeError) as error:
        raise NotText(str(error)) from None


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
    """The top-level S-expressions of a script."""
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
            stack[-1].append(form)
            stack.append(form)
        elif kind == "close":
            stack.pop().end = position
        elif kind == "string":
            stack[-1].append(unescape(match[0]))
        elif kind == "word":
            stack[-1].append(match[0])
    return [form for form in top if isinstance(form, Form)]


MODULE_FIELDS = ("func", "memory", "table", "global", "type", "import", "export", "data", "elem")


def read_script(path: Path) -> Iterator[Command]:
    """The commands of one script. A script without commands is a module's fields."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    forms = read_forms(text)
    if forms and forms[0][0] in MODULE_FIELDS:
        whole = Form(0)
        whole.append("module")
        whole.extend(forms)
        script = f"(module {text})"
        whole.end = len(script)
        yield Command("module", 1, whole, script)
        return
    for form in forms:
        line = text.count("\n", 0, form.start) + 1
        yield Command(str(form[0]), line, form, text)


def spec_folder() -> Path:
    return Path(os.environ.get("PYKERN_SPEC_TESTS", REPOSITORY.parent / "shared" / "spec"))


def scripts() -> list[Path]:
    """The suite's scripts, those of proposals left out."""
    return sorted(spec_folder().glob("*.wast"))
