"""Every language feature has a program, and every route through the compiler gives the same
output.

`programs/NAME.py` writes what `NAME.out` holds. What is expected does not come from the
compiler: CPython runs the same file where the dialect means what Python means, and each line
that contains ` == ` is a statement that must be true of Python's own numbers and of
`pykern.lang`. Programs called `wrong_…` panic: each of their functions at its line marked `#
panics: MESSAGE`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import pykern.lang
from compiler.diagnostics import CompileError, render
from tests.support.routes import (
    ROOT,
    CPythonRoute,
    HostRoute,
    MachineRoute,
    Outcome,
    Route,
    WasmRoute,
)

FOLDER = Path(__file__).parent / "programs"
PACKAGE = "tests.compiler.programs"
ROUTES_COMMENT = re.compile(r"^# routes: ([a-z ]+?)(?: \(.+\))?$", re.MULTILINE)
PANIC_COMMENT = re.compile(r"# panics: (.+)$")
EVERYWHERE = ("host", "wasm", "machine", "cpython")

PROGRAMS = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("wrong_"))
WRONG = sorted(p.stem for p in FOLDER.glob("wrong_*.py"))


def text_of(program: str) -> str:
    return (FOLDER / f"{program}.py").read_text()


def module_of(program: str) -> str:
    return f"{PACKAGE}.{program}"


@cache
def functions_of(program: str) -> list[ast.FunctionDef]:
    """The `@test` functions of a program, in the order of their lines."""
    return [
        node
        for node in ast.parse(text_of(program)).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "test" for d in node.decorator_list)
    ]


def routes_of(program: str) -> list[str]:
    """Where a program runs: everywhere, unless a comment says where and why."""
    found = ROUTES_COMMENT.search(text_of(program))
    return found[1].split() if found else list(EVERYWHERE)


def modules(route: str) -> list[str]:
    return [module_of(p) for p in PROGRAMS + WRONG if route in routes_of(p)]


MACHINE_TESTS = [
    (module_of(program), function.name)
    for program in PROGRAMS + WRONG
    if "machine" in routes_of(program)
    for function in functions_of(program)
]


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Route]:
    """A route by its name, made when it is first asked for."""
    makers: dict[str, Callable[[], Route]] = {
        "host-O0": lambda: HostRoute(modules("host"), 0),
        "host-O2": lambda: HostRoute(modules("host"), 2),
        "wasm": lambda: WasmRoute(modules("wasm"), tmp_path_factory.mktemp("wasm")),
        "machine": lambda: MachineRoute(MACHINE_TESTS),
        "cpython": CPythonRoute,
    }

    @cache
    def made(name: str) -> Route | str:
        try:
            return makers[name]()
        except CompileError as error:
            return "\n".join(render(found, colour=False) for found in error.diagnostics)

    def route(name: str) -> Route:
        """Programs that do not compile fail every test, but are compiled once."""
        found = made(name)
        if isinstance(found, str):
            pytest.fail(found, pytrace=False)
        return found

    return route


def cases(names: list[str]) -> list[tuple[str, str]]:
    variants = {"host": ("host-O0", "host-O2")}
    return [(v, p) for p in names for r in routes_of(p) for v in variants.get(r, (r,))]


@pytest.mark.parametrize(("route", "program"), cases(PROGRAMS))
def test_output(routes: Callable[[str], Route], route: str, program: str) -> None:
    outcomes = [routes(route).run(module_of(program), f.name) for f in functions_of(program)]
    assert [o.panic for o in outcomes if o.panic] == []
    expected = (FOLDER / f"{program}.out").read_text().splitlines()
    assert [line for outcome in outcomes for line in outcome.lines] == expected


def expected_panic(program: str, function: ast.FunctionDef) -> str:
    """`file:line: message`, from the one comment in the function."""
    lines = text_of(program).splitlines()
    found = [
        (number, match[1])
        for number in range(function.lineno, (function.end_lineno or 0) + 1)
        if (match := PANIC_COMMENT.search(lines[number - 1]))
    ]
    ((line, message),) = found
    file = (FOLDER / f"{program}.py").relative_to(ROOT).as_posix()
    return f"{file}:{line}: {message}"


WRONG_CASES = [
    (route, program, function.name)
    for route, program in cases(WRONG)
    if route != "cpython"
    for function in functions_of(program)
]


@pytest.mark.parametrize(("route", "program", "function"), WRONG_CASES)
def test_panic(routes: Callable[[str], Route], route: str, program: str, function: str) -> None:
    node = next(f for f in functions_of(program) if f.name == function)
    outcome = routes(route).run(module_of(program), function)
    assert outcome == Outcome([], expected_panic(program, node))


@pytest.mark.parametrize("program", PROGRAMS)
def test_expected_output_is_true(program: str) -> None:
    names = vars(pykern.lang)
    for line in (FOLDER / f"{program}.out").read_text().splitlines():
        if " == " in line:
            assert eval(line, dict(names)) is True, line
