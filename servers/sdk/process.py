"""How a server ends: with a status, or because a check in it failed.

Every server imports this module, since the checks the compiler puts into its code call `pk_panic`.
"""
from __future__ import annotations

from typing import Final

import servers.sdk.host as host
from pykern.lang import Format, NoReturn, Str, cold, export, u32
from servers.sdk.text import write_line

PANIC_STATUS: Final = 101


def finish(status: u32) -> NoReturn:
    host.exit(status)


@cold
@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    """What `panic`, `assert` and the compiler's checks call."""
    write_line("panic:")
    write_line(message)
    write_line(f"  at {file}:{line}")
    host.exit(PANIC_STATUS)
