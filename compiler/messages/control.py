"""Control flow and `match`: PK06xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="missing-return",
        code="PK0601",
        title="missing return",
        message="`{name}` can end without returning its `{type}`",
        explanation="Every way through the function must return a value, raise or panic.",
        broken=("def «f»(a: bool) -> u32:\n    if a:\n        return 1\n"),
        mended=("def f(a: bool) -> u32:\n    if a:\n        return 1\n    return 0\n"),
    ),
    Entry(
        name="missing-body",
        code="PK0602",
        title="missing body",
        message="`{name}` has no body",
        explanation="Only `@extern` functions and methods of protocols are left to others.",
        broken=("def «f»() -> u32: ...\n"),
        mended=("@extern\ndef f() -> u32: ...\n"),
    ),
    Entry(
        name="extern-with-body",
        code="PK0603",
        title="extern with a body",
        message="`{name}` is defined elsewhere: its body is `...`",
        explanation="An `@extern` function only declares a signature.",
        broken=("@extern\ndef «f»() -> u32:\n    return 3\n"),
        mended=("@extern\ndef f() -> u32: ...\n"),
    ),
    Entry(
        name="never-returns",
        code="PK0604",
        title="NoReturn function that returns",
        message="`{name}` is `NoReturn` but can end",
        explanation=(
            "Every way through it must panic, call another NoReturn function or loop for ever."
        ),
        broken=("def «f»(x: bool) -> NoReturn:\n    while x:\n        pass\n"),
        mended=("def f() -> NoReturn:\n    while True:\n        pass\n"),
    ),
    Entry(
        name="return-needs-value",
        code="PK0605",
        title="return without a value",
        message="this function returns a `{type}`",
        explanation="`return` needs a value here.",
        broken=("def f() -> u32:\n    «return»\n"),
        mended=("def f() -> u32:\n    return 1\n"),
    ),
    Entry(
        name="return-without-result",
        code="PK0606",
        title="return of a value",
        message="this function returns nothing",
        explanation="Its result type is `None`.",
        broken=("def f() -> None:\n    return «True»\n"),
        mended=("def f() -> bool:\n    return True\n"),
    ),
    Entry(
        name="return-from-never",
        code="PK0607",
        title="return from a NoReturn function",
        message="a `NoReturn` function does not return",
        explanation="It panics, or loops for ever.",
        broken=("def f() -> NoReturn:\n    return «3»\n"),
        mended=("def f() -> NoReturn:\n    while True:\n        pass\n"),
    ),
    Entry(
        name="not-iterable",
        code="PK0608",
        title="not iterable",
        message="`{type}` can't be iterated over",
        explanation="Ranges, arrays, slices and objects with `__next__` can.",
        broken=("def f(a: u32) -> None:\n    for x in «a»:\n        pass\n"),
        mended=("def f(a: u32) -> None:\n    for x in range(a):\n        pass\n"),
    ),
    Entry(
        name="enumerate-target",
        code="PK0609",
        title="enumerate needs two names",
        message="`enumerate` gives an index and an element",
        explanation="Write `for index, item in enumerate(items)`.",
        broken=("def f(a: Slice[u32]) -> None:\n    for «x» in enumerate(a):\n        pass\n"),
        mended=("def f(a: Slice[u32]) -> None:\n    for i, x in enumerate(a):\n        pass\n"),
    ),
    Entry(
        name="endless-iterator",
        code="PK0610",
        title="iterator that never ends",
        message="`{type}.__next__` does not raise `StopIteration`",
        explanation="An iterator ends by raising it.",
        broken=(
            "@struct\n"
            "class Ones:\n"
            "    count: u32 = 0\n"
            "\n"
            "    def __next__(self) -> u32:\n"
            "        return 1\n"
            "\n"
            "\n"
            "def f(ones: Ptr[Ones]) -> None:\n"
            "    for x in «ones»:\n"
            "        pass\n"
        ),
        mended=(
            "@struct\n"
            "class Ones:\n"
            "    count: u32 = 0\n"
            "\n"
            "    @raises(StopIteration)\n"
            "    def __next__(self) -> u32:\n"
            "        if self.count == 9:\n"
            "            raise StopIteration\n"
            "        self.count += 1\n"
            "        return 1\n"
            "\n"
            "\n"
            "def f(ones: Ptr[Ones]) -> None:\n"
            "    for x in ones:\n"
            "        pass\n"
        ),
    ),
    Entry(
        name="iteration-out-of-place",
        code="PK0611",
        title="range out of place",
        message="`{name}` stands only after `for … in`",
        explanation="There are no iterator values of it.",
        broken=("def f() -> None:\n    x = «range(3)»\n"),
        mended=("def f() -> None:\n    for x in range(3):\n        pass\n"),
    ),
    Entry(
        name="match-not-exhaustive",
        code="PK0612",
        title="match not exhaustive",
        message="not every member is handled: {missing}",
        explanation=(
            "A `match` over an enum names every member or ends with `case _`, so that a new "
            "member is not forgotten."
        ),
        broken=(
            "@enum(u8)\n"
            "class Kind:\n"
            "    A = 0\n"
            "    B = 1\n"
            "\n"
            "\n"
            "def f(k: Kind) -> u32:\n"
            "    match «k»:\n"
            "        case Kind.A:\n"
            "            return 1\n"
        ),
        mended=(
            "@enum(u8)\n"
            "class Kind:\n"
            "    A = 0\n"
            "    B = 1\n"
            "\n"
            "\n"
            "def f(k: Kind) -> u32:\n"
            "    match k:\n"
            "        case Kind.A:\n"
            "            return 1\n"
            "        case Kind.B:\n"
            "            return 2\n"
        ),
    ),
    Entry(
        name="unreachable-case",
        code="PK0613",
        title="case that can't be reached",
        message="an earlier case takes everything",
        explanation="Cases are tried in order.",
        broken=(
            "def f(a: u32) -> u32:\n"
            "    match a:\n"
            "        case _:\n"
            "            return 1\n"
            "        case «2»:\n"
            "            return 2\n"
        ),
        mended=(
            "def f(a: u32) -> u32:\n"
            "    match a:\n"
            "        case 2:\n"
            "            return 2\n"
            "        case _:\n"
            "            return 1\n"
        ),
    ),
    Entry(
        name="pattern-kind",
        code="PK0614",
        title="pattern not in the dialect",
        message="this pattern is not in the dialect",
        explanation=(
            "Literals, enum members, constants, `|`, captures, `_`, tuples and class patterns are."
        ),
        broken=(
            "import sample.limits as limits\n"
            "from sample.limits import Point\n"
            "\n"
            "\n"
            "def f(p: Point) -> u32:\n"
            "    match p:\n"
            "        case «limits.ORIGIN»:\n"
            "            return 1\n"
            "    return 2\n"
        ),
        mended=(
            "from sample.limits import Point\n"
            "\n"
            "\n"
            "def f(p: Point) -> u32:\n"
            "    match p:\n"
            "        case Point(x=0):\n"
            "            return 1\n"
            "    return 2\n"
        ),
        others={"limits.py": "@value\nclass Point:\n    x: u32\n\n\nORIGIN: Final = Point(0)\n"},
    ),
    Entry(
        name="pattern-class",
        code="PK0615",
        title="class pattern of another type",
        message="the subject is a `{type}`",
        explanation=(
            "A class pattern takes a value of that class apart; there is nothing to test at run "
            "time."
        ),
        broken=(
            "@value\n"
            "class Point:\n"
            "    x: u32\n"
            "\n"
            "\n"
            "def f(a: u32) -> u32:\n"
            "    match a:\n"
            "        case «Point»(x=1):\n"
            "            return 1\n"
            "    return 0\n"
        ),
        mended=(
            "@value\n"
            "class Point:\n"
            "    x: u32\n"
            "\n"
            "\n"
            "def f(a: Point) -> u32:\n"
            "    match a:\n"
            "        case Point(x=1):\n"
            "            return 1\n"
            "    return 0\n"
        ),
    ),
    Entry(
        name="binding-in-alternatives",
        code="PK0616",
        title="capture in alternatives",
        message="alternatives can't bind names",
        explanation="Which of them matched would decide what the name is.",
        broken=(
            "@value\n"
            "class Point:\n"
            "    x: u32\n"
            "    y: u32\n"
            "\n"
            "\n"
            "def f(p: Point) -> u32:\n"
            "    match p:\n"
            "        case «Point(x=a, y=1) | Point(x=1, y=a)»:\n"
            "            return 1\n"
            "    return 0\n"
        ),
        mended=(
            "@value\n"
            "class Point:\n"
            "    x: u32\n"
            "    y: u32\n"
            "\n"
            "\n"
            "def f(p: Point) -> u32:\n"
            "    match p:\n"
            "        case Point(x=a, y=1):\n"
            "            return a\n"
            "        case Point(x=1, y=a):\n"
            "            return a\n"
            "    return 0\n"
        ),
    ),
    Entry(
        name="test-signature",
        code="PK0617",
        title="test with parameters",
        message="the test `{name}` takes nothing and returns nothing",
        explanation="Tests are run by themselves.",
        broken=("@test\ndef «adds»(x: u32) -> None:\n    assert x + 1 > x\n"),
        mended=("@test\ndef adds() -> None:\n    x: u32 = 1\n    assert x + 1 > x\n"),
    ),
]
