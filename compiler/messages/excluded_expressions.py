"""Python expressions and patterns that are not in the dialect: PK110x and PK111x."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="lambda",
        code="PK1101",
        title="no 'lambda'",
        message="the dialect has no 'lambda'",
        help="define a function at module level and name it here",
        explanation="""
            A `lambda` is a closure, and a closure needs memory that somebody has to free. A pointer
            to a function (`Fn[[A], R]`) needs none; state goes through a parameter.
            """,
        broken="def apply(f: Fn[[u32], u32]) -> u32:\n    return f(1)\n\n"
        "def two() -> u32:\n    return apply(«lambda x: x + 1»)\n",
        mended="def apply(f: Fn[[u32], u32]) -> u32:\n    return f(1)\n\n"
        "def next(x: u32) -> u32:\n    return x + 1\n\ndef two() -> u32:\n    return apply(next)\n",
    ),
    Entry(
        name="comprehension",
        code="PK1102",
        title="no comprehensions and generator expressions",
        message="the dialect has no comprehensions",
        help="fill an 'Array' in a 'for' loop, or compute a table in a '@comptime' function",
        explanation="""
            A comprehension allocates a list, set or dictionary, or makes a generator. At run time
            an `Array` of fixed length is filled by a loop. A function marked `@comptime` is run
            while compiling and may use all of Python.
            """,
        broken="SQUARES: Final[Array[u32, 4]] = «[i * i for i in range(4)]»\n",
        mended="@comptime\ndef squares() -> list[int]:\n    return [i * i for i in range(4)]\n\n"
        "SQUARES: Final[Array[u32, 4]] = squares()\n",
    ),
    Entry(
        name="dict-display",
        code="PK1103",
        title="no dictionaries",
        message="the dialect has no dictionaries",
        help="use an 'Array' indexed by number, 'match', or a table searched by key",
        explanation="""
            A dictionary allocates and hashes behind the programmer's back. Fixed mappings are a
            `match` or an `Array`; growing ones are a data structure whose memory is visible.
            """,
        broken="SIZES: Final = «{1: 4, 2: 8}»\n",
        mended="def size(kind: u32) -> u32:\n    match kind:\n        case 1:\n            return "
        "4\n"
        "        case _:\n            return 8\n",
    ),
    Entry(
        name="set-display",
        code="PK1104",
        title="no sets",
        message="the dialect has no sets",
        help="use '@flags' for a small set of named bits, or compare with 'or'",
        explanation=(
            "A set allocates and hashes. A set of few known things is a word of bits: a `@flags` "
            "class."
        ),
        broken="def f(x: u32) -> bool:\n    return x in «{1, 2}»\n",
        mended="def f(x: u32) -> bool:\n    return x == 1 or x == 2\n",
    ),
    Entry(
        name="walrus",
        code="PK1105",
        title="no assignment expressions",
        message="the dialect has no ':='",
        help="assign to '{name}' in a statement before",
        explanation="An assignment is a statement, so that each line has one effect.",
        broken="def f(x: u32) -> bool:\n    return («y := x + 1») == 3\n",
        mended="def f(x: u32) -> bool:\n    y = x + 1\n    return y == 3\n",
    ),
    Entry(
        name="yield",
        code="PK1106",
        title="no generators",
        message="the dialect has no generators",
        help="write a class with '__iter__' and '__next__', or call a function for each element",
        explanation="""
            A generator keeps its frame alive between calls, which takes memory that somebody has to
            free. An object with `__next__` keeps the same state in fields that can be seen.
            """,
        broken="def count() -> None:\n    «yield 1»\n",
        mended="def count(visit: Fn[[u32], None]) -> None:\n    visit(1)\n",
    ),
    Entry(
        name="async",
        code="PK1107",
        title="no 'async' and 'await'",
        message="the dialect has no '{word}'",
        help="a thread that blocks is cheap here; wait in it",
        explanation="""
            Coroutines need an event loop and frames on a heap. The kernel's and the servers'
            concurrency is threads and messages.
            """,
        broken="«async» def f() -> None:\n    pass\n",
        mended="def f() -> None:\n    pass\n",
    ),
    Entry(
        name="starred",
        code="PK1108",
        title="no unpacking into a rest",
        message="'*' can't unpack here",
        help="name every element",
        explanation=(
            "The lengths of tuples are known while compiling, so each element has its own name."
        ),
        broken="def f() -> u32:\n    first, «*rest» = (u32(1), u32(2), u32(3))\n    return first\n",
        mended="def f() -> u32:\n    first, second, third = (u32(1), u32(2), u32(3))\n"
        "    return first + second + third\n",
    ),
    Entry(
        name="argument-unpacking",
        code="PK1109",
        title="no unpacking of arguments",
        message="the dialect has no '{stars}' in a call",
        help="pass the arguments one by one",
        explanation=(
            "Which arguments a call passes is known while compiling; a tuple's elements can be "
            "named first."
        ),
        broken="def add(a: u32, b: u32) -> u32:\n    return a + b\n\n"
        "def f(p: tuple[u32, u32]) -> u32:\n    return add(«*p»)\n",
        mended="def add(a: u32, b: u32) -> u32:\n    return a + b\n\n"
        "def f(p: tuple[u32, u32]) -> u32:\n    a, b = p\n    return add(a, b)\n",
    ),
    Entry(
        name="slice-step",
        code="PK1110",
        title="no step in a slice",
        message="a slice has no step",
        help="loop over 'range(start, end, step)'",
        explanation="""
            A `Slice` is a pointer and a length, so its elements lie side by side; every other
            element of an array is not a slice.
            """,
        broken="def f(s: Slice[u8]) -> Slice[u8]:\n    return s[0:8«:2»]\n",
        mended="def f(s: Slice[u8]) -> Slice[u8]:\n    return s[0:8]\n",
    ),
    Entry(
        name="matrix-multiplication",
        code="PK1111",
        title="no '@' operator",
        message="the dialect has no '@' operator",
        help="call a function",
        explanation=(
            "`@` multiplies matrices in numerical libraries and has no meaning for the dialect's "
            "types."
        ),
        broken="def f(a: u32, b: u32) -> u32:\n    return a «@» b\n",
        mended="def f(a: u32, b: u32) -> u32:\n    return a * b\n",
    ),
    Entry(
        name="misplaced-stars",
        code="PK1112",
        title="'**' without a dictionary",
        message="'**' can't unpack here",
        explanation="The dialect has no dictionaries, so there is nothing for `**` to unpack.",
        broken="def f(x: u32) -> u32:\n    return («**x»)\n",
        mended="def f(x: u32) -> u32:\n    return (x)\n",
    ),
    Entry(
        name="misplaced-colon",
        code="PK1113",
        title="a colon between values",
        message="':' can't stand between values here",
        explanation="A colon between values makes a dictionary or a slice, and this is neither.",
        broken="def f(x: u32) -> u32:\n    return (x «:» 1)\n",
        mended="def f(x: u32) -> u32:\n    return (x + 1)\n",
    ),
    Entry(
        name="misplaced-as",
        code="PK1114",
        title="'as' between values",
        message="'as' can't stand here",
        explanation="""
            `as` belongs to `import`, `with` and patterns. To convert a value, call the type:
            `u32(x)`.
            """,
        broken="def f(x: u8) -> u32:\n    return (x «as» u32)\n",
        mended="def f(x: u8) -> u32:\n    return u32(x)\n",
    ),
    Entry(
        name="f-string-pattern",
        code="PK1115",
        title="an f-string as a pattern",
        message="an f-string can't be a pattern",
        explanation=(
            "A pattern is compared with a value that is known while compiling; an f-string has "
            "none."
        ),
        broken='def f(s: Str, x: u32) -> bool:\n    match s:\n        case «f"{x}"»:\n            '
        "return True\n"
        "        case _:\n            return False\n",
        mended='def f(s: Str) -> bool:\n    match s:\n        case "x":\n            return True\n'
        "        case _:\n            return False\n",
    ),
    Entry(
        name="ellipsis-pattern",
        code="PK1116",
        title="'...' as a pattern",
        message="'...' can't be a pattern",
        help="write '_' for anything",
        explanation="`_` is the pattern that matches anything.",
        broken="def f(x: u32) -> u32:\n    match x:\n        case «...»:\n            return 1\n",
        mended="def f(x: u32) -> u32:\n    match x:\n        case _:\n            return 1\n",
    ),
    Entry(
        name="list-pattern",
        code="PK1117",
        title="no list patterns",
        message="the dialect has no list patterns",
        help="compare the length and the elements",
        explanation=(
            "Patterns take apart tuples and `@value` objects. The elements of a slice are "
            "reached by index."
        ),
        broken="def f(s: Slice[u8]) -> bool:\n    match s:\n        case «[1, 2]»:\n            "
        "return True\n"
        "        case _:\n            return False\n",
        mended="def f(s: Slice[u8]) -> bool:\n    return len(s) == 2 and s[0] == 1 and s[1] == 2\n",
    ),
    Entry(
        name="mapping-pattern",
        code="PK1118",
        title="no mapping patterns",
        message="the dialect has no mapping patterns",
        explanation="There are no dictionaries, so there is nothing for such a pattern to match.",
        broken="def f(x: u32) -> bool:\n    match x:\n        case «{1: y}»:\n            return "
        "True\n"
        "        case _:\n            return False\n",
        mended="def f(x: u32) -> bool:\n    match x:\n        case 1:\n            return True\n"
        "        case _:\n            return False\n",
    ),
    Entry(
        name="display",
        code="PK1119",
        title="no lists",
        message="the dialect has no lists",
        help="use an 'Array' of fixed length: 'Array(1, 2, 3)'",
        explanation="""
            A list grows and shrinks, so it allocates. An `Array` holds a fixed number of elements
            in place. Brackets stand in types (`Fn[[A, B], R]`), and `@comptime` functions may use
            lists.
            """,
        broken="def first() -> u32:\n    numbers = «[1, 2]»\n    return 1\n",
        mended=(
            "def first() -> u32:\n    numbers: Array[u32, 2] = Array(1, 2)\n    return numbers[0]\n"
        ),
    ),
]
