"""Errors: PK07xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="unlisted-error",
        code="PK0701",
        title="error not listed",
        message="`{name}` can leave `{function}`, which does not list it",
        explanation=(
            "A function says with `@raises` everything that can leave it; otherwise the error is "
            "caught inside."
        ),
        broken=("class Full(Error):\n    pass\n\n\ndef f() -> None:\n    «raise Full»\n"),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
        help="add it to `@raises`, or catch it",
    ),
    Entry(
        name="error-never-raised",
        code="PK0702",
        title="listed error that never happens",
        message="`{name}` never leaves `{function}`",
        explanation="Callers would handle what can't happen.",
        broken=("class Full(Error):\n    pass\n\n\n@raises(«Full»)\ndef f() -> None:\n    pass\n"),
        mended=("def f() -> None:\n    pass\n"),
    ),
    Entry(
        name="not-an-error-class",
        code="PK0703",
        title="not an error",
        message="`{found}` is not an error class",
        explanation="Errors are classes derived from `Error`.",
        broken=("@value\nclass Full:\n    x: u32\n\n\ndef f() -> None:\n    raise «Full»\n"),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="error-with-arguments",
        code="PK0704",
        title="error with arguments",
        message="errors carry no data: `raise Name`",
        explanation="What failed and how belongs to the object that failed.",
        broken=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@raises(Full)\n"
            "def f() -> None:\n"
            "    raise «Full(3)»\n"
        ),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="error-with-data",
        code="PK0705",
        title="error class with a body",
        message="`{name}` can only have a docstring",
        explanation="Errors carry no data and have no methods.",
        broken=("class Full(Error):\n    «code: u32»\n"),
        mended=('class Full(Error):\n    """No room."""\n'),
    ),
    Entry(
        name="error-as-type",
        code="PK0706",
        title="error as a type",
        message="`{name}` is an error, not a type",
        explanation="There are no error objects.",
        broken=("class Full(Error):\n    pass\n\n\ndef f(e: «Full») -> None:\n    pass\n"),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="error-as-value",
        code="PK0707",
        title="error as a value",
        message="`{name}` is an error: it is raised, not made",
        explanation="There are no error objects.",
        broken=("class Full(Error):\n    pass\n\n\ndef f() -> None:\n    x = «Full()»\n"),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="error-code-clash",
        code="PK0708",
        title="two errors of one code",
        message="`{name}` has the same code as `{other}`: rename one",
        explanation="An error's code is a hash of its name, so that it is the same in every build.",
        broken=(
            "class CloseLateSignalMistake(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "class «ReadOverlongClockFailure»(Error):\n"
            "    pass\n"
        ),
        mended=("class LateSignal(Error):\n    pass\n\n\nclass OverlongClock(Error):\n    pass\n"),
    ),
    Entry(
        name="duplicate-error",
        code="PK0709",
        title="error listed twice",
        message="`{name}` is listed twice",
        explanation="Once is enough.",
        broken=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@raises(Full, «Full»)\n"
            "def f() -> None:\n"
            "    raise Full\n"
        ),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="bare-raise",
        code="PK0711",
        title="`raise` outside a handler",
        message="a bare `raise` stands in an `except`",
        explanation="It raises again what was caught.",
        broken=("def f() -> None:\n    «raise»\n"),
        mended=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@raises(Full)\n"
            "def g() -> None:\n"
            "    raise Full\n"
            "\n"
            "\n"
            "@raises(Full)\n"
            "def f() -> None:\n"
            "    try:\n"
            "        g()\n"
            "    except Full:\n"
            "        raise\n"
        ),
    ),
    Entry(
        name="handler-never-runs",
        code="PK0712",
        title="handler that never runs",
        message="`{name}` can't be raised here",
        explanation="Nothing in the `try` raises it, or an earlier handler takes it.",
        broken=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "def g() -> None:\n"
            "    pass\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    try:\n"
            "        g()\n"
            "    except «Full»:\n"
            "        pass\n"
        ),
        mended=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@raises(Full)\n"
            "def g() -> None:\n"
            "    raise Full\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    try:\n"
            "        g()\n"
            "    except Full:\n"
            "        pass\n"
        ),
    ),
    Entry(
        name="finally-leaves",
        code="PK0714",
        title="`finally` that leaves",
        message="`finally` must run to its end",
        explanation="Leaving it would lose the error or result that is on its way.",
        broken=(
            "def g() -> None:\n"
            "    pass\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    try:\n"
            "        g()\n"
            "    finally:\n"
            "        «return»\n"
        ),
        mended=(
            "def g() -> None:\n"
            "    pass\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    try:\n"
            "        g()\n"
            "    finally:\n"
            "        g()\n"
        ),
    ),
    Entry(
        name="export-raises",
        code="PK0715",
        title="exported function that raises",
        message="`{name}` is exported or extern, so it can't raise",
        explanation="The C calling convention has no place for the error.",
        broken=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            '@export("f")\n'
            "@raises(Full)\n"
            "def «f»() -> None:\n"
            "    raise Full\n"
        ),
        mended=(
            "class Full(Error):\n    pass\n\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n"
        ),
    ),
    Entry(
        name="exit-raises",
        code="PK0716",
        title="`__exit__` that raises",
        message="`__exit__` can't raise",
        explanation="It runs while another error may be on its way.",
        broken=(
            "class Full(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@struct\n"
            "class Guard:\n"
            "    held: bool = False\n"
            "\n"
            "    @raises(Full)\n"
            "    def «__exit__»(self, *_: object) -> None:\n"
            "        raise Full\n"
        ),
        mended=(
            "@struct\n"
            "class Guard:\n"
            "    held: bool = False\n"
            "\n"
            "    def __exit__(self, *_: object) -> None:\n"
            "        self.held = False\n"
        ),
    ),
    Entry(
        name="not-a-context",
        code="PK0717",
        title="not a context manager",
        message="`{type}` has no `__enter__` and `__exit__`",
        explanation="`with` calls the one first and the other on every way out.",
        broken=("def f(a: u32) -> None:\n    with «a»:\n        pass\n"),
        mended=(
            "@struct\n"
            "class Guard:\n"
            "    held: bool = False\n"
            "\n"
            "    def __enter__(self) -> None:\n"
            "        self.held = True\n"
            "\n"
            "    def __exit__(self, *_: object) -> None:\n"
            "        self.held = False\n"
            "\n"
            "\n"
            "def f(a: Ptr[Guard]) -> None:\n"
            "    with a:\n"
            "        pass\n"
        ),
    ),
]
