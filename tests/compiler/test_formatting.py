"""Format specifications against CPython's own `format`: a table of values by all specifications."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.support.routes import HostRoute, Route, WasmRoute, make_root

MODULE = "formatting"
LINES_OF_A_FUNCTION = 150

HEAD = '''"""Every line is a value in a specification."""

from __future__ import annotations

from pykern.lang import i8, i32, i64, test, u8, u32, u64
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line
'''

NUMBERS = {
    "u8(0)": 0,
    "u32(1234)": 1234,
    "u64(18446744073709551615)": (1 << 64) - 1,
    "i8(-128)": -128,
    "i32(1234567)": 1234567,
    "i64(-1)": -1,
    "i64(-9223372036854775808)": -(1 << 63),
}
TEXTS = {"''": "", "'kernel'": "kernel", "'grüße €'": "grüße €"}
TRUTHS = {"True": True, "False": False}
LETTERS = {"u8(65)": 65, "u32(8364)": 8364}

ALIGNMENTS = ("", "<", ">", "^", "=", "*<", "_>", "0^", "x=")


def number_specs() -> list[str]:
    parts = (ALIGNMENTS, ("", "+", " "), ("", "#"), ("", "0"), ("", "1", "9", "26"), ("", ",", "_"))
    specs = ["".join(p) for p in itertools.product(*parts)]
    return [f"{s}{letter}" for i, s in enumerate(specs) for letter in ("", "dxXbo"[i % 5])]


def text_specs() -> list[str]:
    parts = (("", "<", ">", "^", "*<", "_>", "0^"), ("", "1", "8", "20"), ("", ".0", ".3", ".40"))
    return ["".join(p) + letter for p in itertools.product(*parts) for letter in ("", "s")]


def letter_specs() -> list[str]:
    return [f"{a}{w}c" for a, w in itertools.product(("", "<", ">", "^", "*^"), ("", "1", "4"))]


def cases() -> list[tuple[str, str, str]]:
    """Expressions, specifications, and what CPython makes of them; not what CPython refuses."""
    tables = (
        (NUMBERS, number_specs()),
        (TEXTS, text_specs()),
        (TRUTHS, number_specs()[::7]),
        (LETTERS, letter_specs()),
    )
    found = []
    for values, specs in tables:
        for number, (expression, value) in enumerate(values.items()):
            for spec in specs[number :: len(values)]:
                try:
                    found.append((expression, spec, format(value, spec)))
                except ValueError:
                    continue
    return found


CASES = cases()


def source() -> str:
    parts = [HEAD]
    for start in range(0, len(CASES), LINES_OF_A_FUNCTION):
        lines = [
            f'    write_line(f"{{hidden({expression})}}|")'
            if not spec
            else f'    write_line(f"{{hidden({expression}):{spec}}}|")'
            for expression, spec, _ in CASES[start : start + LINES_OF_A_FUNCTION]
        ]
        parts.append(f"\n\n@test\ndef f{start}() -> None:\n" + "\n".join(lines) + "\n")
    return "".join(parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_root(tmp_path_factory.mktemp("formatting"))
    (folder / f"{MODULE}.py").write_text(source())
    return folder


def compare(route: Route) -> None:
    for start in range(0, len(CASES), LINES_OF_A_FUNCTION):
        outcome = route.run(MODULE, f"f{start}")
        assert outcome.panic is None
        expected = CASES[start : start + LINES_OF_A_FUNCTION]
        for line, (expression, spec, text) in zip(outcome.lines, expected, strict=True):
            assert line == f"{text}|", (expression, spec)


def test_there_are_many() -> None:
    assert len(CASES) > 2000


def test_on_the_host(folder: Path) -> None:
    compare(HostRoute([MODULE], 2, folder))


def test_in_wasm(folder: Path) -> None:
    compare(WasmRoute([MODULE], folder, root=folder))
