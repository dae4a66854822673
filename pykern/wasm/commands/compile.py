"""`pykern wasm compile`: what the compiler makes of a module, stage by stage."""

from __future__ import annotations

from pathlib import Path

import click

from pykern.commands.options import FILE
from pykern.environment import Environment
from pykern.errors import UsageError
from pykern.exit_status import ExitStatus
from pykern.wasm.compiling import MODULES, STAGES, Compiled, compile_module, disassemble
from pykern.wasm.engine import Engine, Refused
from pykern.wasm.modules import open_engine, read_module, refusal

ASSEMBLY = "asm"


@click.command(epilog="Example: pykern wasm compile --dump alloc --function 3 fac.wasm")
@click.argument("file", type=FILE)
@click.option(
    "--dump",
    type=click.Choice([*STAGES, ASSEMBLY]),
    help="Print values (ssa), selected instructions (ir), the same with registers (alloc), "
    "or machine code (asm).",
)
@click.option("--function", type=click.IntRange(min=0), help="Print only the one of this index.")
@click.pass_obj
def command(environment: Environment, file: Path, dump: str | None, function: int | None) -> int:
    """Compile the module in FILE and say how large the code is and how long it took."""
    module = read_module(file)
    engine = open_engine(environment, MODULES)
    try:
        compiled = compile_module(engine, module, listing=dump in STAGES)
    except Refused as refused:
        raise refusal(file, refused) from None
    check_function(file, compiled, function)
    if dump is None:
        environment.write(summary(file, compiled))
    else:
        environment.write(listing(engine, compiled, dump, function))
    return ExitStatus.DONE


def check_function(file: Path, compiled: Compiled, function: int | None) -> None:
    defined = [int(record.index) for record in compiled.functions()]
    if function is not None and function not in defined:
        bounds = f"{defined[0]} to {defined[-1]}" if defined else "no functions"
        raise UsageError(f"{file} defines {bounds}, and not function {function}")


def listing(engine: Engine, compiled: Compiled, dump: str, only: int | None) -> str:
    """One stage of every function, or of the one that was asked for."""
    if dump == ASSEMBLY:
        stage = (
            (int(record.index), disassemble(engine, compiled, record))
            for record in compiled.functions()
            if only is None or record.index == only
        )
        return "".join(f"function {index}\n{text}\n" for index, text in stage)
    return "".join(
        f"function {index}\n{text}\n"
        for index, text in compiled.stage(dump)
        if only is None or index == only
    )


def summary(file: Path, compiled: Compiled) -> str:
    speed = len(compiled.wasm) / 1e6 / max(compiled.seconds, 1e-9)
    return (
        f"{file}: {len(compiled.functions())} functions, {len(compiled.wasm)} bytes of wasm, "
        f"{len(compiled.code)} bytes of code, {compiled.seconds * 1e3:.2f} ms ({speed:.1f} MB/s)\n"
    )
