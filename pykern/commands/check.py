"""`pykern check`: what is wrong with the sources, without building them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pykern.building import progress_line
from pykern.checking import check, files_of
from pykern.environment import Environment
from pykern.exit_status import ExitStatus


@click.command(epilog="Example: pykern check kernel_src/mm --json")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_list", is_flag=True, help="Print a list for an editor.")
@click.pass_obj
def command(environment: Environment, path: Path | None, as_list: bool) -> int:
    """Report what is wrong in PATH, a file or folder; by default, in the kernel and the servers."""
    from compiler.diagnostics import as_json, render

    root = environment.project_root()
    with progress_line(environment) as progress:
        diagnostics = check(root, files_of(root, path), progress)
    if as_list:
        environment.write(json.dumps([as_json(d) for d in diagnostics], indent=2) + "\n")
    else:
        colour = environment.colour(environment.stdout)
        for diagnostic in diagnostics:
            environment.write(render(diagnostic, colour) + "\n\n")
    return ExitStatus.FAILED if diagnostics else ExitStatus.DONE
