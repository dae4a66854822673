"""Scripts of the WebAssembly specification suite (`*.wast`) as lists of commands.

for command in read_script(path):
    command.kind          "module", "assert_invalid", "assert_return", ...
    command.line          where it starts
    command.form          the S-expression
    command.message       the last string of an assertion: the expected error
    command.module()      the binary of the module in it; text goes through wasmtime's assembler
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import wasmtime

from pykern.wasm.sexpr import Form, read_forms


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


# The assembler refuses characters that change the direction of text; an escape means the same.
CONFUSING = re.compile("[\u202a-\u202e\u2066-\u206f\U000e0000-\U000e007f]")


def assemble(text: str) -> bytes:
    escaped = CONFUSING.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)
    try:
        return bytes(wasmtime.wat2wasm(escaped))
    except (wasmtime.WasmtimeError, UnicodeError) as error:
        raise NotText(str(error)) from None


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
