"""Sources with exchanged words: they parse, mean nonsense, and get diagnostics and nothing else."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from compiler import syntax_tree as st
from compiler.diagnostics import CompileError, render
from compiler.parser import parse_module
from compiler.program import Program
from compiler.source import SourceFile
from compiler.types import KERNEL
from tests.compiler.parsing import ROOT

TOKEN = re.compile(r"\s+|\w+|\"[^\"\n]*\"|[^\w\s]")
FILES = sorted((ROOT / "tests/lang/samples").glob("*.py"))
MUTANTS_OF_A_FILE = 20

_trees: dict[str, st.Module] = {}


def mutant(text: str, choice: random.Random) -> str:
    """The text with some of its words replaced by others of its words."""
    tokens = TOKEN.findall(text)
    words = [i for i, token in enumerate(tokens) if token.strip() and not token.startswith('"')]
    for _ in range(choice.choice((1, 1, 2, 3))):
        tokens[choice.choice(words)] = tokens[choice.choice(words)]
    return "".join(tokens)


def check(path: Path, text: str) -> int:
    """Checks a text in the place of a file; gives how many diagnostics there are."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    def parse(file: SourceFile, module: str) -> st.Module:
        if module == name:
            return parse_module(SourceFile(file.path, file.display, text), module)
        if module not in _trees:
            _trees[module] = parse_module(file, module)
        return _trees[module]

    program = Program(ROOT, KERNEL, parse=parse)
    try:
        program.load([name])
        program.check(name)
    except CompileError as error:
        program.sink.extend(error.diagnostics)
    return sum(bool(render(d, colour=False)) for d in program.sink.diagnostics)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exchanged_words(path: Path) -> None:
    choice = random.Random(path.stem)
    text = path.read_text(encoding="utf-8")
    refused = 0
    for _ in range(MUTANTS_OF_A_FILE):
        changed = mutant(text, choice)
        try:
            refused += check(path, changed) > 0
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}, for this source:\n{changed}")
    assert refused, "the mutations do no damage"
