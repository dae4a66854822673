"""Elements, text, initial values and cells: PK02xx, third part."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="unpack",
        code="PK0233",
        title="wrong number of names",
        message="{count} name(s) for a `{type}`",
        explanation="Unpacking takes a tuple with as many items as there are names.",
        broken=(
            "def g() -> tuple[u32, u32]:\n"
            "    return 1, 2\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    «a, b, c» = g()\n"
        ),
        mended=(
            "def g() -> tuple[u32, u32]:\n    return 1, 2\n\n\ndef f() -> None:\n    a, b = g()\n"
        ),
    ),
    Entry(
        name="tuple-index",
        code="PK0234",
        title="tuple index not a literal",
        message="a tuple is indexed with a literal",
        explanation=(
            "The items have different types, so which one is meant must be known at compile time."
        ),
        broken=("def f(t: tuple[u32, bool], i: u32) -> u32:\n    return t[«i»]\n"),
        mended=("def f(t: tuple[u32, bool]) -> u32:\n    return t[0]\n"),
    ),
    Entry(
        name="not-indexable",
        code="PK0235",
        title="not indexable",
        message="`{type}` can't be indexed",
        explanation="Arrays, slices, tuples and classes with `__getitem__` can.",
        broken=("def f(a: u32) -> u32:\n    return «a»[0]\n"),
        mended=("def f(a: Slice[u32]) -> u32:\n    return a[0]\n"),
    ),
    Entry(
        name="not-sliceable",
        code="PK0236",
        title="not sliceable",
        message="`{type}` can't be sliced",
        explanation="Arrays and slices can.",
        broken=("def f(a: u32) -> Slice[u32]:\n    return «a»[0:1]\n"),
        mended=("def f(a: Slice[u32]) -> Slice[u32]:\n    return a[0:1]\n"),
    ),
    Entry(
        name="index-type",
        code="PK0237",
        title="index not an integer",
        message="an index is an unsigned integer, not {type}",
        explanation="Elements are counted from 0.",
        broken=("def f(a: Slice[u32], i: bool) -> u32:\n    return a[«i»]\n"),
        mended=("def f(a: Slice[u32], i: u32) -> u32:\n    return a[i]\n"),
    ),
    Entry(
        name="no-length",
        code="PK0238",
        title="no length",
        message="{type} has no length",
        explanation="Arrays, slices and classes with `__len__` have one.",
        broken=("def f(a: u32) -> usize:\n    return len(«a»)\n"),
        mended=("def f(a: Slice[u32]) -> usize:\n    return len(a)\n"),
    ),
    Entry(
        name="len-of-str",
        code="PK0239",
        title="length of a text",
        message="a `Str` has bytes and characters: say which",
        explanation=(
            "Python counts characters, the machine bytes; they differ, so neither is picked."
        ),
        broken=("def f(a: Str) -> usize:\n    return len(«a»)\n"),
        mended=("def f(a: Str) -> usize:\n    return len(utf8(a))\n"),
        help="`len(utf8(text))` counts bytes",
    ),
    Entry(
        name="not-a-container",
        code="PK0240",
        title="not a container",
        message="`in` does not look into {type}",
        explanation="Flags and classes with `__contains__` can be looked into.",
        broken=("def f(a: u32, b: Slice[u32]) -> bool:\n    return a in «b»\n"),
        mended=(
            "@flags(u8)\n"
            "class Rights:\n"
            "    READ = 1\n"
            "\n"
            "\n"
            "def f(r: Rights) -> bool:\n"
            "    return Rights.READ in r\n"
        ),
    ),
    Entry(
        name="not-formattable",
        code="PK0241",
        title="type without a text form",
        message="{type} can't be formatted",
        explanation="Integers, bools, `Str`, `Slice[u8]`, pointers and enums can be shown.",
        broken=('def f(a: tuple[u32, u32]) -> None:\n    panic(f"«{a}»")\n'),
        mended=('def f(a: tuple[u32, u32]) -> None:\n    panic(f"{a[0]}")\n'),
    ),
    Entry(
        name="format-spec",
        code="PK0242",
        title="bad format specification",
        message="`{spec}` is not a format specification",
        explanation=(
            "`[[fill]align][sign][#][0][width][,_][.precision][type]`; fill is one ASCII "
            "character, width up to 255."
        ),
        broken=('def f(a: u32) -> None:\n    panic(f"{a:«zz»}")\n'),
        mended=('def f(a: u32) -> None:\n    panic(f"{a:8x}")\n'),
    ),
    Entry(
        name="format-spec-type",
        code="PK0243",
        title="format specification for another type",
        message="`{spec}` does not go with {type}",
        explanation="Each part of a specification belongs to numbers or to texts.",
        broken=('def f(a: u32) -> None:\n    panic(f"{a:«.3»}")\n'),
        mended=('def f(a: u32) -> None:\n    panic(f"{a:3}")\n'),
    ),
    Entry(
        name="format-conversion",
        code="PK0244",
        title="conversion in an f-string",
        message="`!{conversion}` is not in the dialect",
        explanation="There is one text form of each type.",
        broken=('def f(a: u32) -> None:\n    panic(f"«{a!r}»")\n'),
        mended=('def f(a: u32) -> None:\n    panic(f"{a}")\n'),
    ),
    Entry(
        name="f-string-out-of-place",
        code="PK0245",
        title="f-string out of place",
        message="an f-string can only be an argument of type `Format`",
        explanation=(
            "Formatting allocates nothing: the pieces live in the caller's frame until the "
            "function that was given them returns."
        ),
        broken=('def f(a: u32) -> None:\n    x = «f"{a}"»\n'),
        mended=('def f(a: u32) -> None:\n    panic(f"{a}")\n'),
    ),
    Entry(
        name="bytes-literal",
        code="PK0246",
        title="bytes literal",
        message='bytes are written `utf8("…")` or `Array(…)`',
        explanation="A bytes literal has no type of the dialect.",
        broken=('def f() -> Slice[u8]:\n    return «b"abc"»\n'),
        mended=('def f() -> Slice[u8]:\n    return utf8("abc")\n'),
    ),
    Entry(
        name="ellipsis",
        code="PK0247",
        title="`...` as a value",
        message="`...` stands only for the body of an `@extern` function or a protocol's method",
        explanation="It marks a body that is elsewhere.",
        broken=("def f() -> None:\n    x = «...»\n"),
        mended=("@extern\ndef f() -> None: ...\n"),
    ),
    Entry(
        name="zeroed-without-type",
        code="PK0248",
        title="`zeroed()` without a type",
        message="nothing here says what `zeroed()` is",
        explanation=(
            "`zeroed()` takes its type from the context: an annotated variable, a parameter, a "
            "field."
        ),
        broken=("def f() -> None:\n    x = «zeroed()»\n"),
        mended=("def f() -> None:\n    x: Array[u8, 4] = zeroed()\n"),
    ),
    Entry(
        name="not-zeroable",
        code="PK0249",
        title="no zero value",
        message="zero bytes are not a `{type}`: `{part}` is never all zero",
        explanation=(
            "A pointer that is never null and an enum without a member 0 have no zero value."
        ),
        broken=(
            "@struct\n"
            "class Box:\n"
            "    next: Ptr[u32]\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    box: Box = «zeroed()»\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    next: Ptr[u32] | None\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    box: Box = zeroed()\n"
        ),
    ),
    Entry(
        name="initializer",
        code="PK0250",
        title="not an initial value",
        message="a `{type}` starts with its constructor, `Array(…)` or `zeroed()`, not {actual}",
        explanation="Storage is initialised in place.",
        broken=("def f(x: u32) -> None:\n    a: Array[u8, 4] = «x»\n"),
        mended=("def f() -> None:\n    a: Array[u8, 4] = Array(1, 2, 3, 4)\n"),
    ),
    Entry(
        name="initializer-out-of-place",
        code="PK0251",
        title="initialiser out of place",
        message="`{name}(…)` can only be an initial value",
        explanation="It describes what a variable or field starts with.",
        broken=("def f() -> None:\n    x = «Atomic(3)»\n"),
        mended=("x: Atomic[u32] = Atomic(3)\n"),
    ),
    Entry(
        name="array-count",
        code="PK0252",
        title="wrong number of elements",
        message="{expected} elements are needed, not {found}",
        explanation="An array's length is part of its type.",
        broken=("def f() -> None:\n    a: Array[u8, 4] = «Array(1, 2)»\n"),
        mended=("def f() -> None:\n    a: Array[u8, 2] = Array(1, 2)\n"),
    ),
    Entry(
        name="chained-assignment",
        code="PK0253",
        title="chained assignment",
        message="assign one target at a time",
        explanation="`a = b = c` hides which conversions happen.",
        broken=("def f() -> None:\n    a: u32 = 0\n    b: u32 = 0\n    «a = b = 1»\n"),
        mended=("def f() -> None:\n    a: u32 = 1\n    b: u32 = 1\n"),
    ),
    Entry(
        name="not-a-place",
        code="PK0254",
        title="not a place",
        message="this can't be assigned or pointed at",
        explanation="A variable, field, element or global is storage; a value is not.",
        broken=("def f(a: u32) -> Ptr[u32]:\n    return ref(«a + 1»)\n"),
        mended=("count: u32 = 0\n\n\ndef f() -> Ptr[u32]:\n    return ref(count)\n"),
    ),
    Entry(
        name="no-attribute",
        code="PK0255",
        title="no such attribute",
        message="`{type}` has no `{name}`",
        explanation="The class has no field, method, member or constant of this name.",
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> u32:\n"
            "    return box.«sise»\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> u32:\n"
            "    return box.size\n"
        ),
    ),
    Entry(
        name="float-in-kernel",
        code="PK0256",
        title="float in kernel code",
        message="floats need `USES_FLOAT: Final = True` in this module",
        explanation=(
            "Kernel code is compiled without floating-point registers, so that interrupts need "
            "not save them."
        ),
        broken=("def f() -> None:\n    x = «1.5»\n"),
        mended=("USES_FLOAT: Final = True\n\n\ndef f() -> None:\n    x = 1.5\n"),
    ),
    Entry(
        name="unsigned-only",
        code="PK0257",
        title="unsigned integers only",
        message="`{name}` works on unsigned integers, not {type}",
        explanation="The bits of a number are counted on an unsigned type; convert with `bitcast`.",
        broken=("def f(a: i32) -> u32:\n    return clz(«a»)\n"),
        mended=("def f(a: i32) -> u32:\n    return clz(bitcast(u32, a))\n"),
    ),
    Entry(
        name="identity-of-value",
        code="PK0258",
        title="`is` on values",
        message="`{op}` compares pointers",
        explanation="Values have no identity.",
        broken=("def f(a: u32, b: u32) -> bool:\n    return «a is b»\n"),
        mended=("def f(a: u32, b: u32) -> bool:\n    return a == b\n"),
        help="use `==` or `!=`",
    ),
    Entry(
        name="pointer-equality",
        code="PK0259",
        title="`{op}` on pointers",
        message="pointers are compared with `is` and `is not`, not `{op}`",
        explanation="`is` asks whether two pointers lead to the same place.",
        broken=("def f(a: Ptr[u32], b: Ptr[u32]) -> bool:\n    return «a == b»\n"),
        mended=("def f(a: Ptr[u32], b: Ptr[u32]) -> bool:\n    return a is b\n"),
    ),
    Entry(
        name="per-cpu-access",
        code="PK0260",
        title="per-CPU variable used directly",
        message="`{name}` has one instance for each CPU",
        explanation="`get()` and `set(v)` reach this CPU's instance, `ptr()` that of a struct.",
        broken=("current: PerCpu[u32] = PerCpu(0)\n\n\ndef f() -> u32:\n    return «current»\n"),
        mended=(
            "current: PerCpu[u32] = PerCpu(0)\n\n\ndef f() -> u32:\n    return current.get()\n"
        ),
    ),
    Entry(
        name="per-cpu-operation",
        code="PK0261",
        title="no such per-CPU operation",
        message="a per-CPU `{type}` has {names}",
        explanation=(
            "Scalars and values are read and written whole; a struct is reached through its "
            "pointer."
        ),
        broken=(
            "current: PerCpu[u32] = PerCpu(0)\n\n\ndef f() -> u32:\n    return current.«load»()\n"
        ),
        mended=(
            "current: PerCpu[u32] = PerCpu(0)\n\n\ndef f() -> u32:\n    return current.get()\n"
        ),
    ),
    Entry(
        name="per-cpu-value",
        code="PK0262",
        title="initial value of a per-CPU variable",
        message="a per-CPU variable starts with `PerCpu(value)`",
        explanation="Every CPU's instance starts with the same value.",
        broken=("current: PerCpu[u32] = «0»\n"),
        mended=("current: PerCpu[u32] = PerCpu(0)\n"),
    ),
    Entry(
        name="field-type",
        code="PK0263",
        title="type a field can't have",
        message="a field can't be a `{type}`",
        explanation=(
            "`Format` lives only as long as the call it is passed to, `PerCpu` only at module "
            "level."
        ),
        broken=("@struct\nclass Box:\n    text: «Format»\n"),
        mended=("@struct\nclass Box:\n    text: Str\n"),
    ),
]
