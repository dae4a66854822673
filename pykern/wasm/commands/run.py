"""`pykern wasm run`: a module at work in this process."""

from __future__ import annotations

from pathlib import Path

import click

from pykern.commands.options import FILE
from pykern.environment import Environment
from pykern.errors import UsageError
from pykern.exit_status import ExitStatus
from pykern.wasm.engine import Instance, Refused, Store, Trapped
from pykern.wasm.modules import open_engine, read_module, refusal, trap
from pykern.wasm.values import bits_of_text, show

ENTRY = "_start"
REFERENCES = ("funcref", "externref")


@click.command(
    epilog="Example: pykern wasm run fac.wasm --invoke fac 10",
    context_settings={"ignore_unknown_options": True},  # negative numbers are arguments
)
@click.argument("file", type=FILE)
@click.option("--invoke", metavar="FUNCTION", help=f"Call this export.  [default: {ENTRY}, if any]")
@click.argument("arguments", nargs=-1)
@click.pass_obj
def command(
    environment: Environment, file: Path, invoke: str | None, arguments: tuple[str, ...]
) -> int:
    """Run the module in FILE; print the results of the function, one a line.

    ARGUMENTS are numbers as in WebAssembly's text format: 42, -1, 0x1p-3, nan, inf.
    """
    if arguments and invoke is None:
        raise UsageError("arguments are for a function: say which with --invoke")
    module = read_module(file)
    engine = open_engine(environment)
    store = Store(engine)
    try:
        instance = store.instantiate(module)
        if invoke is None and ENTRY in instance.functions():
            invoke = ENTRY
        if invoke is not None and store.exit_status is None:
            environment.write(invoke_function(file, instance, invoke, arguments))
    except Refused as refused:
        raise refusal(file, refused) from None
    except Trapped as trapped:
        if store.exit_status is None:
            raise trap(file, trapped) from None
    return ExitStatus.DONE if store.exit_status is None else store.exit_status


def invoke_function(file: Path, instance: Instance, name: str, arguments: tuple[str, ...]) -> str:
    """The results as text."""
    if name not in instance.functions():
        known = ", ".join(instance.functions()) or "none"
        raise UsageError(f"{file} exports no function {name}; it exports: {known}")
    type = instance.type_of(name)
    if len(arguments) != len(type.params):
        wanted = f"{len(type.params)} ({', '.join(type.params)})" if type.params else "none"
        raise UsageError(f"{name} takes {wanted}, not {len(arguments)} arguments")
    values = [argument(kind, text) for kind, text in zip(type.params, arguments, strict=True)]
    results = instance.call(name, values)
    return "".join(
        f"{show(kind, value)}\n" for kind, value in zip(type.results, results, strict=True)
    )


def argument(kind: str, text: str) -> int:
    if kind in REFERENCES:
        if text == "null":
            return 0
        raise UsageError(f"{text}: of an {kind}, only null can be given")
    try:
        return bits_of_text(kind, text)
    except ValueError:
        raise UsageError(f"{text} is not an {kind}") from None
