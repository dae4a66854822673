"""Our trees against Python's own: the same nodes at the same places, on every dialect file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.compiler.parsing import PythonFacts, chunks, dialect_files, our_facts, read

LIBRARY = Path(ast.__file__).parent
LIBRARY_FILES = [
    "bisect.py",
    "calendar.py",
    "csv.py",
    "_pydecimal.py",
    "difflib.py",
    "heapq.py",
    "inspect.py",
    "tarfile.py",
]


def compare(path: Path, whole: bool) -> int:
    """Compares the top-level statements of a file; gives how many nodes agreed."""
    file = read(path)
    facts = PythonFacts(file.text)
    expected = {}
    for node in ast.parse(file.text).body:
        decorators = getattr(node, "decorator_list", [])
        first = decorators[0] if decorators else node
        expected[facts.offset(first.lineno, first.col_offset)] = node
    compared = 0
    for statements, diagnostics in chunks(file):
        if diagnostics:
            assert not whole, diagnostics
            continue
        ours = sorted(our_facts(statements))
        starts = {start for _, start, _, _ in ours}
        pythons = sorted(
            fact for start in starts & expected.keys() for fact in facts.facts(expected[start])
        )
        assert [describe(file.text, f) for f in ours] == [describe(file.text, f) for f in pythons]
        compared += len(ours)
    return compared


def describe(text: str, fact: tuple[str, int, int, str]) -> tuple[str, int, str, str]:
    kind, start, end, word = fact
    return kind, start, text[start:end], word


@pytest.mark.parametrize("path", dialect_files(), ids=lambda p: "/".join(p.parts[-3:]))
def test_dialect_file(path: Path) -> None:
    assert compare(path, whole=True) > 0


@pytest.mark.parametrize("name", LIBRARY_FILES)
def test_library_file(name: str) -> None:
    """What is not the dialect is left out, by the statement."""
    assert compare(LIBRARY / name, whole=False) > 100
