"""What the parser says of mistakes: the code, the place («…»), and nothing besides."""

from __future__ import annotations

import pytest

from compiler.diagnostics import CompileError, Diagnostic
from compiler.messages import ERRORS
from compiler.read.parser import parse_module
from tests.compiler.parsing import source


def diagnostics(text: str) -> list[Diagnostic]:
    with pytest.raises(CompileError) as caught:
        parse_module(source(text), "sample")
    return caught.value.diagnostics


ONE_MISTAKE = [
    ("expected-colon", "def f(x: u32) -> u32«»\n    return x\n"),
    ("expected-colon", "class A«»\n    x: u32\n"),
    ("expected-colon", "for x in range(3)«»\n    pass\n"),
    ("expected-colon", "match x«»\n    case 1: pass\n"),
    ("expected-colon", "match x:\n    case 1«»\n        pass\n"),
    ("expected-colon", "try«»\n    pass\nfinally:\n    pass\n"),
    ("expected-colon-found", "def f(x: u32) «-» u32:\n    return x\n"),
    ("expected-colon-found", "while True «pass»\n"),
    ("expected-colon-found", "try:\n    pass\nexcept A«,» B:\n    pass\n"),
    ("expected-comma", "def f(x «u32»):\n    pass\n"),
    ("expected-comma", "x = (1, 2 «3»)\n"),
    ("expected-comma", "x = a[1 «2»]\n"),
    ("expected-comma", "from a import (b «c»)\n"),
    ("expected-expression", "x = 3 +«»\n"),
    ("expected-expression", "x = 3 + «*»\n"),
    ("expected-expression", "x =«»\n"),
    ("expected-expression", "x: «=» 3\n"),
    ("expected-expression", "x = «return»\n"),
    ("expected-expression", "x = a if b else«»\n"),
    ("expected-expression", "assert x,«»\n"),
    ("expected-expression", "with a as «:»\n    pass\n"),
    ("expected-expression", 'x = f"{a +«»}"\n'),
    ("expected", "x = a if b«»\n"),
    ("expected", "import a.b as«»\n"),
    ("expected", "from a import b,«»\n"),
    ("expected", "x = a.«»\n"),
    ("expected", "x = a.«.»b\n"),
    ("expected", "@foo\n«x» = 3\n"),
    ("expected", "match x:\n    «1»: pass\n"),
    ("expected", "global x«.»y\n"),
    ("expected", "def f«[»T](x: T): pass\n"),
    ("expected", "def f(«*»): pass\n"),
    ("already-complete", "x = 3 «4»\n"),
    ("already-complete", "x = 3;«;»\n"),
    ("already-complete", 'x = f"{a «b»}"\n'),
    ("assignment-in-expression", "if x «=» 3:\n    pass\n"),
    ("assignment-in-expression", "x = (y «=» 3)\n"),
    ("keyword-as-name", "def «class»(): pass\n"),
    ("keyword-as-name", "x.«class» = 3\n"),
    ("keyword-as-name", "import «from»\n"),
    ("other-language", "x«++»\n"),
    ("other-language", "x = a «&&» b\n"),
    ("other-language", "x = a «||» b\n"),
    ("other-language", "x = a «<>» b\n"),
    ("other-language", "if x:\n    pass\n«else if» y:\n    pass\n"),
    ("other-language", "«fn» foo():\n    pass\n"),
    ("other-language", "«let» x = 3\n"),
    ("print-statement", '«print» "x"\n'),
    ("lone-clause", "«else»:\n    pass\n"),
    ("lone-clause", "def f():\n    x = 1\n    «elif» y:\n        pass\n"),
    ("expected-block", "if x«:»\npass\n"),
    ("expected-block", "def f()«:»\n"),
    ("expected-block", "class A:\n    def f(self)«:»\n    x: u32\n"),
    ("unexpected-indent", "«  »x = 1\n"),
    ("unexpected-indent", "x = 1\n«    »y = 2\n"),
    ("dedent-mismatch", "if x:\n    pass\n « »else:\n    pass\n"),
    ("bracket-unclosed", "x = «[»1, 2\ny = 3\ndef g(): pass\n"),
    ("bracket-unclosed", "if «(»x:\n    pass\n"),
    ("bracket-unclosed", "class A«(»:\n    x: u32\n"),
    ("bracket-mismatch", "x = (1, [2, 3«)»)\n"),
    ("bracket-closes-nothing", "x = «)»\n"),
    ("brace-block", "if x «{»\n    pass\n}\n"),
    ("bad-character", "x = a «$» b\n"),
    ("bad-character", "x = «“»hi”\n"),
    ("bad-character", "x =«\u00a0»3\n"),
    ("bad-number", "x = «08»\n"),
    ("bad-number", "x = «1_000_»\n"),
    ("bad-number", "x = «0x»\n"),
    ("bad-number", "x = «1.2.3»\n"),
    ("bad-number", "x = «1e»\n"),
    ("bad-number", "x = «0b12»\n"),
    ("complex-number", "match x:\n    case «1 + 2j»: pass\n"),
    ("string-unclosed", "x = 'it's«'»\n"),
    ("string-unclosed", 'x = f«"{a»\n'),
    ("string-unclosed", "x = f\"{a + «'»b}\"\n"),
    ("string-unclosed-triple", "x = 1\ny = «'''»abc'\n"),
    ("bad-escape", '"«\\x4»"\n'),
    ("bad-escape", 'f"{x}«\\d»"\n'),
    ("bad-escape", '"«\\ud800»"\n'),
    ("bad-escape", '"«\\N{NO SUCH NAME}»"\n'),
    ("bad-escape", 'b"«\\u0041»"\n'),
    ("fstring-unclosed", 'x = f"«{»(a}"\n'),
    ("fstring-unclosed", 'x = f"«{»a:"\n'),
    ("fstring-unclosed", 'x = f"«{»a!r b}"\n'),
    ("fstring-empty", 'x = f"«{ }»"\n'),
    ("fstring-empty", 'x = f"«{:»x}"\n'),
    ("fstring-conversion", 'x = f"{a«!»}"\n'),
    ("assign-to-expression", "«f()» = 3\n"),
    ("assign-to-expression", "a, «b + 1» = c\n"),
    ("assign-to-expression", "for «3» in x: pass\n"),
    ("assign-to-expression", "«None» = 3\n"),
    ("comprehension", "x = f(«y for y in z»)\n"),
    ("comprehension", "x = «{y: 1 for y in z if y}»\n"),
    ("comprehension", "x = «(y for y in z)»\n"),
    ("starred", "for a, «*b» in c: pass\n"),
    ("starred", "match x:\n    case 1, «*y»: pass\n"),
    ("async", "def f():\n    «async» with x: pass\n"),
    ("async", "x = «await» y\n"),
    ("yield", "def f():\n    x = «yield»\n"),
    ("yield", "def f():\n    «yield from x»\n"),
    ("return-outside-function", "class A:\n    «return 1»\n"),
    ("outside-loop", "while True:\n    pass\nelse:\n    «continue»\n"),
    ("outside-loop", "while True:\n    class A:\n        «break»\n"),
    ("nested-function", "class A:\n    def f(self):\n        def «g»(): pass\n"),
    ("import-not-at-top", "class A:\n    «import b»\n"),
    ("star-parameter", "def __exit__(self, «*_: object»): pass\n"),
    ("star-parameter", "class A:\n    def f(self, «*_: object»): pass\n"),
    ("relative-import", "from «...» import x\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"), ONE_MISTAKE, ids=[f"{n}-{i}" for i, (n, _) in enumerate(ONE_MISTAKE)]
)
def test_one_mistake(name: str, text: str) -> None:
    start, end = text.index("«"), text.index("»") - 1
    plain = text.replace("«", "", 1).replace("»", "", 1)
    found = [(d.code, d.span.start, d.span.end, d.message) for d in diagnostics(plain)]
    assert [f[:3] for f in found] == [(ERRORS[name].code, start, end)], found


def test_every_mistake_of_a_file_is_reported() -> None:
    """Mistakes in one function, in its neighbours, in the rest of a class and in f-strings."""
    text = """\
def f(x: u32) -> u32:
    y = x +
    if y = 2:
        return 1
    elif y:
        return 2
    return f"{y z}"

x = [lambda: 1, 2

class C:
    def g(self):
        return 1 2
    def h(self)
        return 3
    z: = 4

del x
"""
    found = [(d.code, d.span.line) for d in diagnostics(text)]
    names = (
        *("expected-expression", "assignment-in-expression", "bracket-unclosed"),
        *("already-complete", "expected-colon", "expected-expression", "del"),
    )
    assert found == list(
        zip((ERRORS[n].code for n in names), (2, 3, 9, 13, 14, 16, 18), strict=True)
    )


def test_a_line_taken_out_is_not_missed() -> None:
    """Reading goes on after an error without the line; what then lacks it is not reported."""
    for text in (
        "match x:\n    case 1\n        pass\n",
        "@\ndef f(): pass\n",
        "try:\n    pass\nexcept A B:\n    pass\nelse:\n    pass\n",
        "if x = 1:\n    pass\nelif y:\n    pass\nelse:\n    pass\n",
        "def f():\n    return = 1\n",
    ):
        assert len(diagnostics(text)) == 1, text


def test_messages_name_what_was_found() -> None:
    def message(text: str) -> str:
        return diagnostics(text)[0].message

    assert message("x = 3 +\n") == "expected an expression after '+', found the end of the line"
    assert message("def f(x\n, y z): pass\n") == "expected ',' or ')', found 'z'"
    assert message("if x\n    pass\n") == "expected ':' after the condition"
    assert message("import a as 3\n") == "expected a name, found '3'"
    assert message("while x:\ny\n") == "expected an indented block after this 'while'"
    assert message("x = (1]\n") == "']' can't close '('; expected ')'"
    assert message('x = 1 "a"\n') == "the statement is complete before a string"
