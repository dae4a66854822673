"""What one module's object file may depend on of another: its interface.

The interface of a module is its text without the bodies of the functions that are compiled once, in
the module itself. The bodies of generic, `@inline` and `@comptime` functions stay, with their line
numbers, because they are compiled into (or run for) the modules that use them, debug information
included. So an edit in a plain body concerns one object file, and any other edit concerns every
module that imports this one, directly or not.

Text is read with Python's own parser here, which is quicker than ours by a factor of a hundred and
knows what a dialect file is well enough: a file it refuses counts as interface from end to end, and
the compiler says what is wrong.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.build.cache import Cache, compiler_digest, digest_of
from compiler.module_files import LANGUAGE_MODULES, find_module

BODY_DECORATORS = frozenset({"inline", "comptime"})
FLOATS = "pykern.rt.floats"
GENERIC_BASES = frozenset({"Generic", "Protocol"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a text by itself.

    `imports`: names that may be modules, or names in modules; `embeds`: files whose bytes are part
    of the module; `type_variables`: the type parameters it makes.
    """

    imports: tuple[str, ...]
    embeds: tuple[str, ...]
    type_variables: tuple[str, ...]


def parse(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def read_facts(text: str) -> Facts:
    tree = parse(text) or ast.Module([], [])
    found = ([*_imports(tree), *_implied(tree)], _embeds(tree), _type_variables(tree))
    return Facts(*(tuple(sorted(set(names))) for names in found))


def interface_lines(text: str, type_variables: Iterable[str]) -> list[str]:
    """The lines of a module's interface; `type_variables` are its own and the imported ones."""
    tree = parse(text)
    if tree is None:
        return [text]
    lines: list[str | None] = list(text.splitlines())
    generic_names = set(type_variables)
    for function, in_generic in _functions(tree.body):
        first, last = function.body[0].lineno, function.end_lineno or 0
        if in_generic or _keeps_body(function, generic_names):
            lines[function.lineno - 1] = f"{function.lineno}: {lines[function.lineno - 1]}"
        elif first > _signature_end(function):
            lines[first - 1 : last] = [None] * (last - first + 1)
    return [line for line in lines if line is not None]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module not in LANGUAGE_MODULES:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _implied(tree: ast.Module) -> Iterator[str]:
    """Modules that LLVM may call into for this one."""
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="USES_FLOAT")):
                yield FLOATS


def _embeds(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="embed"), args=[ast.Constant(value=str(path)), *_]):
                yield path


def _functions(body: list[ast.stmt]) -> Iterator[tuple[ast.FunctionDef, bool]]:
    """Functions of a module and of its classes, and whether their class is generic."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node, False
        elif isinstance(node, ast.ClassDef):
            generic = any(name in GENERIC_BASES for base in node.bases for name in _names(base))
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield method, generic
        elif isinstance(node, ast.If):
            yield from _functions(node.body)
            yield from _functions(node.orelse)


def _type_variables(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="TypeVar"))
            ):
                yield name


def _keeps_body(function: ast.FunctionDef, generic_names: set[str]) -> bool:
    decorators = {name for node in function.decorator_list for name in _names(node)}
    if decorators & BODY_DECORATORS:
        return True
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    annotations = [a.annotation for a in arguments if a.annotation] + [function.returns]
    return any(name in generic_names for a in annotations if a for name in _names(a))


def _names(node: ast.expr) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _signature_end(function: ast.FunctionDef) -> int:
    arguments = function.args
    parts = [*arguments.args, *arguments.kwonlyargs, *arguments.defaults, function.returns]
    return max([function.lineno, *(getattr(part, "end_lineno", 0) for part in parts)])


class SourceTree:
    """The files of a project as the build sees them: each is read once."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self.root = root.resolve()
        self.cache = cache
        self.files: dict[Path, bytes] = {}
        """Everything that was looked at, for the record of what a build depended on."""
        self._paths: dict[str, Path | None] = {}
        self._facts: dict[str, Facts] = {}
        self._interfaces: dict[str, str] = {}

    def path(self, name: str) -> Path | None:
        if name not in self._paths:
            self._paths[name] = find_module(self.root, name)
        return self._paths[name]

    def read(self, path: Path) -> bytes:
        """The bytes of a file; empty if it can't be read, which the compiler will report."""
        if path not in self.files:
            try:
                self.files[path] = path.read_bytes()
            except OSError:
                self.files[path] = b""
        return self.files[path]

    def text(self, name: str) -> bytes:
        path = self.path(name)
        return self.read(path) if path else b""

    def facts(self, name: str) -> Facts:
        if name not in self._facts:
            text = self.text(name)
            row = self._cached("facts", [text], lambda: list(_row(read_facts(_decoded(text)))))
            self._facts[name] = Facts(*(tuple(names) for names in row))
        return self._facts[name]

    def interface(self, name: str) -> str:
        """The hash of a module's interface."""
        if name not in self._interfaces:
            text = self.text(name)
            variables = self._type_variables(name)
            self._interfaces[name] = self._cached(
                "interface",
                [text, *variables],
                lambda: digest_of([name, *interface_lines(_decoded(text), variables)]),
            )
        return self._interfaces[name]

    def _type_variables(self, name: str) -> list[str]:
        """Names that are type parameters in a module: its own and those it imports."""
        found = set(self.facts(name).type_variables)
        for imported in self.facts(name).imports:
            owner, _, short = imported.rpartition(".")
            if owner and owner not in LANGUAGE_MODULES and self.path(owner) is not None:
                found.update({short} & set(self.facts(owner).type_variables))
        return sorted(found)

    def _cached(self, kind: str, key_parts: list[str | bytes], make: Callable[[], Any]) -> Any:
        """A JSON value by the hash of what it is made from."""
        key = digest_of([kind, compiler_digest(), *key_parts])
        stored = self.cache.load(kind, key)
        if stored is not None:
            return json.loads(stored)
        value = make()
        self.cache.store(kind, key, json.dumps(value).encode())
        return value

    def imports(self, name: str) -> list[str]:
        return [
            imported
            for imported in self.facts(name).imports
            if imported not in LANGUAGE_MODULES and self.path(imported) is not None
        ]

    def reachable(self, roots: list[str]) -> list[str]:
        """These modules and everything they import, in the order of their names."""
        found: set[str] = set()
        wanted = list(roots)
        while wanted:
            name = wanted.pop()
            if name not in found and self.path(name) is not None:
                found.add(name)
                wanted.extend(self.imports(name))
        return sorted(found)

    def content_digest(self, name: str) -> str:
        """The hash of a module's text and of the files it embeds."""
        return digest_of([self.text(name), *self._embedded(name)])

    def interface_digest(self, name: str) -> str:
        """The hash of all that other modules' object files may depend on."""
        return digest_of([self.interface(name), *self._embedded(name)])

    def _embedded(self, name: str) -> list[bytes]:
        path = self.path(name)
        folder = path.parent if path else self.root
        return [self.read(folder / embedded) for embedded in self.facts(name).embeds]


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _row(facts: Facts) -> tuple[tuple[str, ...], ...]:
    return facts.imports, facts.embeds, facts.type_variables
