"""Integers: PK03xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="which-width",
        code="PK0301",
        title="integer without a width",
        message="which width has {value}?",
        explanation="An exact integer takes the type its context asks for. Here nothing asks.",
        broken=("def f() -> None:\n    x = «3»\n"),
        mended=("def f() -> None:\n    x: u32 = 3\n"),
        help="`u32({value})`, or give the variable a type",
    ),
    Entry(
        name="literal-does-not-fit",
        code="PK0302",
        title="literal does not fit",
        message="{value} does not fit `{type}`",
        explanation="The value is outside what the type can hold.",
        broken=("def f() -> u8:\n    return «300»\n"),
        mended=("def f() -> u16:\n    return 300\n"),
    ),
    Entry(
        name="integer-conversion",
        code="PK0303",
        title="conversion that may lose something",
        message="a `{actual}` does not always fit `{wanted}`",
        explanation=(
            "Integers widen by themselves only where every value of the one is a value of the "
            "other, on every target."
        ),
        broken=("def f(a: u64) -> u32:\n    return «a»\n"),
        mended=("def f(a: u64) -> u32:\n    return u32(a)\n"),
        help="`{wanted}(…)` checks, `truncate({wanted}, …)` keeps the low bits",
    ),
    Entry(
        name="no-common-integer",
        code="PK0304",
        title="no type holds both operands",
        message="no integer type holds both `{left}` and `{right}`",
        explanation=(
            "An operation on two widths is done in the one that holds both; neither does. "
            "Convert one."
        ),
        broken=("def f(a: u32, b: i32) -> i32:\n    return «a + b»\n"),
        mended=("def f(a: u32, b: i32) -> i64:\n    return i64(a) + b\n"),
    ),
    Entry(
        name="negative-unsigned",
        code="PK0305",
        title="negative of an unsigned integer",
        message="`-` of a `{type}` is never a `{type}`, but for 0",
        explanation="Negating an unsigned integer overflows.",
        broken=("def f(a: u32) -> u32:\n    return «-a»\n"),
        mended=("def f(a: u32) -> u32:\n    return wrapping_neg(a)\n"),
        help="`wrapping_neg(…)`, or convert to a signed type first",
    ),
    Entry(
        name="true-division",
        code="PK0306",
        title="`/` on integers",
        message="`/` is for floats",
        explanation="Python's `/` gives a float. `//` floors.",
        broken=("def f(a: u32) -> u32:\n    return «a / 2»\n"),
        mended=("def f(a: u32) -> u32:\n    return a // 2\n"),
        help="`//`",
    ),
    Entry(
        name="power",
        code="PK0307",
        title="`**` at run time",
        message="`**` is for constants",
        explanation=(
            "Powers are compile-time arithmetic; at run time say the multiplication or shift "
            "that is meant."
        ),
        broken=("def f(a: u32) -> u32:\n    return a «**» 2\n"),
        mended=("def f(a: u32) -> u32:\n    return a * a\n"),
    ),
    Entry(
        name="shift-count",
        code="PK0308",
        title="shift by the width or more",
        message="`{type}` can't be shifted by {count}",
        explanation="A shift count is from 0 to the width less one.",
        broken=("def f(a: u32) -> u32:\n    return a >> «32»\n"),
        mended=("def f(a: u32) -> u32:\n    return a >> 31\n"),
    ),
    Entry(
        name="signed-shift",
        code="PK0309",
        title="shift by a signed integer",
        message="a shift count is unsigned, not `{type}`",
        explanation="A negative count has no meaning.",
        broken=("def f(a: u32, n: i32) -> u32:\n    return a >> «n»\n"),
        mended=("def f(a: u32, n: u32) -> u32:\n    return a >> n\n"),
    ),
    Entry(
        name="signed-index",
        code="PK0310",
        title="signed index",
        message="an index is unsigned, not `{type}`",
        explanation=(
            "In Python a negative index counts from the end; so that a file means one thing, an "
            "index can't be negative."
        ),
        broken=("def f(a: Slice[u32], i: i32) -> u32:\n    return a[«i»]\n"),
        mended=("def f(a: Slice[u32], i: i32) -> u32:\n    return a[usize(i)]\n"),
        help="`usize(…)` checks that it is not negative",
    ),
    Entry(
        name="negative-index",
        code="PK0311",
        title="negative index",
        message="a negative index counts from the end in Python and is not in the dialect",
        explanation="Say how far from the end: `s[len(s) - 1]`.",
        broken=("def f(a: Slice[u32]) -> u32:\n    return a[«-1»]\n"),
        mended=("def f(a: Slice[u32]) -> u32:\n    return a[len(a) - 1]\n"),
    ),
    Entry(
        name="index-out-of-range",
        code="PK0312",
        title="index out of range",
        message="index {index} is out of range: the length is {length}",
        explanation="The index and the length are both known here.",
        broken=("def f(a: Ptr[Array[u32, 4]]) -> u32:\n    return a[«4»]\n"),
        mended=("def f(a: Ptr[Array[u32, 4]]) -> u32:\n    return a[3]\n"),
    ),
    Entry(
        name="not-an-integer-type",
        code="PK0313",
        title="not an integer type",
        message="`{found}` is not an integer type",
        explanation="Only integer types have a least and a greatest value and a number of bits.",
        broken=("def f() -> u32:\n    return max_of(«bool»)\n"),
        mended=("def f() -> u32:\n    return max_of(u32)\n"),
    ),
    Entry(
        name="range-type",
        code="PK0314",
        title="range over what is not an integer",
        message="a range counts integers, not `{type}`",
        explanation="`range` takes integers of one type.",
        broken=("def f(n: bool) -> None:\n    for i in «range(n, n)»:\n        pass\n"),
        mended=("def f(n: u32) -> None:\n    for i in range(n, n):\n        pass\n"),
    ),
    Entry(
        name="range-step",
        code="PK0315",
        title="range with step 0",
        message="the step of a range can't be 0",
        explanation="It would never end.",
        broken=("def f() -> None:\n    for i in range(0, 4, «0»):\n        pass\n"),
        mended=("def f() -> None:\n    for i in range(0, 4, 2):\n        pass\n"),
    ),
    Entry(
        name="range-step-signed",
        code="PK0316",
        title="signed step that is not constant",
        message="a step that is not constant is unsigned, not `{type}`",
        explanation="Which way a range counts is known at compile time.",
        broken=("def f(n: i32, s: i32) -> None:\n    for i in range(0, n, «s»):\n        pass\n"),
        mended=("def f(n: u32, s: u32) -> None:\n    for i in range(0, n, s):\n        pass\n"),
    ),
]
