"""The catalogue's samples as files: markers taken out, the head put on, compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from compiler import syntax_tree as st
from compiler.check.language import LANGUAGE_NAMES
from compiler.diagnostics import CompileError, Diagnostic
from compiler.messages.entry import Entry
from compiler.program import CheckOptions, Program
from compiler.read.parser import parse_module
from compiler.source import SourceFile
from compiler.types import HOST, KERNEL, WASM

PACKAGE = "sample"
TARGETS = {target.kind: target for target in (KERNEL, WASM, HOST)}
DOCSTRING = '"""A sample."""\n'
FUTURE = "from __future__ import annotations\n"
WORD = re.compile(r"[^\W\d]\w*")
DEFINED = re.compile(r"^\s*(?:def|class)\s+(\w+)|^(\w+)\s*(?::|=)", re.MULTILINE)

_trees: dict[tuple[str, str], st.Module] = {}


@dataclass(frozen=True)
class Sample:
    """A file and the part of it that a diagnostic covers, if it is a broken one."""

    text: str
    start: int = 0
    end: int = 0


def prepare(text: str) -> Sample:
    """The sample as a whole file. One that begins with a docstring is a whole file already."""
    text = head(text) + text
    start = text.find("«")
    if start < 0:
        return Sample(text)
    end = text.index("»") - 1
    plain = text.replace("«", "", 1).replace("»", "", 1)
    assert "«" not in plain and "»" not in plain, "a sample has one marked place"
    return Sample(plain, start, end)


def head(text: str) -> str:
    """The docstring and imports that a sample leaves out."""
    if text.startswith(('"""', "«")) and text.lstrip("«").startswith('"""'):
        return ""
    defined = {a or b for a, b in DEFINED.findall(text.replace("«", "").replace("»", ""))}
    names = sorted((LANGUAGE_NAMES & set(WORD.findall(text))) - defined)
    imports = f"from pykern.lang import {', '.join(names)}\n" if names else ""
    future = "" if "from __future__" in text else FUTURE
    return DOCSTRING + future + imports


def diagnose(entry: Entry, text: str | bytes, folder: Path) -> list[Diagnostic]:
    """Compiles a text in the place of the entry's sample; everything that is reported about it."""
    package = folder / PACKAGE
    package.mkdir()
    for name, other in entry.others.items():
        text_of = head(other) + other if name.endswith(".py") else other
        (package / name).write_text(text_of, encoding="utf-8")
    data = text if isinstance(text, bytes) else text.encode()
    (package / "main.py").write_bytes(data)
    program = Program(folder, TARGETS[entry.target], CheckOptions(tests=True), _parse)
    try:
        program.load([f"{PACKAGE}.main"])
        for name in sorted(program.modules):
            if name.startswith(f"{PACKAGE}."):
                program.check(name)
    except CompileError as error:
        program.sink.extend(error.diagnostics)
    return program.sink.diagnostics


def _parse(file: SourceFile, name: str) -> st.Module:
    """Parses a file once in a test run: the runtime library is part of every program."""
    if name.startswith(f"{PACKAGE}."):
        return parse_module(file, name)
    key = (name, file.text)
    if key not in _trees:
        _trees[key] = parse_module(file, name)
    return _trees[key]
