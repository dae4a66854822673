"""`pykern explain`: what an error code means, with a wrong and a right sample."""

from __future__ import annotations

import click

from pykern.environment import Environment
from pykern.errors import UsageError
from pykern.exit_status import ExitStatus


@click.command(epilog="Example: pykern explain PK0301")
@click.argument("code", required=False)
@click.pass_obj
def command(environment: Environment, code: str | None) -> int:
    """Tell what an error CODE means; without a code, list all of them."""
    from compiler.messages import BY_CODE, explain

    if code is None:
        for known in sorted(BY_CODE):
            environment.write(f"{known}  {BY_CODE[known].title}\n")
        return ExitStatus.DONE
    text = explain(code)
    if text is None:
        raise UsageError(f"there is no error {code!r}; `pykern explain` lists them all")
    environment.write(text)
    return ExitStatus.DONE
