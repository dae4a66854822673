"""Compile time: PK09xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="not-constant",
        code="PK0901",
        title="not a constant expression",
        message="this is not constant",
        explanation=(
            "A constant, an array length, an enum's member and a variable's first value are "
            "computed while compiling: from literals, constants, sizes and `@comptime` functions."
        ),
        broken=("def g() -> u32:\n    return 3\n\n\nLIMIT: Final[u32] = «g()»\n"),
        mended=("@comptime\ndef g() -> int:\n    return 3\n\n\nLIMIT: Final[u32] = g()\n"),
    ),
    Entry(
        name="not-an-integer-constant",
        code="PK0902",
        title="not an integer",
        message="an integer constant is needed, not `{actual}`",
        explanation="Lengths, members and steps are integers.",
        broken=("def f(x: Ptr[Array[u8, «True»]]) -> None:\n    pass\n"),
        mended=("def f(x: Ptr[Array[u8, 1]]) -> None:\n    pass\n"),
    ),
    Entry(
        name="constant-overflow",
        code="PK0903",
        title="constant overflows",
        message="`{text}` overflows `{type}`",
        explanation="Constants are computed in their types, as at run time.",
        broken=("LIMIT: Final[u8] = «u8(200) + u8(100)»\n"),
        mended=("LIMIT: Final[u16] = u16(200) + u16(100)\n"),
    ),
    Entry(
        name="constant-division",
        code="PK0904",
        title="constant division by zero",
        message="division by zero",
        explanation="There is no result.",
        broken=("LIMIT: Final = «4 // 0»\n"),
        mended=("LIMIT: Final = 4 // 2\n"),
    ),
    Entry(
        name="constant-shift",
        code="PK0905",
        title="constant shift out of range",
        message="a shift by {count}",
        explanation="Exact integers are shifted by 0 to 4096.",
        broken=("LIMIT: Final = «1 << 5000»\n"),
        mended=("LIMIT: Final = 1 << 50\n"),
    ),
    Entry(
        name="constant-member",
        code="PK0906",
        title="constant not a member",
        message="{value} is not a member of `{type}`",
        explanation="The conversion would panic.",
        broken=("@enum(u8)\nclass Kind:\n    A = 0\n\n\nKIND: Final = «Kind(3)»\n"),
        mended=("@enum(u8)\nclass Kind:\n    A = 0\n\n\nKIND: Final = Kind(0)\n"),
    ),
    Entry(
        name="constant-null",
        code="PK0907",
        title="constant address 0",
        message="address 0 can't be a `{type}`",
        explanation="A pointer is never null.",
        broken=("BASE: Final = «ptr_at(u32, 0)»\n"),
        mended=("BASE: Final = ptr_at(u32, 4096)\n"),
    ),
    Entry(
        name="constant-needs-type",
        code="PK0908",
        title="constant without a type",
        message="`{name}` is storage: give its type",
        explanation=(
            "An array or struct constant is read-only data; its type says how it is laid out."
        ),
        broken=("BYTES: Final[Array[u8, 2]] = Array(1, 2)\n«TABLE»: Final = BYTES\n"),
        mended=(
            "BYTES: Final[Array[u8, 2]] = Array(1, 2)\nTABLE: Final[Array[u8, 2]] = Array(1, 2)\n"
        ),
    ),
    Entry(
        name="circular-constant",
        code="PK0909",
        title="constant defined by itself",
        message="`{name}` is defined by itself",
        explanation="Constants are computed from others, without a circle.",
        broken="from sample.limits import A\n\nB: Final = «A» + 1\n",
        mended="A: Final = 1\nB: Final = A + 1\n",
        others={"limits.py": "from sample.main import B\n\nA: Final = B + 1\n"},
    ),
    Entry(
        name="float-constant",
        code="PK0910",
        title="float arithmetic at compile time",
        message="float arithmetic is not done at compile time",
        explanation=(
            "The compiler never computes with floats, so that a constant has the bits that were "
            "written."
        ),
        broken=("USES_FLOAT: Final = True\nHALF: Final[f64] = «1.0 / 2.0»\n"),
        mended=("USES_FLOAT: Final = True\nHALF: Final[f64] = 0.5\n"),
    ),
    Entry(
        name="static-assert",
        code="PK0911",
        title="static assertion failed",
        message="static assertion failed: {why}",
        explanation="What the module takes for granted does not hold for this target.",
        broken=('«static_assert(sizeof(u32) == 8, "u32 has 8 bytes")»\n'),
        mended=('static_assert(sizeof(u32) == 4, "u32 has 4 bytes")\n'),
    ),
    Entry(
        name="embed-name",
        code="PK0912",
        title="name of an embedded file",
        message="`embed` takes a file name in quotes",
        explanation="The file is read while compiling.",
        broken=("NAME: Final = 3\nDATA: Final[Slice[u8]] = embed(«NAME»)\n"),
        mended="",
    ),
    Entry(
        name="embed-unreadable",
        code="PK0913",
        title="embedded file can't be read",
        message="`{file}` can't be read: {problem}",
        explanation="The name is relative to the file that embeds it.",
        broken=('DATA: Final[Slice[u8]] = embed(«"no such file"»)\n'),
        mended=('DATA: Final[Slice[u8]] = embed("data.txt")\n'),
        others={"data.txt": "text"},
    ),
    Entry(
        name="comptime-failed",
        code="PK0914",
        title="compile-time function failed",
        message="`{name}` failed: {problem}",
        explanation=(
            "A `@comptime` function is run by CPython while compiling; it raised an exception."
        ),
        broken=("@comptime\ndef g() -> int:\n    return [1][3]\n\n\nLIMIT: Final = «g()»\n"),
        mended=("@comptime\ndef g() -> int:\n    return [1][0]\n\n\nLIMIT: Final = g()\n"),
    ),
    Entry(
        name="comptime-too-long",
        code="PK0915",
        title="compile-time function does not end",
        message="`{name}` runs too long",
        explanation="A `@comptime` function has a budget of lines it may run.",
        broken=(
            "@comptime\ndef g() -> int:\n    while True:\n        pass\n\n\nLIMIT: Final = «g()»\n"
        ),
        mended=("@comptime\ndef g() -> int:\n    return 3\n\n\nLIMIT: Final = g()\n"),
    ),
    Entry(
        name="comptime-result",
        code="PK0916",
        title="result of a compile-time function",
        message="a `{found}` can't be {wanted}",
        explanation="Integers, bools, strings, bytes and lists of them become constants.",
        broken=("@comptime\ndef g() -> float:\n    return 1.5\n\n\nLIMIT: Final[u32] = «g()»\n"),
        mended=("@comptime\ndef g() -> int:\n    return 1\n\n\nLIMIT: Final[u32] = g()\n"),
    ),
    Entry(
        name="comptime-argument",
        code="PK0917",
        title="argument of a compile-time function",
        message="the argument is not an integer, bool or text",
        explanation="Only those can be handed to CPython.",
        broken=(
            "@comptime\n"
            "def g(x: int) -> int:\n"
            "    return 1\n"
            "\n"
            "\n"
            "@value\n"
            "class Point:\n"
            "    x: u32\n"
            "\n"
            "\n"
            "LIMIT: Final = g(«Point(3)»)\n"
        ),
        mended=("@comptime\ndef g(x: int) -> int:\n    return 1\n\n\nLIMIT: Final = g(3)\n"),
    ),
    Entry(
        name="comptime-out-of-place",
        code="PK0918",
        title="compile-time function at run time",
        message="`{name}` exists only at compile time",
        explanation="Its result can be the value of a constant or variable.",
        broken=(
            "@comptime\ndef g() -> int:\n    return 1\n\n\ndef f() -> u32:\n    return «g»()\n"
        ),
        mended=(
            "@comptime\n"
            "def g() -> int:\n"
            "    return 1\n"
            "\n"
            "\n"
            "ONE: Final[u32] = g()\n"
            "\n"
            "\n"
            "def f() -> u32:\n"
            "    return ONE\n"
        ),
    ),
]
