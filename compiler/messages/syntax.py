"""Syntax: PK00xx."""

from __future__ import annotations

from compiler.messages import syntax_layout, syntax_text
from compiler.messages.entry import Entry

_FULL = "class Full(Error):\n    pass\n\n@raises(Full)\ndef fill() -> None:\n    raise Full\n\n"

_STRUCTURE = [
    Entry(
        name="unexpected",
        code="PK0001",
        title="unexpected token",
        message="unexpected {found}",
        explanation="""
            Nothing that Python's grammar allows here begins with this word or sign. The mistake is
            often just before it: a missing operator, comma or bracket.
            """,
        broken="def size() -> u32:\n    «,»return 4\n",
        mended="def size() -> u32:\n    return 4\n",
    ),
    Entry(
        name="expected",
        code="PK0002",
        title="something else was expected",
        message="expected {expected}, found {found}",
        explanation="Only a few words or signs can stand here, and this is none of them.",
        broken="def «3»() -> u32:\n    return 3\n",
        mended="def three() -> u32:\n    return 3\n",
    ),
    Entry(
        name="expected-expression",
        code="PK0003",
        title="an expression is missing",
        message="expected an expression after {after}, found {found}",
        explanation="An operator, comma or keyword that needs a value after it has none.",
        broken="SIZE: Final = 4 *«»\n",
        mended="SIZE: Final = 4 * 1024\n",
    ),
    Entry(
        name="expected-colon",
        code="PK0004",
        title="a colon is missing",
        message="expected ':' after {after}",
        explanation="""
            The line that begins an `if`, `while`, `for`, `def`, `class`, `with`, `match`, `case` or
            `try` ends with a colon.
            """,
        broken="def pick(x: u32) -> u32:\n    if x == 3«»\n        return 1\n    return 2\n",
        mended="def pick(x: u32) -> u32:\n    if x == 3:\n        return 1\n    return 2\n",
    ),
    Entry(
        name="expected-colon-found",
        code="PK0005",
        title="something else stands where a colon ends the line",
        message="expected ':' after {after}, found {found}",
        explanation="""
            The part before this is complete, and only the colon can follow. Perhaps an operator is
            missing, or the colon stands too far to the right.
            """,
        broken="def pick(x: u32) -> u32:\n    while x == 3 «do»\n        return 1\n    return 2\n",
        mended="def pick(x: u32) -> u32:\n    while x == 3:\n        return 1\n    return 2\n",
    ),
    Entry(
        name="expected-comma",
        code="PK0006",
        title="a comma or closing bracket is missing",
        message="expected ',' or '{closer}', found {found}",
        explanation="""
            Two values stand side by side in brackets. Either a comma or an operator is missing
            between them, or the bracket should have been closed before the second.
            """,
        broken="def add(a: u32, b: u32) -> u32:\n    return a + b\n\n"
        "def six() -> u32:\n    return add(2 «4»)\n",
        mended="def add(a: u32, b: u32) -> u32:\n    return a + b\n\n"
        "def six() -> u32:\n    return add(2, 4)\n",
    ),
    Entry(
        name="already-complete",
        code="PK0007",
        title="something follows a complete statement",
        message="the {what} is complete before {found}",
        help="begin a new line, or put the missing operator or comma between the two",
        explanation="""
            The text up to here is a whole statement, and what follows does not continue it. An
            operator or comma may be missing, or a line break.
            """,
        broken="def next(x: u32) -> u32:\n    y = x + 1 «return» y\n",
        mended="def next(x: u32) -> u32:\n    y = x + 1\n    return y\n",
    ),
    Entry(
        name="keyword-as-name",
        code="PK0008",
        title="a keyword is used as a name",
        message="'{word}' is a keyword and can't be a name",
        help="choose another name, or add an underscore: '{word}_'",
        explanation=(
            "Python's keywords can't name functions, classes, parameters, fields or variables."
        ),
        broken="def convert(«from»: u32) -> u32:\n    return from\n".replace(
            "return from", "return 1"
        ),
        mended="def convert(from_: u32) -> u32:\n    return from_\n",
    ),
    Entry(
        name="assignment-in-expression",
        code="PK0009",
        title="an assignment inside an expression",
        message="'=' assigns and can't stand inside an expression",
        help="compare with '=='",
        explanation="""
            In Python `=` is a statement. To compare two values, write `==`.
            """,
        broken=(
            "def is_three(x: u32) -> bool:\n    if x «=» 3:\n        return True\n    return "
            "False\n"
        ),
        mended=(
            "def is_three(x: u32) -> bool:\n    if x == 3:\n        return True\n    return False\n"
        ),
    ),
    Entry(
        name="other-language",
        code="PK0010",
        title="an operator of another language",
        message="'{text}' is not Python",
        explanation="""
            Some operators of C and its relatives have other spellings in Python: `and`, `or` and
            `not` for `&&`, `||` and `!`, `elif` for `else if`, `+= 1` for `++`.
            """,
        broken="def both(a: bool, b: bool) -> bool:\n    return a «&&» b\n",
        mended="def both(a: bool, b: bool) -> bool:\n    return a and b\n",
    ),
    Entry(
        name="print-statement",
        code="PK0011",
        title="a statement of Python 2",
        message="'{word}' is not a statement",
        help="in the kernel, call a function of the 'log' module",
        explanation=(
            "Python 3 has no `print` and `exec` statements, and the dialect has no such "
            "functions either."
        ),
        broken='def hello() -> None:\n    «print» "hello"\n',
        mended='def hello() -> None:\n    panic("hello")\n',
    ),
    Entry(
        name="not-needs-brackets",
        code="PK0012",
        title="'not' inside an operation",
        message="'not' ranks below the operator before it",
        help="put brackets around it: '(not …)'",
        explanation="""
            `not` ranks below comparisons and arithmetic, so it can't be the right side of one
            without brackets.
            """,
        broken="def differ(a: bool, b: bool) -> bool:\n    return a == «not» b\n",
        mended="def differ(a: bool, b: bool) -> bool:\n    return a == (not b)\n",
    ),
    Entry(
        name="assign-to-expression",
        code="PK0013",
        title="an assignment to something that holds no value",
        message="this can't be assigned to",
        explanation="""
            The left side of an assignment, and the target of a loop or `with`, is a name, a field
            (`a.b`), an element (`a[i]`) or a tuple of these.
            """,
        broken="def bump(x: u32) -> u32:\n    «x + 1» = x\n    return x\n",
        mended="def bump(x: u32) -> u32:\n    x = x + 1\n    return x\n",
    ),
    Entry(
        name="annotated-tuple",
        code="PK0014",
        title="several targets with one annotation",
        message="only a single name, field or element can have an annotation",
        explanation="`a, b: u32 = …` is not Python. Declare the names one by one.",
        broken="def f() -> u32:\n    «a, b»: u32 = 1, 2\n    return a\n",
        mended="def f() -> u32:\n    a: u32 = 1\n    b: u32 = 2\n    return a + b\n",
    ),
    Entry(
        name="augmented-tuple",
        code="PK0015",
        title="several targets of one augmented assignment",
        message="an augmented assignment has a single target",
        explanation="`a, b += 1` is not Python. Write one assignment for each.",
        broken="def f(a: u32, b: u32) -> u32:\n    «a, b» += 1\n    return a\n",
        mended="def f(a: u32, b: u32) -> u32:\n    a += 1\n    b += 1\n    return a + b\n",
    ),
    Entry(
        name="argument-order",
        code="PK0016",
        title="a positional argument after a keyword",
        message="an argument without a keyword can't follow one with a keyword",
        explanation="Arguments without a keyword come first. The same holds for class patterns.",
        broken="def sub(a: u32, b: u32) -> u32:\n    return a - b\n\n"
        "def one() -> u32:\n    return sub(a=3, «2»)\n",
        mended="def sub(a: u32, b: u32) -> u32:\n    return a - b\n\n"
        "def one() -> u32:\n    return sub(3, b=2)\n",
    ),
    Entry(
        name="argument-repeated",
        code="PK0017",
        title="a keyword is given twice",
        message="'{name}' is given twice",
        explanation=(
            "Each parameter takes one argument, and each field of a pattern one sub-pattern."
        ),
        broken="def twice(a: u32) -> u32:\n    return a * 2\n\n"
        "def four() -> u32:\n    return twice(a=2, «a»=3)\n",
        mended=(
            "def twice(a: u32) -> u32:\n    return a * 2\n\ndef four() -> u32:\n    return "
            "twice(a=2)\n"
        ),
    ),
    Entry(
        name="keyword-not-a-name",
        code="PK0018",
        title="the keyword of an argument is not a name",
        message="the left side of '=' in an argument must be a parameter's name",
        help="to compare, write '=='",
        explanation="`f(a=1)` names the parameter `a`; nothing but a name can stand there.",
        broken="def ok(c: bool) -> bool:\n    return c\n\n"
        "def f(x: u32) -> bool:\n    return ok(«x + 1»=3)\n",
        mended="def ok(c: bool) -> bool:\n    return c\n\n"
        "def f(x: u32) -> bool:\n    return ok(x + 1 == 3)\n",
    ),
    Entry(
        name="parameter-repeated",
        code="PK0019",
        title="two parameters of one name",
        message="the parameter '{name}' is there twice",
        explanation="The names of a function's parameters are all different.",
        broken="def add(a: u32, «a»: u32) -> u32:\n    return a\n",
        mended="def add(a: u32, b: u32) -> u32:\n    return a + b\n",
    ),
    Entry(
        name="default-order",
        code="PK0020",
        title="a parameter without default after one with a default",
        message="'{name}' needs a default, because a parameter before it has one",
        explanation="Parameters with defaults come last, or after a `*`.",
        broken="def add(a: u32 = 1, «b»: u32) -> u32:\n    return a + b\n",
        mended="def add(a: u32, b: u32 = 1) -> u32:\n    return a + b\n",
    ),
    Entry(
        name="return-outside-function",
        code="PK0021",
        title="'return' outside a function",
        message="'return' stands outside a function",
        explanation="Only the body of a function can return.",
        broken="«return»\n",
        mended="def nothing() -> None:\n    return\n",
    ),
    Entry(
        name="outside-loop",
        code="PK0022",
        title="'break' or 'continue' outside a loop",
        message="'{word}' stands outside a loop",
        explanation=(
            "`break` and `continue` concern the innermost `for` or `while` of the same function."
        ),
        broken="def f() -> None:\n    «break»\n",
        mended="def f() -> None:\n    while True:\n        break\n",
    ),
    Entry(
        name="try-alone",
        code="PK0023",
        title="'try' without 'except' and 'finally'",
        message="'try' needs an 'except' or a 'finally'",
        explanation="A `try` that handles nothing has no effect.",
        broken="def f() -> None:\n    «try»:\n        pass\n",
        mended="def f() -> None:\n    try:\n        pass\n    finally:\n        pass\n",
    ),
    Entry(
        name="try-else-alone",
        code="PK0024",
        title="'else' of a 'try' without 'except'",
        message="this 'try' has an 'else' but no 'except'",
        explanation="The `else` of a `try` runs if no `except` did, so it needs one.",
        broken=(
            "def f() -> None:\n    «try»:\n        pass\n    else:\n        pass\n    finally:\n "
            "       pass\n"
        ),
        mended="def f() -> None:\n    try:\n        pass\n    finally:\n        pass\n",
    ),
    Entry(
        name="bare-except-not-last",
        code="PK0025",
        title="an 'except' that handles everything is not the last",
        message="the 'except' clauses after this one can never run",
        explanation="An `except` without names handles every error; it comes last.",
        broken=_FULL + "def f() -> None:\n    try:\n        fill()\n    «except:\n        pass»\n"
        "    except Full:\n        pass\n",
        mended=_FULL
        + "def f() -> None:\n    try:\n        fill()\n    except Full:\n        pass\n",
    ),
    Entry(
        name="global-outside-function",
        code="PK0026",
        title="'global' outside a function",
        message="'global' has no meaning outside a function",
        explanation="""
            `global name` inside a function says that an assignment there is to the module's
            variable. At module level the variable is declared with `name: T = value`.
            """,
        broken="counter: u32 = 0\n«global counter»\n",
        mended="counter: u32 = 0\n\ndef count() -> None:\n    global counter\n    counter += 1\n",
    ),
    Entry(
        name="pattern-as-underscore",
        code="PK0027",
        title="a pattern bound to '_'",
        message="'_' can't be bound by 'as'",
        explanation="`_` in a pattern matches anything and binds nothing. Leave out `as _`.",
        broken="def f(x: u32) -> u32:\n    match x:\n        case 1 | 2 as «_»:\n"
        "            return "
        "1\n"
        "        case _:\n            return 2\n",
        mended="def f(x: u32) -> u32:\n    match x:\n        case 1 | 2:\n            return 1\n"
        "        case _:\n            return 2\n",
    ),
    Entry(
        name="lone-clause",
        code="PK0029",
        title="a clause without the statement it belongs to",
        message="this '{word}' belongs to nothing: {owner} stands above it at the same indentation",
        explanation="""
            `elif`, `else`, `except` and `finally` continue the statement that ends just above them,
            and stand exactly below its first word.
            """,
        broken="def size() -> u32:\n    return 4\n«else»:\n    return 5\n",
        mended=(
            "def size(big: bool) -> u32:\n    if big:\n        return 4\n    else:\n        "
            "return 5\n"
        ),
    ),
    Entry(
        name="too-deep",
        code="PK0028",
        title="nested too deeply",
        message="this is nested too deeply",
        help="give a part of it a name of its own",
        explanation="Brackets, blocks and operations may nest about a hundred deep.",
        broken="X: Final = " + "(" * 100 + "«(»1" + ")" * 101 + "\n",
        mended="X: Final = ((1))\n",
    ),
]

ENTRIES: list[Entry] = [*_STRUCTURE, *syntax_layout.ENTRIES, *syntax_text.ENTRIES]
