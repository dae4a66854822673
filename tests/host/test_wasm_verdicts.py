"""The validator's verdicts: the specification's scripts, cut and mutated modules.

Every module of the suite must get the verdict its script asks for, or be refused for a feature that
the engine lacks; and what it lacks must be what wasmtime, told to lack the same, refuses too.
"""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pykern.wasm.fuzz.mutate import mutate
from tests.support.wasm_modules import ALL_SECTIONS, cut_section, sections
from tests.support.wasm_verdict import (
    Blame,
    disagreement,
    judge,
    wasmtime_refusal,
)
from tests.support.wast import Command, NotText, read_script, scripts

EXPECTED = {
    "module": {Blame.VALID},
    "assert_trap": {Blame.VALID},
    "assert_unlinkable": {Blame.VALID},
    "assert_uninstantiable": {Blame.VALID},
    "assert_invalid": {Blame.INVALID},
    "assert_malformed": {Blame.MALFORMED},
}


@cache
def binaries(path: Path) -> list[tuple[Command, bytes]]:
    """The modules of a script with their commands, without those about the text format."""
    found = []
    for command in read_script(path):
        if command.kind not in EXPECTED or command.module_form() is None:
            continue
        if command.is_quoted() and command.kind != "module":
            continue
        if command.module_form()[1:2] == ["instance"]:
            continue
        try:
            found.append((command, command.module()))
        except NotText:
            continue
    return found


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_script(path: Path) -> None:
    problems = []
    for command, module in binaries(path):
        verdict = judge(module)
        where = f"line {command.line}: {command.kind} {command.message!r}"
        if verdict.blame == Blame.UNSUPPORTED:
            if wasmtime_refusal(module, later_features=False) is None:
                problems.append(f"{where}: {verdict}, but it needs no later feature")
        elif verdict.blame not in EXPECTED[command.kind]:
            problems.append(f"{where}: {verdict}")
    assert not problems, "\n".join(problems)


def test_a_module_with_everything_is_valid() -> None:
    assert judge(ALL_SECTIONS).blame == Blame.VALID
    assert {id for id, _, _ in sections(ALL_SECTIONS)} == set(range(13))


def test_every_prefix_is_refused() -> None:
    """A module cut anywhere: between sections it may be valid, else the cut is found."""
    for end in range(len(ALL_SECTIONS)):
        cut = ALL_SECTIONS[:end]
        verdict = judge(cut)
        assert disagreement(cut) is None, f"cut at {end}"
        assert verdict.blame == Blame.VALID or verdict.offset <= end


def test_every_section_cut_at_every_byte() -> None:
    kinds: Counter[Blame] = Counter()
    for _, start, end in sections(ALL_SECTIONS):
        for kept in range(end - start):
            cut = cut_section(ALL_SECTIONS, start, end, kept)
            problem = disagreement(cut)
            assert problem is None, f"section at {start} cut after {kept}: {problem}"
            kinds[judge(cut).blame] += 1
    assert kinds[Blame.MALFORMED] > 300


@pytest.mark.parametrize("seed", range(8))
def test_mutated_modules_get_wasmtimes_verdict(seed: int) -> None:
    chance = random.Random(seed)
    kinds: Counter[Blame] = Counter()
    for number in range(1000):
        mutant = mutate(ALL_SECTIONS, chance)
        problem = disagreement(mutant)
        assert problem is None, f"seed {seed}, mutant {number}: {problem}\n{mutant.hex()}"
        kinds[judge(mutant).blame] += 1
    assert kinds[Blame.VALID] > 20 and kinds[Blame.INVALID] > 50 and kinds[Blame.MALFORMED] > 100


@cache
def valid_modules_of_the_suite() -> list[bytes]:
    found = {
        module
        for path in scripts()
        for command, module in binaries(path)
        if command.kind == "module" and 60 < len(module) < 4000
    }
    return sorted(module for module in found if judge(module).blame == Blame.VALID)


@pytest.mark.skipif(not scripts(), reason="the specification's suite is not there")
@pytest.mark.parametrize("seed", range(4))
def test_mutated_suite_modules_get_wasmtimes_verdict(seed: int) -> None:
    chance = random.Random(seed)
    modules = valid_modules_of_the_suite()
    assert len(modules) > 400
    for number in range(2000):
        original = chance.choice(modules)
        mutant = mutate(original, chance)
        problem = disagreement(mutant)
        assert problem is None, f"seed {seed}, mutant {number}: {problem}\n{mutant.hex()}"


def test_memory_is_linear_in_the_modules_size() -> None:
    """Counts that promise more than the bytes can hold are refused before anything is allocated."""
    for id in range(1, 13):
        for count in (b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x01", b"\xc0\x84\x3d"):
            module = b"\0asm\1\0\0\0" + bytes([id, len(count)]) + count
            verdict = judge(module)
            assert verdict.blame != Blame.VALID
            assert verdict.memory < 4096
