"""Finds programs that do not do the same everywhere, and makes them small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from compiler.build.cache import Cache
from compiler.diagnostics import CompileError, render
from tests.compiler.generator.batch import INPUTS, Batch, Result, Results, make_program

Numbers = tuple[int, ...]
Routes = dict[str, Callable[[Batch], Results]]

ROUNDS = 15
"""How often a sequence is made smaller before it is shown."""

CANDIDATES = 120
"""Smaller sequences tried in a round."""


def routes(opt: int, profile: str, cache: Cache) -> Routes:
    """The compiled routes, at these levels of optimisation."""
    return {
        f"host -O{opt}": lambda batch: batch.on_host(opt, cache),
        f"wasm {profile}": lambda batch: batch.on_wasm(profile, cache),
    }


@dataclass(frozen=True)
class Difference:
    """A program that fails, and how."""

    numbers: Numbers
    report: str

    def __str__(self) -> str:
        program = make_program(self.numbers)
        return f"{self.report}\n\n{program.dialect}\n\nin Python:\n\n{program.python}\n"


def differences(sequences: Sequence[Numbers], folder: Path, ways: Routes) -> list[Difference]:
    """Of these programs those that compiled code and Python disagree about, or that do not
    compile.
    """
    if not sequences:
        return []
    try:
        batch = Batch(sequences, folder)
        results = {name: way(batch) for name, way in ways.items()}
    except Exception as failure:
        if len(sequences) == 1:
            return [Difference(sequences[0], f"does not compile: {_shown(failure)}")]
        middle = len(sequences) // 2
        halves = (sequences[:middle], sequences[middle:])
        return [found for half in halves for found in differences(half, folder, ways)]
    wanted = batch.by_python()
    return [
        Difference(sequence, _report(wanted[at], {n: r[at] for n, r in results.items()}))
        for at, sequence in enumerate(sequences)
        if any(r[at] != wanted[at] for r in results.values())
    ]


def _shown(failure: Exception) -> str:
    if isinstance(failure, CompileError):
        return "\n".join(render(diagnostic, colour=False) for diagnostic in failure.diagnostics)
    return repr(failure)


def _report(wanted: list[Result], found: dict[str, list[Result]]) -> str:
    lines = []
    for at, (x, y) in enumerate(INPUTS):
        lines.append(f"x = {x:#x}, y = {y:#x}: Python {wanted[at]}")
        lines += [f"    {name}: {results[at]}" for name, results in found.items()]
    return "\n".join(lines)


def smallest(failing: Difference, folder: Path, ways: Routes) -> Difference:
    """A smaller program that fails too: parts of its sequence are left out as long as it does."""
    for _ in range(ROUNDS):
        candidates = smaller(failing.numbers)
        found = differences(candidates, folder, ways)
        if not found:
            break
        failing = min(found, key=lambda f: len(make_program(f.numbers).dialect))
    return failing


def smaller(numbers: Numbers) -> list[Numbers]:
    """Sequences with a part left out or made 0: large parts first, as many as are tried at once."""
    found: list[Numbers] = []
    size = len(numbers) // 2
    while size >= 1:
        for start in range(0, len(numbers), size):
            rest = numbers[:start] + numbers[start + size :]
            zeroed = numbers[:start] + (0,) * size + numbers[start + size :]
            found += [rest, zeroed[: len(numbers)]]
        size //= 2
    distinct = [n for n in dict.fromkeys(found) if n != numbers]
    step = max(1, len(distinct) // CANDIDATES)
    return distinct[:: step if len(distinct) > CANDIDATES else 1]
