"""The mypy plugin: shows mypy a dialect file as the nearest ordinary Python.

Most of the dialect is ordinary Python to mypy already. What is not is rewritten in the syntax tree
after parsing, before mypy looks at it (`dialect_view`); the file itself stays as it is:

| dialect                               | what mypy sees                               |
|---------------------------------------|----------------------------------------------|
| `ptr_at(Array[u64, 512], a)`          | the first argument as a type form            |
| `T(x)` for a type variable            | `bitcast(T, x)`, a value of type `T`         |
| `Array[T, N]` among expressions       | `Array[T]`                                   |
| `@enum(u8) class`, `@flags(u32) class`| a subclass of `enum.Enum`, `enum.Flag`       |
| `ZERO: Final = 0` in a class          | `ZERO = 0`, which is no field                |
| `@extern`, `@naked` functions         | a body that does not return                  |
| constants in `if TARGET == …:`        | variables, as each branch may define them    |

Annotations keep their text: there, the length of an `Array` is dropped by a type hook.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import AnalyzeTypeContext, Plugin, ReportConfigContext
from mypy.types import AnyType, Type, TypeOfAny, UnboundType

from pykern.lang.dialect_view import hidden, show_dialect

ARRAY = "pykern.lang.sequences.Array"


class DialectPlugin(Plugin):
    def __init__(self, options: Options) -> None:
        super().__init__(options)
        options.native_parser = False  # it gives plugins no tree to rewrite

        self.state = _state_of_sources(Path.cwd(), Path(__file__).parent)

    def report_config_data(self, ctx: ReportConfigContext) -> str:
        """What must be unchanged for mypy to use what it knows of a file from an earlier run.

        A file that is itself unchanged, but whose imports are not, is parsed again without a plugin
        seeing it. So either nothing has changed, or every file is read anew.
        """
        return self.state

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        return show_dialect(file)

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        return _array_type if fullname == ARRAY else None


def _state_of_sources(*roots: Path) -> str:
    """Changes whenever a Python file below one of the folders does."""
    seen = hashlib.sha256()
    for folder, inner, files in chain.from_iterable(os.walk(root) for root in roots):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "build")
        for path in sorted(Path(folder, name) for name in files if name.endswith(".py")):
            status = path.stat()
            seen.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _array_type(context: AnalyzeTypeContext) -> Type:
    written = context.type
    assert isinstance(written, UnboundType)
    if len(written.args) != (1 if written.name == hidden("Array") else 2):
        context.api.fail('"Array" takes an element type and a length', context.context)
        return AnyType(TypeOfAny.from_error)
    element = context.api.analyze_type(written.args[0])
    return context.api.named_type(ARRAY, [element])


def plugin(version: str) -> type[Plugin]:
    return DialectPlugin
