"""Sources with exchanged words: they parse, mean nonsense, and get diagnostics and nothing else."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from compiler import syntax_tree as st
from compiler.diagnostics import CompileError, render
from compiler.program import Program
from compiler.read.parser import parse_module
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


# As deep as the parser lets through: the stages after it recurse and must have room.
DEEP = {
    "sum": "    return " + " + ".join(["x"] * 140) + "\n",
    "brackets": "    return " + "(" * 95 + "x" + ")" * 95 + "\n",
    "complements": "    return " + "~" * 140 + "x\n",
    "both": "    return " + "(x + " * 48 + "x" + ")" * 48 + "\n",
    "conditionals": "    return " + "1 if x == 1 else " * 140 + "2\n",
    "calls": "    return " + "f(" * 95 + "x" + ")" * 95 + "\n",
    "elif": "    if x == 0:\n        return 1\n"
    + "".join(f"    elif x == {i}:\n        return 1\n" for i in range(1, 140))
    + "    return 2\n",
    "blocks": "".join("    " * (i + 1) + f"if x == {i}:\n" for i in range(90))
    + "    " * 91
    + "return 1\n    return 2\n",
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP.keys())
def test_deep_sources_are_checked(body: str, tmp_path: Path) -> None:
    head = '"""Deep."""\nfrom __future__ import annotations\nfrom pykern.lang import u32\n'
    (tmp_path / "deep.py").write_text(f"{head}def f(x: u32) -> u32:\n{body}", encoding="utf-8")
    program = Program(tmp_path, KERNEL)
    program.load(["deep"])
    program.check("deep")
    assert not program.sink.diagnostics
