"""Types: PK02xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="not-a-type",
        code="PK0201",
        title="not a type",
        message="`{found}` is not a type",
        explanation=(
            "An annotation names a type: one of the language's, or a class or alias of the program."
        ),
        broken=("def f(x: «3») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="quoted-annotation",
        code="PK0203",
        title="quoted annotation",
        message="annotations need no quotes",
        explanation=(
            "With `from __future__ import annotations` a name may be used in an annotation "
            "before it is defined."
        ),
        broken=('def f(x: «"u32"») -> None:\n    pass\n'),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="union-type",
        code="PK0204",
        title="union of types",
        message="only `T | None` is a union here",
        explanation="The one union is a pointer that may be None.",
        broken=("def f(x: «u32 | u64») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[u32] | None) -> None:\n    pass\n"),
    ),
    Entry(
        name="optional-of-non-pointer",
        code="PK0205",
        title="None for what is not a pointer",
        message="only a pointer can be None, not `{type}`",
        explanation=(
            "A nullable pointer is the address 0. Other types have no value to spare; use an "
            "error, a flag or a value that means nothing."
        ),
        broken=("def f(x: «u32 | None») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[u32] | None) -> None:\n    pass\n"),
    ),
    Entry(
        name="type-argument-count",
        code="PK0206",
        title="wrong number of type arguments",
        message="`{name}` takes {expected} type argument(s)",
        explanation="Each of the type's parameters needs an argument.",
        broken=("def f(x: «Array[u8]») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[Array[u8, 4]]) -> None:\n    pass\n"),
    ),
    Entry(
        name="type-arguments-missing",
        code="PK0207",
        title="type arguments missing",
        message="`{name}` is generic: say `{name}[…]`",
        explanation="A generic class is a type once its type arguments are given.",
        broken=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@struct\n"
            "class Box(Generic[T]):\n"
            "    item: T\n"
            "\n"
            "\n"
            "def f(x: Ptr[«Box»]) -> None:\n"
            "    pass\n"
        ),
        mended=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@struct\n"
            "class Box(Generic[T]):\n"
            "    item: T\n"
            "\n"
            "\n"
            "def f(x: Ptr[Box[u32]]) -> None:\n"
            "    pass\n"
        ),
    ),
    Entry(
        name="not-generic",
        code="PK0208",
        title="not a generic type",
        message="`{name}` takes no type arguments",
        explanation=(
            "Only `Ptr`, `Array`, `Slice`, `Fn`, `tuple`, the cells and generic classes take "
            "type arguments."
        ),
        broken=("def f(x: «u32[u8]») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="circular-alias",
        code="PK0209",
        title="alias of itself",
        message="`{name}` is defined by itself",
        explanation="A type alias must lead to a type.",
        broken=("Name: TypeAlias = Slice[«Name»]\n\n\ndef f(x: Name) -> None:\n    pass\n"),
        mended=("Name: TypeAlias = Slice[u8]\n\n\ndef f(x: Name) -> None:\n    pass\n"),
    ),
    Entry(
        name="array-length",
        code="PK0210",
        title="bad array length",
        message="an array can't have {count} elements",
        explanation="The length of an array is a constant from 0 to 2**32 - 1.",
        broken=("def f(x: Ptr[Array[u8, «-1»]]) -> None:\n    pass\n"),
        mended=("def f(x: Ptr[Array[u8, 1]]) -> None:\n    pass\n"),
    ),
    Entry(
        name="cell-element",
        code="PK0211",
        title="type a cell can't hold",
        message="`{name}` can't hold `{type}`",
        explanation=(
            "`Atomic` holds integers, bools, enums and pointers, `Mmio` integers and enums: what "
            "the machine accesses in one piece."
        ),
        broken=("cell: Atomic[«Str»] = zeroed()\n"),
        mended=("cell: Atomic[u32] = zeroed()\n"),
    ),
    Entry(
        name="fn-parameters",
        code="PK0212",
        title="`Fn` needs a list of parameters",
        message="the parameters of `Fn` stand in brackets",
        explanation="`Fn[[A, B], R]`: the parameter types in a list, then the result.",
        broken=("def f(x: Fn[«u32», u32]) -> None:\n    pass\n"),
        mended=("def f(x: Fn[[u32], u32]) -> None:\n    pass\n"),
    ),
    Entry(
        name="place-by-value",
        code="PK0213",
        title="struct or array by value",
        message="`{type}` can't be passed by value",
        explanation=(
            "Structs, arrays and cells have identity: they are never copied silently. Pass a "
            "`Ptr` to one, or a `Slice` of an array."
        ),
        broken=(
            "@struct\nclass Box:\n    size: u32 = 0\n\n\ndef f(box: «Box») -> None:\n    pass\n"
        ),
        mended=(
            "@struct\nclass Box:\n    size: u32 = 0\n\n\ndef f(box: Ptr[Box]) -> None:\n    pass\n"
        ),
        help="`Ptr[{type}]`",
    ),
    Entry(
        name="missing-annotation",
        code="PK0214",
        title="missing annotation",
        message="the {what} of a function needs a type: `{name}`",
        explanation=(
            "Signatures are written in full, so that a caller can be checked without the body."
        ),
        broken=("def f(«x») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="parameter-type",
        code="PK0215",
        title="parameter type without values",
        message="a parameter can't be a `{type}`",
        explanation="There is nothing to pass.",
        broken=("def f(«x: None») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="variable-type",
        code="PK0216",
        title="variable type without values",
        message="a variable can't be a `{type}`",
        explanation="There is nothing to store.",
        broken=("def f() -> None:\n    x: «None» = None\n"),
        mended=("def f() -> None:\n    x: Ptr[u32] | None = None\n"),
    ),
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
