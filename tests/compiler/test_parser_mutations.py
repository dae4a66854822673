"""Damaged sources: whatever is done to a file, the parser gives a tree or diagnostics."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from compiler.diagnostics import CompileError, render
from compiler.read.parser import parse_module
from tests.compiler.parsing import dialect_files, source

TOKEN = re.compile(r"\s+|\w+|\"[^\"\n]*\"|[^\w\s]")
MUTATIONS_OF_A_KIND = 250
SPLINTERS = list("()[]{}:=,.'\"\\\n\t#@!?\0") + [
    'f"{',
    "'''",
    "    ",
    "é",
    "🙂",
    "\ud800",
    "0x",
    "match ",
    "case ",
]

Mutation = Callable[[list[str], random.Random], None]


def drop(tokens: list[str], choice: random.Random) -> None:
    del tokens[choice.randrange(len(tokens))]


def double(tokens: list[str], choice: random.Random) -> None:
    at = choice.randrange(len(tokens))
    tokens.insert(at, tokens[at])


def swap(tokens: list[str], choice: random.Random) -> None:
    a, b = choice.randrange(len(tokens)), choice.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]


def splinter(tokens: list[str], choice: random.Random) -> None:
    tokens.insert(choice.randrange(len(tokens)), choice.choice(SPLINTERS))


def cut(tokens: list[str], choice: random.Random) -> None:
    del tokens[choice.randrange(len(tokens)) :]
    tokens.append(choice.choice(SPLINTERS))


def survives(text: str) -> bool:
    """Parses a text; True if it was refused. Every diagnostic lies in the file and can be shown."""
    try:
        parse_module(source(text), "sample")
    except CompileError as error:
        for diagnostic in error.diagnostics:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
            assert render(diagnostic, colour=False)
        return True
    return False


@pytest.mark.parametrize("mutate", [drop, double, swap, splinter, cut], ids=lambda m: m.__name__)
def test_damaged_sources(mutate: Mutation) -> None:
    choice = random.Random(mutate.__name__)
    texts = [path.read_text(encoding="utf-8") for path in dialect_files()]
    refused = 0
    for _ in range(MUTATIONS_OF_A_KIND):
        tokens = TOKEN.findall(choice.choice(texts))
        for _ in range(choice.choice((1, 1, 2, 5))):
            mutate(tokens, choice)
        refused += survives("".join(tokens))
    assert refused > MUTATIONS_OF_A_KIND // 5, "the mutations do no damage"


# Each would be slow or deep if a stage were not linear, or had no limit.
LARGE = {
    "brackets": "x = " + "(" * 20_000,
    "closed brackets": "x = " + "[" * 5_000 + "]" * 5_000,
    "nots": "x = " + "not " * 20_000 + "y",
    "minuses": "x = " + "-" * 20_000 + "y",
    "sum": "x = " + " + ".join(["y"] * 20_000),
    "power": "x = " + " ** ".join(["y"] * 20_000),
    "conditionals": "x = " + "1 if y else " * 20_000 + "2",
    "attributes": "x = y" + ".z" * 20_000,
    "calls": "x = y" + "()" * 20_000,
    "targets": " = ".join(["x"] * 20_000),
    "elif": "if x: pass\n" + "elif x: pass\n" * 20_000,
    "blocks": "".join("    " * i + "if x:\n" for i in range(1_000)) + "    " * 1_000 + "pass\n",
    "dots": "from " + "." * 20_000 + " import x",
    "quotes": "x = " + "'" * 20_001,
    "open strings": "x = '\n" * 5_000,
    "open triples": "x = '''" + "\n'" * 20_000,
    "backslashes": "x = '" + "\\" * 20_001 + "'",
    "f-string braces": 'x = f"' + "{" * 20_000 + '"',
    "f-string fields": 'x = f"' + "{y}" * 5_000 + '"',
    "f-string brackets": 'x = f"{' + "(" * 20_000 + '}"',
    "digits": "x = " + "1" * 100_000,
    "hexadecimal": "x = 0x" + "f" * 100_000,
    "exponent": "x = 1e" + "9" * 100_000,
    "long name": "x" * 1_000_000,
    "one line": "x = 1; " * 20_000,
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "walrus": "x = (" + "y := " * 20_000 + "1)",
    "patterns": "match x:\n    case " + "(" * 90 + "1" + ")" * 90 + ":\n        pass\n",
    "alternatives": "match x:\n    case " + " | ".join(["1"] * 20_000) + ":\n        pass\n",
    "errors": "def f(:\n    pass\n\n" * 2_000,
    "errors in one body": "def f():\n" + "    x = = 1\n" * 2_000,
    "unicode": "\N{MATHEMATICAL BOLD SMALL A}" * 1_000 + " = 1",
    "nul": "\0" * 20_000,
    "lines of nul": "\0\n" * 5_000,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE.keys())
def test_large_sources(text: str) -> None:
    survives(text)


def test_what_is_too_deep_says_so() -> None:
    for name in ("brackets", "nots", "sum", "conditionals", "attributes", "elif", "blocks"):
        with pytest.raises(CompileError) as caught:
            parse_module(source(LARGE[name]), "sample")
        assert "PK0028" in {d.code for d in caught.value.diagnostics}, name
