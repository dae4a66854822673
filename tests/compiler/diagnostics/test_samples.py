"""Every diagnostic happens: its broken sample gives exactly it, its mended sample gives nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from compiler import messages
from compiler.diagnostics import CompileError
from compiler.messages.entry import Entry
from compiler.program import read_source
from tests.compiler.diagnostics.samples import diagnose, prepare

ENTRIES = [entry for group in messages.GROUPS.values() for entry in group]
NAMES = [entry.name for entry in ENTRIES]
REPORTERS = {"report", "error", "refuse", "stop", "no_pattern"}
WITHOUT_TEXT = {"unreadable-file"}  # its sample is a file that can't be opened


def test_codes_and_names_are_unique() -> None:
    assert len({entry.code for entry in ENTRIES}) == len(ENTRIES)
    assert len(set(NAMES)) == len(ENTRIES)


def test_every_entry_is_used_and_every_use_has_an_entry() -> None:
    """A report's name is a literal in the compiler, so both lists can be compared."""
    literals: set[str] = set()
    reported: set[str] = set()
    catalogue = Path(messages.__file__).parent
    for path in catalogue.parent.rglob("*.py"):
        if path.is_relative_to(catalogue):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=called) | ast.Name(id=called),
                    args=[ast.Constant(value=str(name)), *_],
                ) if called in REPORTERS:
                    reported.add(name)
    assert not reported - set(NAMES)
    assert not set(NAMES) - literals


def test_codes_belong_to_their_groups() -> None:
    for prefix, group in messages.GROUPS.items():
        for entry in group:
            assert re.fullmatch(rf"{prefix}\d\d", entry.code), entry.name


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_explanation(entry: Entry) -> None:
    text = messages.explain(entry.code)
    assert text is not None
    assert text.startswith(f"{entry.code}: {entry.title}\n")
    assert "«" not in text and "»" not in text


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_broken_sample(entry: Entry, tmp_path: Path) -> None:
    if entry.name in WITHOUT_TEXT:
        pytest.skip("not a matter of the file's text")
    if entry.raw is not None:
        found = diagnose(entry, entry.raw, tmp_path)
        assert [d.code for d in found] == [entry.code], "\n".join(d.message for d in found)
        return
    assert "«" in entry.broken, "the sample does not mark the place"
    sample = prepare(entry.broken)
    found = diagnose(entry, sample.text, tmp_path)
    got = [(d.code, d.span.start, d.span.end, d.span.text, d.message) for d in found]
    wanted = sample.text[sample.start : sample.end]
    assert len(found) == 1, got
    assert got[0][:4] == (entry.code, sample.start, sample.end, wanted), got


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_mended_sample(entry: Entry, tmp_path: Path) -> None:
    assert "«" not in entry.mended
    found = diagnose(entry, prepare(entry.mended).text, tmp_path)
    assert not found, [(d.code, d.span.text, d.message) for d in found]


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "loop.py"
    path.symlink_to(path)
    with pytest.raises(CompileError) as caught:
        read_source(path, "loop.py")
    assert [d.code for d in caught.value.diagnostics] == [messages.ERRORS["unreadable-file"].code]
