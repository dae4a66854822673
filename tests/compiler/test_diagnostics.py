"""How diagnostics look, and how they are collected."""

from __future__ import annotations

import unicodedata

import pytest

from compiler.diagnostics import (
    CompileError,
    Diagnostic,
    DiagnosticSink,
    InternalError,
    Note,
    as_json,
    render,
)
from compiler.messages import BY_CODE, ERRORS, explain, report
from compiler.source import SourceFile, Span
from tests.compiler.parsing import source


def mark(file: SourceFile, part: str) -> Span:
    start = file.text.index(part)
    return file.span(start, start + len(part))


def test_the_whole_picture() -> None:
    file = source("x: u8 = 1\n\ny = x + 300  # sum\n", "kernel_src/a.py")
    diagnostic = Diagnostic(
        "PK0301", "300 does not fit in u8", mark(file, "300"),
        [Note("x is a u8", mark(file, "u8")), Note("u8 ends at 255")], "declare 'x: u16'",
    )  # fmt: skip
    assert (
        render(diagnostic, colour=False)
        == """\
kernel_src/a.py:3:9: error[PK0301]: 300 does not fit in u8
   3 | y = x + 300  # sum
     |         ^~~
kernel_src/a.py:1:4: note: x is a u8
   1 | x: u8 = 1
     |    ^~
note: u8 ends at 255
help: declare 'x: u16'"""
    )


def excerpt(text: str, part: str) -> tuple[str, str]:
    file = source(text)
    _, line, bar = render(Diagnostic("PK0001", "m", mark(file, part)), colour=False).split("\n")
    return line.partition("|")[2][1:], bar.partition("|")[2][1:]


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize(
    "text",
    [
        "x = bad + 1",
        "\tx\t= bad",
        "名前 = bad",
        "🙂🙂 bad",
        "  " * 90 + "bad" + " y" * 90,
        "y " * 90 + "bad",
        "bad" + " y" * 90,
    ],
)
def test_the_caret_is_under_the_text(text: str) -> None:
    line, bar = excerpt(text, "bad")
    assert bar.strip() == "^~~"
    assert columns(line[: line.index("bad")]) == len(bar) - 3
    assert len(line) <= 102


def test_wide_marked_text_is_underlined_to_its_end() -> None:
    assert excerpt("x = 名前 + 1", "名前")[1] == "    ^~~~"


def test_a_span_over_several_lines_is_marked_on_the_first() -> None:
    assert excerpt("x = f(1,\n  2)\n", "f(1,\n  2)") == ("x = f(1,", "    ^~~~")


def test_a_long_span_ends_with_the_window() -> None:
    line, bar = excerpt("x = " + "1" * 500, "1" * 500)
    assert line.endswith("1…") and len(bar) == len(line) - 1


def test_an_empty_span_has_a_caret() -> None:
    file = source("x =\n")
    assert render(Diagnostic("PK0003", "m", file.span(3, 3)), colour=False).endswith(
        "\n     |    ^"
    )
    empty = source("")
    assert render(Diagnostic("PK0003", "m", empty.span(0, 0)), colour=False).endswith("| ^")


def test_control_characters_do_not_reach_the_terminal() -> None:
    line, bar = excerpt("x = '\x1b[31m\x07\u202e' bad", "bad")
    assert line == "x = '␛[31m␇\N{REPLACEMENT CHARACTER}' bad"
    assert line.index("bad") == bar.index("^")


def test_colour_changes_nothing_but_colour() -> None:
    file = source("x = 1\n")
    diagnostic = Diagnostic("PK0001", "m", mark(file, "1"), [Note("n", mark(file, "x"))], "h")
    coloured = render(diagnostic, colour=True)
    assert "\x1b[" in coloured
    plain = coloured
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;36m", "\x1b[1;32m", "\x1b[34m"):
        plain = plain.replace(code, "")
    assert plain == render(diagnostic, colour=False)


def test_positions_count_characters_from_one() -> None:
    file = source("a\nbé🙂c\n")
    span = mark(file, "c")
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 4, 2, 5)
    assert str(span) == "sample.py:2:4"
    assert mark(file, "a").merge(span).text == "a\nbé🙂c"


def test_json() -> None:
    file = source("x = 1\n")
    noted = Diagnostic("PK0001", "m", mark(file, "1"), [Note("n"), Note("here", mark(file, "x"))])
    assert as_json(noted) == {
        "file": "sample.py", "line": 1, "column": 5, "end_line": 1, "end_column": 6,
        "code": "PK0001", "message": "m", "help": None,
        "notes": [
            {"message": "n"},
            {
                "message": "here", "file": "sample.py",
                "line": 1, "column": 1, "end_line": 1, "end_column": 2,
            },
        ],
    }  # fmt: skip


def test_the_sink_sorts_and_drops_repetitions() -> None:
    file = source("a b c\n")
    sink = DiagnosticSink()
    sink.raise_if_any()
    for part in ("c", "a", "c", "b"):
        sink.add(Diagnostic("PK0001", part, mark(file, part)))
    assert [d.message for d in sink.diagnostics] == ["a", "b", "c"]
    assert len(sink) == 3
    with pytest.raises(CompileError) as caught:
        sink.raise_if_any()
    assert str(caught.value).count("error[PK0001]") == 3


def test_a_wrong_report_is_the_compilers_mistake() -> None:
    span = source("x").span(0, 1)
    with pytest.raises(InternalError, match="no diagnostic is called"):
        report("no-such-thing", span)
    with pytest.raises(InternalError, match="needs the value"):
        report("expected", span)


def test_a_report_can_bring_its_own_help() -> None:
    span = source("x").span(0, 1)
    assert report("lambda", span).help == ERRORS["lambda"].help
    assert report("lambda", span, help="other").help == "other"
    assert report("walrus", span, name="y").help == "assign to 'y' in a statement before"


def test_explain() -> None:
    assert explain("PK9999") is None
    text = explain(" pk0009 ")
    assert text is not None
    assert text.startswith("PK0009: an assignment inside an expression\n\n")
    assert (
        "    if x = 3:\n         ^\n".replace("    if", "        if").replace(
            "         ^", "             ^"
        )
        in text
    )
    assert max(map(len, text.splitlines())) <= 100
    assert set(BY_CODE) == {entry.code for entry in ERRORS.values()}
