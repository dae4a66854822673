"""`pykern wasm`: the kernel's WebAssembly engine, running in a Linux process."""

from __future__ import annotations

import importlib

import click

# Each is `pykern.wasm.commands.<name>.command`, imported when it is asked for.
COMMANDS = {
    "validate": "Say whether a module is valid.",
    "run": "Run a module, or one of its functions.",
    "compile": "Compile a module; print a stage of the compiler.",
    "disasm": "Print the machine code of a module.",
    "fuzz": "Compare the engine with wasmtime on random modules.",
    "spec": "Run the specification's test suite.",
}


class WasmGroup(click.Group):
    """A group that imports the command it is asked for and no other."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"pykern.wasm.commands.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=WasmGroup, epilog="Example: pykern wasm run fac.wasm --invoke fac 10")
def command() -> None:
    """Work with WebAssembly modules: the kernel's own engine, running in a Linux process.

    A FILE is a module in binary or, where the Python package wasmtime is installed, as text.
    """
