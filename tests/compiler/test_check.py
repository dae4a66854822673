"""What the checker says of small modules: mistakes that come in company, and what is no mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import CompileError
from compiler.program import Program
from compiler.types import HOST, KERNEL

HEAD = '''"""A module."""

from __future__ import annotations

from pykern.lang import *

'''


def messages(folder: Path, names: str, body: str) -> list[str]:
    """The messages for a module that imports these names of the language."""
    head = HEAD.replace("*", names)
    (folder / "sample.py").write_text(head + body)
    program = Program(folder, HOST)
    try:
        program.load(["sample"])
        program.check("sample")
    except CompileError as error:
        program.sink.extend(error.diagnostics)
    return [diagnostic.message for diagnostic in program.sink.diagnostics]


def test_a_class_that_holds_itself_inside_others(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        "struct",
        "@struct\nclass A:\n    a: A\n\n\n@struct\nclass B:\n    a: A\n",
    )
    assert len(found) == 1 and "A" in found[0]


def test_a_mistake_in_an_argument_is_not_held_against_the_handlers(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        "Error, raises, u8, u64",
        """class Bad(Error):
    \"\"\"Bad.\"\"\"


@raises(Bad)
def risky(number: u8) -> None:
    if number == 0:
        raise Bad


def use(number: u64) -> None:
    try:
        risky(number)
    except Bad:
        pass
""",
    )
    assert found == ["a `u64` does not always fit `u8`"]


def test_a_number_too_long_to_be_written_out(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        "Final, comptime, u8",
        "@comptime\ndef f() -> int:\n    return 10**5000\n\n\nX: Final[u8] = f()\n",
    )
    assert found == ["a number of 16610 bits does not fit `u8`"]


@pytest.mark.parametrize(
    "body",
    [
        "def f(a: N) -> N:\n    return -a\n\n\ndef g() -> u8:\n    return f(u8(1))\n",
        "def f(a: N, b: u64) -> N:\n    return a + N(b)\n\n\n"
        "def g() -> u8:\n    return f(u8(1), 2)\n",
        "def f(a: N) -> u32:\n    last = bits_of(N) - 1\n    return last\n\n\n"
        "def g() -> u32:\n    return f(u8(1))\n",
        "def f(a: u32, b: u32) -> u32:\n    a, b = 1, a\n    return a + b\n",
        "def f(a: u32) -> u64:\n    bit: u64 = 1 << a\n    return bit\n",
        "def f() -> u64:\n    _, _ = (u8(1), True)\n    _ = u64(2)\n    for _ in range(3):\n"
        "        pass\n    _, x = (True, u64(3))\n    return x\n",
    ],
    ids=["negation", "conversion", "size", "unpacking", "shifted literal", "discarded"],
)
def test_what_is_allowed(body: str, tmp_path: Path) -> None:
    head = 'N = TypeVar("N", bound=Integer)\n\n\n' if "N" in body else ""
    names = "Integer, TypeVar, bits_of, u8, u32, u64"
    assert messages(tmp_path, names, head + body) == []


def test_constants_do_not_change_by_their_parts(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        "Array, Final, value, u8",
        """@value
class Pair:
    low: u8
    high: u8


TABLE: Final[Array[u8, 2]] = Array(1, 2)


def f() -> None:
    TABLE[0] = 3
    TABLE[1] += 1
    TABLE[0], _ = (u8(4), u8(5))
""",
    )
    assert found == ["`TABLE` is a constant"] * 3


@pytest.mark.parametrize(
    "body",
    [
        "def f(x: f64) -> None:\n    pass\n",
        "@extern\ndef g() -> f64: ...\n",
    ],
)
def test_kernel_modules_pass_no_floats(body: str, tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(HEAD.replace("*", "extern, f64") + body)
    program = Program(tmp_path, KERNEL)
    program.load(["sample"])
    program.check("sample")
    found = [diagnostic.code for diagnostic in program.sink.diagnostics]
    assert found == ["PK0256"]
