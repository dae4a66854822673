"""Runs one script of the specification suite on the kernel's engine and counts its commands.

A command passes, fails, or is skipped because it needs something that the engine does not have:
what that is becomes the reason, and goes with every later command that needs the module in
question.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pykern.wasm import spectest
from pykern.wasm.engine import Engine, Instance, Refusal, Refused, Store, Trapped
from pykern.wasm.script import Command, NotText, assemble, read_script
from pykern.wasm.sexpr import Form
from pykern.wasm.values import Unknown, constant, matches

T = TypeVar("T")

SPECTEST = "spectest"
# What scripts of proposals expect that were forked before these became part of the standard
SUPERSEDED = ("multiple tables", "multiple memories")
UNSUPPORTED_SUFFIXES = (" is not supported", " are not supported")


@dataclass
class FileResult:
    """One row of the table."""

    file: str
    commands: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Skip(Exception):
    """The command needs something that is not there; the text names it."""


class Failed(Exception):
    """The engine does something else than the script asks for."""


def present(thing: T | Skip) -> T:
    if isinstance(thing, Skip):
        raise Skip(str(thing))
    return thing


class Script:
    """The state between the commands of one script."""

    def __init__(self, engine: Engine, path: Path, name: str) -> None:
        self.engine = engine
        self.store = Store(engine)
        self.result = FileResult(name)
        self.path = path
        # What a module could not be loaded for stands in its place.
        self.current: Instance | Skip = Skip("no module")
        self.named: dict[str, Instance | Skip] = {}
        self.registered: dict[str, Instance | Skip] = {}
        self.definitions: dict[str | None, bytes | Skip] = {}
        self.left_out: Skip | None = None
        self.register(SPECTEST, self.load(assemble(spectest.TEXT)))

    def run(self) -> FileResult:
        result = self.result
        for command in read_script(self.path):
            result.commands += 1
            try:
                self.run_command(command)
                result.passed += 1
            except (Skip, Unknown) as reason:
                result.skipped += 1
                result.reasons[str(reason)] += 1
            except (Failed, Refused, Trapped, KeyError, ValueError) as error:
                self.count_failure(command, error)
        self.store.close()
        return result

    def count_failure(self, command: Command, error: Exception) -> None:
        """After a linked module was left out, what it would have written is missing elsewhere."""
        result = self.result
        if self.left_out is not None:
            result.skipped += 1
            result.reasons[str(self.left_out)] += 1
            return
        result.failed += 1
        result.problems.append(f"line {command.line}: {command.kind}: {error}")

    def run_command(self, command: Command) -> None:
        match command.kind:
            case "module":
                self.run_module(command)
            case "register":
                self.run_register(command.form)
            case "invoke" | "get":
                self.run_action(command.form)
            case "assert_return":
                self.assert_return(command.form)
            case "assert_trap" | "assert_exhaustion" | "assert_uninstantiable":
                self.assert_trap(command)
            case "assert_malformed" | "assert_invalid":
                self.assert_refused(command)
            case "assert_unlinkable":
                self.assert_unlinkable(command)
            case "assert_exception":
                self.assert_exception(command)
            case _:
                raise Skip(f"the command {command.kind}")

    # Modules

    def run_module(self, command: Command) -> None:
        """Also `(module definition $d …)` and `(module instance $i $d)`."""
        form = command.form
        kind = form[1] if len(form) > 1 else None
        names = [str(word) for word in form[1:4] if isinstance(word, str) and word[0] == "$"]
        if kind == "definition":
            self.define(command, names)
            return
        try:
            if kind == "instance":
                definition = self.definitions.get(names[1] if len(names) > 1 else None)
                assert definition is not None, "an instance of no definition"
                binary = present(definition)
            else:
                binary = self.binary_of(command)
            self.current = self.load(binary)
        except Skip as reason:
            self.current = reason
            if len(self.registered) > 1:
                self.left_out = reason
            raise
        except (Refused, Trapped):
            self.current = Skip("a module that was refused by mistake")
            raise
        finally:
            for name in names[:1]:
                self.named[name] = self.current

    def define(self, command: Command, names: list[str]) -> None:
        definition: bytes | Skip
        try:
            definition = self.binary_of(command)
            self.validate(definition)
        except Skip as reason:
            definition = reason
            raise
        finally:
            self.definitions[None] = definition
            for name in names:
                self.definitions[name] = definition

    def binary_of(self, command: Command) -> bytes:
        try:
            return command.module()
        except NotText as error:
            raise Skip("text that the assembler does not know") from error

    def load(self, binary: bytes) -> Instance:
        """Instantiates a module; Skip says which feature is missing for it."""
        try:
            return self.store.instantiate(binary)
        except Refused as refused:
            self.skip_if_missing(refused)
            raise

    def validate(self, binary: bytes) -> None:
        try:
            self.engine.validate(binary)
        except Refused as refused:
            self.skip_if_missing(refused)
            raise

    def skip_if_missing(self, refused: Refused) -> None:
        """A module may be refused for a feature, or for a module that was refused for one."""
        if refused.refusal == Refusal.UNSUPPORTED:
            raise Skip(feature_of(refused)) from None
        if refused.refusal == Refusal.UNLINKABLE:
            module = refused.reason.partition(": ")[2]
            for name, registered in self.registered.items():
                if isinstance(registered, Skip) and module.startswith(f"{name}."):
                    raise Skip(str(registered)) from None

    def run_register(self, form: Form) -> None:
        name = form[1]
        assert isinstance(name, bytes)
        instance = self.named[str(form[2])] if len(form) > 2 else self.current
        self.registered[name.decode()] = instance
        self.register(name.decode(), present(instance))

    def register(self, name: str, instance: Instance) -> None:
        self.registered[name] = instance
        self.store.register(name, instance)

    # Actions

    def run_action(self, form: Form) -> list[int]:
        """`(invoke $module? "name" argument…)` or `(get $module? "name")`."""
        rest = list(form[1:])
        found = self.current
        if isinstance(rest[0], str):
            found = self.named[str(rest.pop(0))]
        name = rest.pop(0)
        assert isinstance(name, bytes)
        instance = present(found)
        export = name.decode("utf-8", "surrogateescape")
        if form[0] == "get":
            return [instance.global_value(export)]
        return instance.call(export, [constant(item) for item in rest if isinstance(item, Form)])

    def assert_return(self, form: Form) -> None:
        action, expected = form[1], [item for item in form[2:] if isinstance(item, Form)]
        assert isinstance(action, Form)
        found = self.run_action(action)
        if len(found) != len(expected) or not all(map(matches, found, expected)):
            words = " ".join(f"{word:#x}" for word in found)
            raise Failed(f"{action[1]!r} gives {words or 'nothing'}, not {expected}")

    def assert_trap(self, command: Command) -> None:
        action = command.form[1]
        assert isinstance(action, Form)
        try:
            if action[0] == "module":
                self.load(self.binary_of(command))
            else:
                self.run_action(action)
        except Trapped as trap:
            if not agree(str(trap), command.message):
                raise Failed(f"traps with {trap!s}, not {command.message}") from None
        else:
            raise Failed(f"does not trap: {command.message}")

    def assert_exception(self, command: Command) -> None:
        action = command.form[1]
        assert isinstance(action, Form)
        self.run_action(action)
        raise Failed("no exception is thrown")

    # Modules that are refused

    def assert_refused(self, command: Command) -> None:
        """Text is refused by the assembler, which leaves some of its rules to validation."""
        expected = {Refusal.MALFORMED if command.kind == "assert_malformed" else Refusal.INVALID}
        if command.is_quoted():
            expected = {Refusal.MALFORMED, Refusal.INVALID}
        try:
            binary = command.module()
        except NotText:
            if command.is_quoted():
                return
            raise Skip("text that the assembler does not know") from None
        try:
            self.validate(binary)
        except Refused as refused:
            if refused.refusal not in expected:
                problem = f"{refused.refusal.value}: {refused}, not {command.message}"
                raise Failed(problem) from None
        else:
            if command.message in SUPERSEDED:
                raise Skip(f"superseded: {command.message} are allowed")
            raise Failed(f"is accepted: {command.message}")

    def assert_unlinkable(self, command: Command) -> None:
        try:
            self.load(self.binary_of(command))
        except Refused as refused:
            if refused.refusal != Refusal.UNLINKABLE or not agree(refused.reason, command.message):
                raise Failed(f"{refused}, not {command.message}") from None
        else:
            raise Failed(f"is linked: {command.message}")


def agree(found: str, expected: str) -> bool:
    """The suite abbreviates, and so do we."""
    return found.startswith(expected) or expected.startswith(found)


def feature_of(refused: Refused) -> str:
    """The feature's name; where only the compiler lacks it, the instruction's."""
    if refused.reason.startswith("the compiler"):
        subject = str(refused).partition(": ")[0]
        return f"{subject} in the compiler"
    reason = refused.reason
    for suffix in UNSUPPORTED_SUFFIXES:
        reason = reason.removesuffix(suffix)
    return reason


def run_script(engine: Engine, path: Path, name: str) -> FileResult:
    return Script(engine, path, name).run()
