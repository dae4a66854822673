"""What the parser makes of a file: values of literals, shapes of trees, places of names."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from compiler import syntax_tree as st
from compiler.diagnostics import CompileError
from compiler.dump import dump
from compiler.read.parser import Parser, default_parser, parse_module
from tests.compiler.parsing import source


def module(text: str) -> st.Module:
    return parse_module(source(text), "sample")


def value(text: str) -> st.Expr:
    """The expression on the right side of `x = …`."""
    statement = module(f"x = {text}\n").body[0]
    assert isinstance(statement, st.Assign)
    return statement.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0), ("00_0", 0), ("1_000", 1000), ("0xFf", 255), ("0X_f", 15), ("0b1_01", 5),
        ("0o17", 15),
        ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1_0.0_1E-0_2", 10.01e-2),
        ("True", True), ("False", False),
    ],
)  # fmt: skip
def test_numbers(text: str, expected: object) -> None:
    node = value(text)
    assert isinstance(node, st.IntLiteral | st.FloatLiteral | st.BoolLiteral)
    assert (type(node.value), node.value) == (type(expected), expected)
    assert node.span.text == text


@pytest.mark.parametrize(
    "text",
    [
        '"plain"', "'single'", '""', "''", '""""""', '"""a\n"b"\n"""',
        r'"\n\t\\\"\a\b\f\v\r\0\101\x41"',
        r'"é\U0001f642\N{EM DASH}"', r'r"\d"', r'R"\""', r'b"\x00\xff\0a"',
        r'rb"\x"', r'Br"\x"', 'u"u"',
        '"a" "b"', '("a"\n  "b")', r'"a" r"\b"', '"a\\\nb"', "'it''s'", '"tab\there"', '"🙂"',
    ],
)  # fmt: skip
def test_strings_as_in_python(text: str) -> None:
    node = value(text)
    expected = eval(text)
    assert isinstance(node, st.StrLiteral)
    assert (node.value.encode("latin-1") if node.is_bytes else node.value) == expected


def test_f_string_parts() -> None:
    file = source(
        'log(f"{{a}} {x:#x}{ y.z!r}" "tail" f\'\\n{f(1, "}")=:>{8}\')\n'.replace("{8}", "8}")
    )
    call = parse_module(file, "sample").body[0].value  # type: ignore[attr-defined]
    string = call.args[0].value
    assert isinstance(string, st.FString)
    shown = [
        part.value
        if isinstance(part, st.StrLiteral)
        else (part.value.span.text, part.conversion, part.spec, part.debug_text, part.span.text)
        for part in string.parts
    ]
    assert shown == [
        "{a} ",
        ("x", None, "#x", None, "{x:#x}"),
        ("y.z", "r", "", None, "{ y.z!r}"),
        "tail",
        "\n",
        ('f(1, "}")', None, ">8", 'f(1, "}")=', '{f(1, "}")=:>8}'),
    ]
    first = string.parts[1]
    assert isinstance(first, st.FormattedPart)
    assert first.spec_span is not None and first.spec_span.text == "#x"


@pytest.mark.parametrize(
    "inside", ["a == b", "a != b", "a <= b", "d[1:2]", "(lambda: 1)", "a if b else c", "(a, b)"]
)
def test_f_string_expressions(inside: str) -> None:
    """A comparison is not the `=` of `{x=}`; a colon in brackets begins no specification."""
    try:
        node = value(f'f"{{{inside}}}"')
    except CompileError as error:
        assert [d.code for d in error.diagnostics] == ["PK1101"]
        return
    assert isinstance(node, st.FString)
    (part,) = node.parts
    assert isinstance(part, st.FormattedPart)
    assert (part.span.text, part.debug_text, part.spec) == (f"{{{inside}}}", None, "")


def test_operators_group_by_rank() -> None:
    def grouped(node: st.Expr) -> str:
        match node:
            case st.Binary(op=op, left=left, right=right):
                return f"({grouped(left)} {op} {grouped(right)})"
            case st.Unary(op=op, operand=operand):
                return f"({op} {grouped(operand)})"
            case st.BoolOp(op=op, operands=operands):
                return "(" + f" {op} ".join(map(grouped, operands)) + ")"
            case st.Compare(left=left, ops=ops, rights=rights):
                rest = " ".join(f"{op} {grouped(r)}" for op, r in zip(ops, rights, strict=True))
                return f"({grouped(left)} {rest})"
            case _:
                return node.span.text

    cases = {
        "a + b * c - d": "((a + (b * c)) - d)",
        "-a ** -b ** c": "(- (a ** (- (b ** c))))",
        "not a in b": "(not (a in b))",
        "a not in b is not c < d": "(a not in b is not c < d)",
        "a or b and not c or d": "(a or (b and (not c)) or d)",
        "a | b ^ c & d << e + f": "(a | (b ^ (c & (d << (e + f)))))",
        "~a // b % -c": "(((~ a) // b) % (- c))",
        "(a + b) * c": "((a + b) * c)",
        "a - (b - c)": "(a - (b - c))",
    }
    assert {text: grouped(value(text)) for text in cases} == cases


def test_a_span_leaves_out_its_own_brackets_only() -> None:
    node = value("(a + b) * ((c))")
    assert isinstance(node, st.Binary)
    assert (node.span.text, node.left.span.text, node.right.span.text) == (
        "(a + b) * ((c))",
        "a + b",
        "c",
    )
    assert node.op_span.text == "*"


def test_words_that_are_keywords_only_in_places() -> None:
    text = (
        "match = case = type = 1\nmatch.case(type)\nmatch[case]\nmatch: u32\n_ = match\n"
        "match match:\n    case case if type:\n        case = type\n        match(case)\n"
        "match (x):\n    case _: pass\nmatch -x:\n    case 1: pass\n"
        "match x, y:\n    case 1, z: pass\n"
    )
    kinds = [type(node).__name__ for node in module(text).body]
    assert kinds == ["Assign", "ExprStmt", "ExprStmt", "AnnAssign", "Assign", *["Match"] * 4]


def test_docstrings_are_kept_apart() -> None:
    tree = module(
        '"""Module."""\ndef f():\n    "Function."\n    return 1\n'
        'class C:\n    """Class."""\ndef g(): "alone"\n'
    )
    assert tree.docstring == "Module."
    function, cls, alone = tree.body
    assert isinstance(function, st.FunctionDef) and isinstance(cls, st.ClassDef)
    assert isinstance(alone, st.FunctionDef)
    assert (function.docstring, len(function.body)) == ("Function.", 1)
    assert (cls.docstring, cls.body) == ("Class.", [])
    assert (alone.docstring, alone.body) == ("alone", [])


def test_layout() -> None:
    """Comments, blank lines, joined lines, semicolons and blocks on one line."""
    tree = module(
        "\ufeff# head\n\nif a: b = 1; c = 2\nelse:\n\n        # deep\n    d = [\n1,\n  2]\n"
        "  # odd\n\n    e = 3 + \\\n  4\nf = 5"
    )
    first, last = tree.body
    assert isinstance(first, st.If) and isinstance(last, st.Assign)
    assert (len(first.body), len(first.orelse)) == (2, 2)
    assert last.span.line == 14


def test_elif_is_an_if_in_orelse() -> None:
    (node,) = module("if a:\n    pass\nelif b:\n    pass\nelif c:\n    pass\nelse:\n    d()\n").body
    spans = []
    while isinstance(node, st.If):
        spans.append((node.span.start, node.span.end))
        node = node.orelse[0]
    assert [start for start, _ in spans] == [0, 15, 32]
    assert len({end for _, end in spans}) == 1


def test_with_in_brackets() -> None:
    plain, bracketed = module("with a as b, c: pass\nwith (a as b, c,): pass\n").body
    assert isinstance(plain, st.With) and isinstance(bracketed, st.With)
    for node in (plain, bracketed):
        assert [i.context.span.text for i in node.items] == ["a", "c"]
        assert [i.target and i.target.span.text for i in node.items] == ["b", None]


def test_exit_takes_the_rest() -> None:
    (cls,) = module("class Lock:\n    def __exit__(self, *_: object) -> None:\n        pass\n").body
    assert isinstance(cls, st.ClassDef)
    (method,) = cls.body
    assert isinstance(method, st.FunctionDef)
    assert method.is_exit and [p.name for p in method.parameters] == ["self"]


def test_comptime_bodies_are_pythons() -> None:
    (function,) = module(
        "@comptime\ndef t() -> list[int]:\n    def f(): yield 1\n    return [x for x in f()]\n"
    ).body
    assert isinstance(function, st.FunctionDef)
    assert function.body == []
    assert function.span.text.startswith("def t()") and function.span.text.endswith("f()]")


def test_names_are_normalised() -> None:
    (node,) = module("ﬁ = 1\n").body
    assert isinstance(node, st.Assign)
    assert isinstance(node.targets[0], st.Name)
    assert node.targets[0].id == "fi"


def test_a_tree_survives_pickling_and_stays_small() -> None:
    text = "def f(a: u32) -> u32:\n    return a + 1\n" * 100
    tree = module(text)
    data = pickle.dumps(tree, pickle.HIGHEST_PROTOCOL)
    again = pickle.loads(data)
    assert dump(again) == dump(tree)
    assert data.count(b"return a + 1") == 100, "the text is kept once, not with every span"


def test_dump() -> None:
    assert dump(module('"""Doc."""\nx: u32 = -1\n').body[0]) == (
        "AnnAssign 2:1\n  target: Name 2:1 id='x'\n  annotation: Name 2:4 id='u32'\n"
        "  value: Unary 2:10 op='-'\n    operand: IntLiteral 2:11 value=1\n"
    )


def test_tables_are_kept_and_made_again_when_damaged(tmp_path: Path) -> None:
    tables = tmp_path / "deep" / "tables"
    Parser(tables)
    kept = tables.read_bytes()
    file = source("x = [1 + 2]\n")
    expected = dump(default_parser().module(file, "sample"))
    for damaged in (kept, kept[:-100], b"", b"\x80nonsense"):
        tables.write_bytes(damaged)
        assert dump(Parser(tables).module(file, "sample")) == expected
        assert damaged == kept or tables.read_bytes() not in (damaged, b""), "written anew"
    assert [p.name for p in tables.parent.iterdir()] == ["tables"]
