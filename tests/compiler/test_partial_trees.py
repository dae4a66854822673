"""A syntax error hides neither the other statements' errors nor blames those who use its names."""

from __future__ import annotations

from pathlib import Path

from compiler.program import Program
from compiler.types import HOST

TEXT = '''"""A module with syntax errors and others."""

from __future__ import annotations

from pykern.lang import Error, raises, struct, u32


class Full(Error)
    pass


@struct
class Box:
    size: u32 =


@raises(Full)
def f(x: u32) -> u32:
    raise Full


def g(box: Box) -> u32:
    return lambda: 3


def h() -> u32:
    y = 3
    try:
        return f(True) + g(1) + missing
    except Full:
        return 0


def k( -> u32:
    return "abc


def m() -> bool:
    return k() + 1
'''

OTHER = '''"""Uses names that another module lost."""

from __future__ import annotations

from pykern.lang import u32
from broken.main import Box, Full, h, nothing


def n(box: Box) -> u32:
    return h(1)
'''


def diagnose(tmp_path: Path) -> list[tuple[str, str]]:
    package = tmp_path / "broken"
    package.mkdir()
    (package / "main.py").write_text(TEXT)
    (package / "other.py").write_text(OTHER)
    program = Program(tmp_path, HOST)
    program.load(["broken.main", "broken.other"])
    for name in ("broken.main", "broken.other"):
        program.check(name)
    return [(d.code, d.span.text) for d in program.sink.diagnostics]


def test_every_independent_error_is_reported_once(tmp_path: Path) -> None:
    found = diagnose(tmp_path)
    syntax = [code for code, _ in found if code.startswith(("PK00", "PK11"))]
    meaning = [(code, text) for code, text in found if not code.startswith(("PK00", "PK11"))]
    assert len(syntax) == 5
    assert meaning == [
        ("PK0301", "3"),  # y = 3
        ("PK0217", "True"),
        ("PK0101", "missing"),
        ("PK0104", "nothing"),
        ("PK0227", "1"),
    ]
