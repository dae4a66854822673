"""`pykern wasm validate`: is a module valid, and if not, why."""

from __future__ import annotations

from pathlib import Path

import click

from pykern.commands.options import FILE
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.wasm.engine import Refused
from pykern.wasm.modules import open_engine, read_module, refusal


@click.command(epilog="Example: pykern wasm validate build/servers/hello.wasm")
@click.argument("file", type=FILE)
@click.pass_obj
def command(environment: Environment, file: Path) -> int:
    """Check the module in FILE without compiling it.

    What is wrong is told with its offset: the module is malformed, invalid, or needs a feature that
    the engine does not have.
    """
    module = read_module(file)
    try:
        open_engine(environment).validate(module)
    except Refused as refused:
        raise refusal(file, refused) from None
    environment.write(f"{file}: valid\n")
    return ExitStatus.DONE
