"""Damaged dialect files: whatever is done to one, the compiler gives diagnostics or sound LLVM IR.

Tokens of real files are dropped, doubled and swapped. Each damaged file is read, declared and
checked with what it imports; one that passes is lowered, and LLVM verifies the result.
"""

from __future__ import annotations

import random
import signal
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from compiler import syntax_tree as st
from compiler.build.units import UnitOptions, lowered_text
from compiler.diagnostics import CompileError, Diagnostic, render
from compiler.lower.verify import verify_module
from compiler.machine.target import parse_ir
from compiler.program import CheckOptions, Program
from compiler.read.parser import parse_module
from compiler.source import SourceFile
from compiler.types import HOST, KERNEL, WASM, Target
from tests.compiler.test_parser_mutations import TOKEN
from tests.conftest import COUNT_MARK
from tests.support.routes import ROOT

SHARDS = 10
MUTANTS_OF_A_SHARD = 110
PATIENCE_SECONDS = 120
"""After which a compilation counts as hung: it takes a second."""

FOLDERS: dict[str, Target] = {
    "kernel_src": KERNEL,
    "servers": WASM,
    "tests/lang/samples": KERNEL,
    "tests/compiler/programs": HOST,
    "tests/compiler/generator/prelude.py": WASM,
}


@cache
def victims() -> list[tuple[Path, Target]]:
    """The files to damage, below the root, and what they are compiled for."""
    found = []
    for folder, target in FOLDERS.items():
        start = ROOT / folder
        paths = [start] if start.is_file() else sorted(start.rglob("*.py"))
        found += [(path.relative_to(ROOT), target) for path in paths]
    return found


@cache
def parsed(path: Path, text: str, name: str, display: str) -> st.Module:
    """The trees of the files that are not damaged."""
    return parse_module(SourceFile(path, display, text), name)


def damage(tokens: list[str], choice: random.Random) -> None:
    """Half of the damage is to words only, which the parser more often lets pass."""
    places: Sequence[int] = range(len(tokens))
    if choice.random() < 0.5:
        places = [i for i in places if tokens[i].isalnum()] or places
    a, b = choice.choice(places), choice.choice(places)
    match choice.randrange(4):
        case 0:
            del tokens[a]
        case 1:
            tokens.insert(a, tokens[a])
        case 2:
            tokens[a], tokens[b] = tokens[b], tokens[a]
        case _:
            tokens[a] = tokens[b]


def damaged(text: str, choice: random.Random) -> str:
    tokens = TOKEN.findall(text)
    for _ in range(choice.choice((1, 1, 1, 2, 4))):
        damage(tokens, choice)
    return "".join(tokens)


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    def late(number: int, frame: types.FrameType | None) -> None:
        raise TimeoutError(f"still compiling after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def compiled(path: Path, target: Target, text: str) -> list[Diagnostic]:
    """Compiles `text` in the place of a module as far as LLVM IR; its diagnostics if it has any."""
    damaged_name = ".".join(path.with_suffix("").parts)

    def parse(source: SourceFile, name: str) -> st.Module:
        if name == damaged_name:
            return parse_module(SourceFile(source.path, source.display, text), name)
        return parsed(source.path, source.text, name, source.display)

    program = Program(ROOT, target, CheckOptions(tests=True), parse)
    try:
        program.load([damaged_name])
    except CompileError as error:
        return error.diagnostics
    typed = program.check(damaged_name)
    if len(program.sink):
        return program.sink.diagnostics
    verify_module(typed)
    options = UnitOptions(target.kind, "O2+debug" if target is HOST else "debug", tests=True)
    parse_ir(lowered_text(typed, options, program), damaged_name).close()
    return []


def survives(path: Path, target: Target, text: str) -> bool:
    """Compiles a damaged file; True if it was refused."""
    with limited(PATIENCE_SECONDS):
        found = compiled(path, target, text)
    for diagnostic in found:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(diagnostic.span.file.text)
        assert render(diagnostic, colour=False)
    return bool(found)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_damaged_files(shard: int, record_property: Callable[[str, object], None]) -> None:
    choice = random.Random(shard)
    refused = 0
    for _ in range(MUTANTS_OF_A_SHARD):
        path, target = choice.choice(victims())
        text = damaged((ROOT / path).read_text(), choice)
        try:
            refused += survives(path, target, text)
        except BaseException:
            print(f"{path} for {target.kind}, damaged:\n{text}")
            raise
    assert refused > MUTANTS_OF_A_SHARD // 2, "the damage does no harm"
    record_property(f"{COUNT_MARK}damaged files compiled or refused", MUTANTS_OF_A_SHARD)
