"""Values, operands and calls: PK02xx, second part."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="type-mismatch",
        code="PK0217",
        title="wrong type",
        message="{what} must be a `{wanted}`, not {actual}",
        explanation=(
            "The context asks for one type and the expression has another, with no conversion "
            "that happens by itself."
        ),
        broken=("def f() -> u32:\n    return «True»\n"),
        mended=("def f() -> u32:\n    return 1\n"),
    ),
    Entry(
        name="operand-types",
        code="PK0218",
        title="operands don't go together",
        message="`{op}` does not take {left} and {right}",
        explanation="Both operands must have one type, or widen to one without loss.",
        broken=("def f(a: u32, b: bool) -> u32:\n    return «a + b»\n"),
        mended=("def f(a: u32, b: bool) -> u32:\n    return a + u32(b)\n"),
    ),
    Entry(
        name="operand-type",
        code="PK0219",
        title="wrong operand type",
        message="`{op}` does not take {type}",
        explanation="The operator or function has no meaning for this type.",
        broken=("def f(a: Str) -> Str:\n    return «-a»\n"),
        mended=("def f(a: i32) -> i32:\n    return -a\n"),
    ),
    Entry(
        name="no-conversion",
        code="PK0220",
        title="no such conversion",
        message="{actual} can't be converted to `{wanted}`",
        explanation=(
            "`u8(x)` and its like convert between integers, from bool, and between integers and "
            "floats. `truncate` keeps low bits, `bitcast` reinterprets."
        ),
        broken=("def f(a: Str) -> u32:\n    return «u32(a)»\n"),
        mended=("def f(a: u64) -> u32:\n    return u32(a)\n"),
    ),
    Entry(
        name="bitcast",
        code="PK0221",
        title="sizes differ in a bitcast",
        message="{actual} has not the bits of `{wanted}`",
        explanation=(
            "`bitcast` gives the same bits another type, so both have the same width; integers, "
            "floats, enums, flags and (to integers) pointers take part."
        ),
        broken=("def f(a: u32) -> u64:\n    return «bitcast(u64, a)»\n"),
        mended=("def f(a: i64) -> u64:\n    return bitcast(u64, a)\n"),
    ),
    Entry(
        name="no-value",
        code="PK0222",
        title="no value",
        message="this has no value",
        explanation="A function without a result can only be called as a statement.",
        broken=("def g() -> None:\n    pass\n\n\ndef f() -> None:\n    x = «g()»\n"),
        mended=("def g() -> u32:\n    return 1\n\n\ndef f() -> None:\n    x = g()\n"),
    ),
    Entry(
        name="not-a-value",
        code="PK0223",
        title="not a value",
        message="`{found}` is not a value",
        explanation="A type, a module or a piece of syntax stands where a value is needed.",
        broken=("def f() -> None:\n    x = «u32»\n"),
        mended=("def f() -> None:\n    x = u32(3)\n"),
    ),
    Entry(
        name="unused-value",
        code="PK0224",
        title="value not used",
        message="this value is not used",
        explanation="A statement that is only an expression has no effect unless it is a call.",
        broken=("def f(a: u32) -> None:\n    «a + 1»\n"),
        mended=("def f(a: u32) -> u32:\n    return a + 1\n"),
    ),
    Entry(
        name="not-callable",
        code="PK0225",
        title="not callable",
        message="{found} can't be called",
        explanation="Functions, methods, classes and function pointers can be called.",
        broken=("def f(a: u32) -> u32:\n    return «a»(1)\n"),
        mended=("def f(a: Fn[[u32], u32]) -> u32:\n    return a(1)\n"),
    ),
    Entry(
        name="argument-count",
        code="PK0226",
        title="wrong number of arguments",
        message="`{name}` takes {expected} argument(s), {found} given",
        explanation="The call does not have the number of arguments its target takes.",
        broken=("def f(a: Fn[[u32], u32]) -> u32:\n    return «a(1, 2)»\n"),
        mended=("def f(a: Fn[[u32], u32]) -> u32:\n    return a(1)\n"),
    ),
    Entry(
        name="too-many-arguments",
        code="PK0227",
        title="too many arguments",
        message="`{name}` takes {most} positional argument(s)",
        explanation="There is no parameter left for this argument.",
        broken=("def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g(1, «2»)\n"),
        mended=("def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g(1)\n"),
    ),
    Entry(
        name="missing-argument",
        code="PK0228",
        title="missing argument",
        message="`{name}` needs `{argument}`",
        explanation="A parameter without a default was given nothing.",
        broken=("def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return «g()»\n"),
        mended=("def g(a: u32 = 3) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g()\n"),
    ),
    Entry(
        name="unknown-argument",
        code="PK0229",
        title="unknown keyword argument",
        message="`{name}` has no parameter `{argument}`",
        explanation="A keyword argument names one of the parameters or fields.",
        broken=(
            "def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g(1, «b=2»)\n"
        ),
        mended=(
            "def g(a: u32, b: u32) -> u32:\n"
            "    return a + b\n"
            "\n"
            "\n"
            "def f() -> u32:\n"
            "    return g(1, b=2)\n"
        ),
    ),
    Entry(
        name="duplicate-argument",
        code="PK0230",
        title="argument given twice",
        message="`{argument}` is given twice",
        explanation="By position and by keyword, or twice by keyword.",
        broken=(
            "def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g(1, «a=2»)\n"
        ),
        mended=("def g(a: u32) -> u32:\n    return a\n\n\ndef f() -> u32:\n    return g(a=2)\n"),
    ),
    Entry(
        name="raising-function-value",
        code="PK0231",
        title="pointer to a function that raises",
        message="`{name}` raises errors, so it can't be a `Fn`",
        explanation=(
            "A call through a pointer has no list of errors; call the function in one that "
            "handles them, and point to that."
        ),
        broken=(
            "class Bad(Error):\n"
            "    pass\n"
            "\n"
            "\n"
            "@raises(Bad)\n"
            "def g() -> None:\n"
            "    raise Bad\n"
            "\n"
            "\n"
            "def f() -> Fn[[], None]:\n"
            "    return «g»\n"
        ),
        mended=("def g() -> None:\n    pass\n\n\ndef f() -> Fn[[], None]:\n    return g\n"),
    ),
    Entry(
        name="method-value",
        code="PK0232",
        title="method used as a value",
        message="`{name}` is a method: call it",
        explanation=(
            "There are no bound methods; a function pointer is made from a module-level function."
        ),
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "    def grow(self) -> None:\n"
            "        self.size += 1\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    x = «box.grow»\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "    def grow(self) -> None:\n"
            "        self.size += 1\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    box.grow()\n"
        ),
    ),
]
