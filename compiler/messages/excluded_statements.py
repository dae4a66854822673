"""Python statements and definitions that are not in the dialect: PK112x and PK113x."""

from __future__ import annotations

from compiler.messages.entry import Entry

_FULL = "class Full(Error):\n    pass\n\n@raises(Full)\ndef fill() -> None:\n    raise Full\n\n"

ENTRIES: list[Entry] = [
    Entry(
        name="nested-function",
        code="PK1120",
        title="no functions inside functions",
        message="'{name}' is defined inside a function",
        help="move it to module level and pass what it needs as parameters",
        explanation="""
            A function inside a function would see its variables: a closure, which needs memory that
            somebody has to free. Functions stand at module level or in classes.
            """,
        broken="def f() -> u32:\n    def «g»() -> u32:\n        return 1\n    return g()\n",
        mended="def g() -> u32:\n    return 1\n\ndef f() -> u32:\n    return g()\n",
    ),
    Entry(
        name="nested-class",
        code="PK1121",
        title="no classes inside functions or classes",
        message="the class '{name}' is not at module level",
        help="move it to module level",
        explanation="Every class is known to the whole module, so it stands at module level.",
        broken="def f() -> None:\n    @struct\n    class «Point»:\n        x: u32\n",
        mended="@struct\nclass Point:\n    x: u32\n",
    ),
    Entry(
        name="star-parameter",
        code="PK1122",
        title="no variable number of parameters",
        message="the dialect has no '{parameter}' parameter",
        help="take a 'Slice', or one parameter for each argument",
        explanation="""
            How many arguments a function takes is part of its type. Many values of one type are a
            `Slice`. The one exception is `def __exit__(self, *_: object) -> None`, because Python
            passes three arguments there.
            """,
        broken="def total(«*values: u32») -> u32:\n    return 0\n",
        mended="def total(values: Slice[u32]) -> u32:\n    return 0\n",
    ),
    Entry(
        name="positional-only",
        code="PK1123",
        title="no positional-only parameters",
        message="the dialect has no '/' between parameters",
        help="leave it out",
        explanation=(
            "Every parameter can be given by position or by keyword, or only by keyword after a "
            "`*`."
        ),
        broken="def f(x: u32, «/») -> u32:\n    return x\n",
        mended="def f(x: u32) -> u32:\n    return x\n",
    ),
    Entry(
        name="class-keyword",
        code="PK1124",
        title="no keywords of classes",
        message="the dialect has no class keywords such as '{keyword}='",
        help="options of a class are arguments of its decorator: '@struct(packed=True)'",
        explanation=(
            "Metaclasses and their options are run-time machinery that the dialect does not have."
        ),
        broken="@struct\nclass Point(«metaclass=u32»):\n    x: u32\n",
        mended="@struct\nclass Point:\n    x: u32\n",
    ),
    Entry(
        name="del",
        code="PK1125",
        title="no 'del'",
        message="the dialect has no 'del'",
        help="a variable ends with its function; to clear a struct, call 'zero'",
        explanation=(
            "Nothing is unbound at run time: a name means one place for as long as its scope lives."
        ),
        broken="def f(x: u32) -> None:\n    «del x»\n",
        mended="def f(x: u32) -> None:\n    pass\n",
    ),
    Entry(
        name="nonlocal",
        code="PK1126",
        title="no 'nonlocal'",
        message="the dialect has no 'nonlocal'",
        explanation=(
            "There are no functions inside functions, so there are no variables of an enclosing "
            "one."
        ),
        broken="def f() -> None:\n    «nonlocal x»\n",
        mended="def f() -> None:\n    pass\n",
    ),
    Entry(
        name="type-statement",
        code="PK1127",
        title="no 'type' statement",
        message="the 'type' statement is younger than Python 3.11",
        help="write '{name}: TypeAlias = …'",
        explanation="Dialect files are valid Python 3.11, which names types with `TypeAlias`.",
        broken="«type Address = u64»\n",
        mended="Address: TypeAlias = u64\n",
    ),
    Entry(
        name="raise-from",
        code="PK1128",
        title="no cause of an error",
        message="the dialect has no 'from' after 'raise'",
        help="leave it out",
        explanation="Errors carry no data, so they carry no other error either.",
        broken="class Full(Error):\n    pass\n\nclass Late(Error):\n    pass\n\n"
        "@raises(Full)\ndef f() -> None:\n    raise Full «from Late»\n",
        mended="class Full(Error):\n    pass\n\n@raises(Full)\ndef f() -> None:\n    raise Full\n",
    ),
    Entry(
        name="except-as",
        code="PK1129",
        title="no name for a caught error",
        message="a caught error has no value to name",
        help="leave out 'as …'",
        explanation="""
            Errors carry no data, so a name for one would be of no use. Which error it was is known
            by having one `except` clause for each.
            """,
        broken=_FULL
        + "def f() -> None:\n    try:\n        fill()\n    except Full «as error»:\n        pass\n",
        mended=_FULL
        + "def f() -> None:\n    try:\n        fill()\n    except Full:\n        pass\n",
    ),
    Entry(
        name="except-star",
        code="PK1130",
        title="no exception groups",
        message="the dialect has no 'except*'",
        help="leave out the '*'",
        explanation="There is one error at a time.",
        broken=_FULL
        + "def f() -> None:\n    try:\n        fill()\n    except «*» Full:\n        pass\n",
        mended=_FULL
        + "def f() -> None:\n    try:\n        fill()\n    except Full:\n        pass\n",
    ),
    Entry(
        name="relative-import",
        code="PK1131",
        title="no relative imports",
        message="imports are absolute",
        help="write the module's full name, from the package root",
        explanation="""
            A full name means the same in every file and can be searched for. The package root is
            the folder that holds the compiled folder.
            """,
        broken="from «.limits» import SIZE\n",
        mended="from sample.limits import SIZE\n",
        others={"limits.py": "SIZE: Final = 4\n"},
    ),
    Entry(
        name="import-star",
        code="PK1132",
        title="no 'import *'",
        message="names are imported one by one",
        help="list the names: 'from {module} import …'",
        explanation="Where each name of a file comes from can be read in that file.",
        broken="from sample.limits import «*»\n",
        mended="from sample.limits import SIZE\n",
        others={"limits.py": "SIZE: Final = 4\n"},
    ),
    Entry(
        name="import-not-at-top",
        code="PK1133",
        title="an import inside a function or class",
        message="imports stand at module level",
        help="move it to the top of the file",
        explanation="""
            Nothing runs at import, so there is nothing to gain from a late one, and modules may
            import each other in a circle.
            """,
        broken="def f() -> usize:\n    «from sample.limits import SIZE»\n    return SIZE\n",
        mended="from sample.limits import SIZE\n\ndef f() -> usize:\n    return SIZE\n",
        others={"limits.py": "SIZE: Final = 4\n"},
    ),
]
