"""Names and imports: PK01xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="unknown-name",
        code="PK0101",
        title="unknown name",
        message="`{name}` is not defined",
        explanation=(
            "Nothing of this name is in scope: not a local, not a module-level name, not an "
            "import, not a builtin of the dialect."
        ),
        broken=("def f() -> u32:\n    return «count»\n"),
        mended=("count: u32 = 3\n\n\ndef f() -> u32:\n    return count\n"),
    ),
    Entry(
        name="duplicate-name",
        code="PK0102",
        title="name defined twice",
        message="`{name}` is already defined",
        explanation=(
            "A name means one thing in its scope: a module-level name, a field, a member, a "
            "parameter or a method can be defined once."
        ),
        broken=("def f() -> None:\n    pass\n\n\ndef «f»() -> None:\n    pass\n"),
        mended=("def f() -> None:\n    pass\n\n\ndef g() -> None:\n    pass\n"),
    ),
    Entry(
        name="no-such-module",
        code="PK0103",
        title="no such module",
        message="there is no module `{module}`",
        explanation=(
            "An import names a file of the project, from the folder that holds the compiled "
            "folder: `kernel_src.mm.frames` is `kernel_src/mm/frames.py`."
        ),
        broken=("from «elsewhere.thing» import f\n"),
        mended=("from pykern.lang import u32\n\nONE: Final[u32] = 1\n"),
    ),
    Entry(
        name="no-such-name",
        code="PK0104",
        title="the module has no such name",
        message="`{module}` has no `{name}`",
        explanation="The module exists, but nothing in it has this name.",
        broken=("from pykern.rt.format import «missing»\n"),
        mended=(
            "from pykern.rt.format import digit\n\n\ndef f() -> u8:\n    return digit(3, False)\n"
        ),
    ),
    Entry(
        name="import-language-by-name",
        code="PK0105",
        title="language names are imported one by one",
        message="names of `{module}` are imported by name",
        explanation=(
            "The dialect's own names stand for themselves, so they are imported with `from "
            "pykern.lang import …`."
        ),
        broken=("import «pykern.lang»\n"),
        mended=("from pykern.lang import u32\n\nONE: Final[u32] = 1\n"),
        help="from {module} import …",
    ),
    Entry(
        name="unreadable-file",
        code="PK0106",
        title="file can't be read",
        message="{path}: {problem}",
        explanation="The file exists but could not be read.",
        broken="",
        mended="",
    ),
    Entry(
        name="module-level-statement",
        code="PK0107",
        title="statement at module level",
        message="this can't stand at module level",
        explanation=(
            "Nothing runs at import. A module holds imports, functions, classes, typed "
            "variables, constants, type aliases, type variables, `static_assert` and conditions "
            "on the build."
        ),
        broken=("def f() -> None:\n    pass\n\n\n«f()»\n"),
        mended=("def f() -> None:\n    pass\n"),
    ),
    Entry(
        name="variable-without-type",
        code="PK0108",
        title="module variable without a type",
        message="`{name}` needs a type",
        explanation=(
            "A module-level assignment declares a variable or constant, and its type is part of "
            "the module's interface."
        ),
        broken=("«limit» = 5\n"),
        mended=("limit: u32 = 5\n"),
        help="write `{name}: T = …`, or `{name}: Final = …` for a constant",
    ),
    Entry(
        name="variable-without-value",
        code="PK0109",
        title="module variable without a value",
        message="`{name}` needs a value",
        explanation=(
            "Module variables are initialised at compile time; `zeroed()` is the value of all "
            "zero bytes."
        ),
        broken=("«count»: u32\n"),
        mended=("count: u32 = 0\n"),
    ),
    Entry(
        name="constant-without-value",
        code="PK0110",
        title="constant without a value",
        message="the constant `{name}` needs a value",
        explanation="A `Final` is its value.",
        broken=("«LIMIT: Final[u32]»\n"),
        mended=("LIMIT: Final[u32] = 4\n"),
    ),
    Entry(
        name="maybe-unassigned",
        code="PK0111",
        title="may have no value here",
        message="`{name}` may have no value here",
        explanation="On some way to this place the variable has not been given a value.",
        broken=("def f(a: bool) -> u32:\n    if a:\n        x: u32 = 1\n    return «x»\n"),
        mended=("def f(a: bool) -> u32:\n    x: u32 = 0\n    if a:\n        x = 1\n    return x\n"),
    ),
    Entry(
        name="global-not-declared",
        code="PK0112",
        title="assignment to an outer name",
        message="`{name}` is not a variable of this function",
        explanation=(
            "An augmented assignment changes a variable of the function, unless `global` says "
            "that the module's is meant."
        ),
        broken=("count: u32 = 0\n\n\ndef f() -> None:\n    «count» += 1\n"),
        mended=("count: u32 = 0\n\n\ndef f() -> None:\n    global count\n    count += 1\n"),
        help="`global {name}` before it, if the module's variable is meant",
    ),
    Entry(
        name="global-after-local",
        code="PK0113",
        title="`global` comes too late",
        message="`{name}` is already a variable of this function",
        explanation="`global` must come before the first use of the name in the function.",
        broken=("count: u32 = 0\n\n\ndef f(count: u32) -> None:\n    global «count»\n"),
        mended=(
            "count: u32 = 0\n"
            "\n"
            "\n"
            "def f(number: u32) -> None:\n"
            "    global count\n"
            "    count = number\n"
        ),
    ),
    Entry(
        name="not-a-global",
        code="PK0114",
        title="not a module variable",
        message="`{name}` is not a variable of this module",
        explanation=(
            "`global` names variables of the module, so that a function can assign them. "
            "Constants can't be assigned, and another module's variables are reached through the "
            "module."
        ),
        broken=("LIMIT: Final = 4\n\n\ndef f() -> None:\n    global «LIMIT»\n"),
        mended=("limit: u32 = 4\n\n\ndef f() -> None:\n    global limit\n    limit = 5\n"),
    ),
    Entry(
        name="redeclared",
        code="PK0115",
        title="declared twice with different types",
        message="`{name}` is a `{first}`, not a `{second}`",
        explanation="A variable has one type in the whole function.",
        broken=("def f() -> None:\n    x: u32 = 1\n    «x»: u64 = 2\n"),
        mended=("def f() -> None:\n    x: u32 = 1\n    y: u64 = 2\n"),
    ),
    Entry(
        name="annotated-target",
        code="PK0116",
        title="only a new variable takes a type",
        message="a type can only be given to a variable of this function",
        explanation="Fields have their types in their class, module variables in their module.",
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    «box.size»: u32 = 3\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    box.size = 3\n"
        ),
    ),
    Entry(
        name="local-constant",
        code="PK0117",
        title="`Final` in a function",
        message="constants are declared at module or class level",
        explanation="Inside a function a variable that is never assigned again needs no mark.",
        broken=("def f() -> u32:\n    «LIMIT: Final = 4»\n    return 3\n"),
        mended=("LIMIT: Final = 4\n\n\ndef f() -> u32:\n    return LIMIT\n"),
    ),
    Entry(
        name="unknown-decorator",
        code="PK0119",
        title="unknown decorator",
        message="`{name}` is not a decorator of the dialect here",
        explanation="Only the decorators of `pykern.lang` (and `@staticmethod` on methods) exist.",
        broken=("@«staticmethod»\ndef f() -> None:\n    pass\n"),
        mended=("@inline\ndef f() -> None:\n    pass\n"),
    ),
    Entry(
        name="duplicate-decorator",
        code="PK0120",
        title="decorator given twice",
        message="`@{name}` is given twice",
        explanation="Once is enough.",
        broken=("@inline\n@«inline»\ndef f() -> None:\n    pass\n"),
        mended=("@inline\ndef f() -> None:\n    pass\n"),
    ),
    Entry(
        name="decorator-arguments",
        code="PK0121",
        title="wrong arguments for a decorator",
        message="wrong number of arguments for `@{name}`",
        explanation=(
            "`@raises` takes one error or more, `@export` and `@section` a name, `@extern` "
            "nothing, a symbol, or a module and a name; the others take nothing."
        ),
        broken=("@«export»\ndef f() -> None:\n    pass\n"),
        mended=('@export("f")\ndef f() -> None:\n    pass\n'),
    ),
    Entry(
        name="assign-to-constant",
        code="PK0122",
        title="assignment to a constant",
        message="`{name}` is a constant",
        explanation="A `Final` never changes.",
        broken=("LIMIT: Final[u32] = 4\n\n\ndef f() -> None:\n    store(ref(«LIMIT»), 5)\n"),
        mended=("limit: u32 = 4\n\n\ndef f() -> None:\n    store(ref(limit), 5)\n"),
    ),
    Entry(
        name="used-before-definition",
        code="PK0123",
        title="used before its definition",
        message="`{name}` is defined further down",
        explanation=(
            "Outside functions Python runs a file from top to bottom, and what a constant, a "
            "variable, "
            "a field or a default starts with is evaluated there."
        ),
        broken="A: Final = «B» + 1\nB: Final = 1\n",
        mended="B: Final = 1\nA: Final = B + 1\n",
    ),
]
