"""What dialect code that fails raises in Python."""

from __future__ import annotations

from compiler.typed_tree import ErrorClass


class DialectError(Exception):
    """Base of the Python classes of dialect errors, one for each in the whole process."""

    qualified = ""
    code = 0


class DialectPanic(Exception):
    """A panic: `file` and `line` of the dialect's source, `message` as the kernel prints it."""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = file
        self.line = line
        self.message = message
        super().__init__(f"{file}:{line}: {message}")


class MissingExtern(Exception):
    """Dialect code called an `@extern` function that nobody gave the program."""


_classes: dict[tuple[str, int], type[DialectError]] = {}


def error_class(error: ErrorClass) -> type[DialectError]:
    """The Python class of a dialect error."""
    key = (error.name, error.code)
    if key not in _classes:
        members = {"__doc__": error.doc, "qualified": error.name, "code": error.code}
        _classes[key] = type(error.short, (DialectError,), members)
    return _classes[key]
