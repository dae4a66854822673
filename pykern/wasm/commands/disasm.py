"""`pykern wasm disasm`: the machine code that a module becomes."""

from __future__ import annotations

from pathlib import Path

import click

from pykern.commands.options import FILE
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.wasm.commands.compile import ASSEMBLY, check_function, listing
from pykern.wasm.compiling import MODULES, compile_module
from pykern.wasm.engine import Refused
from pykern.wasm.modules import open_engine, read_module, refusal


@click.command(epilog="Example: pykern wasm disasm --function 3 fac.wasm")
@click.argument("file", type=FILE)
@click.option("--function", type=click.IntRange(min=0), help="Print only the one of this index.")
@click.pass_obj
def command(environment: Environment, file: Path, function: int | None) -> int:
    """Print the machine code of the module in FILE.

    Each line has the offset in the code, the bytes and the instruction; where it may trap or calls,
    the offset in the module of the instruction that it was made from.
    """
    module = read_module(file)
    engine = open_engine(environment, MODULES)
    try:
        compiled = compile_module(engine, module, listing=False)
    except Refused as refused:
        raise refusal(file, refused) from None
    check_function(file, compiled, function)
    environment.write(listing(engine, compiled, ASSEMBLY, function))
    return ExitStatus.DONE
