"""From the command line to a command, and from whatever happens there to an exit status."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from pykern.environment import Environment
from pykern.errors import Terminated, ToolError
from pykern.exit_status import ExitStatus

# Each command is `pykern.commands.<name>.command`, imported when it is asked for: most need the
# compiler or the ELF reader, and `pykern --help` needs neither.
COMMANDS = {
    "build": "Compile the kernel and the servers.",
    "run": "Boot in QEMU.",
    "iso": "Make an image that BIOS and UEFI boot.",
    "check": "Report errors without building.",
    "explain": "Tell what an error means.",
    "debug": "Boot halted, with gdb attached.",
    "test": "Run the tests inside the kernel.",
    "bench": "Measure parts of the kernel beside others.",
    "wasm": "Work with WebAssembly modules.",
}

SOURCES = Path(__file__).resolve().parent.parent
TRACEBACK_VARIABLE = "PYKERN_TRACEBACK"


class CommandGroup(click.Group):
    """A group that imports the command it is asked for and no other."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"pykern.commands.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=CommandGroup, epilog="Example: pykern run --smp 2 --memory 128")
@click.version_option(package_name="pykern")
def pykern() -> None:
    """Build, check, boot and debug pykern, a microkernel written in a static subset of Python.

    Exit status: 0 done, 1 the thing failed, 2 wrong usage, 3 an internal error.
    `run` ends with the status of the machine.
    """


def main(arguments: Sequence[str] | None = None, environment: Environment | None = None) -> int:
    """Runs one command; whatever goes wrong becomes a message and an exit status here."""
    environment = environment or Environment()
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in previous:
        signal.signal(number, _raise_terminated)
    try:
        return _run(arguments, environment)
    except BrokenPipeError:
        # The reader has gone (`pykern explain … | head`). Python would complain again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.FAILED
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _run(arguments: Sequence[str] | None, environment: Environment) -> int:
    try:
        status = pykern.main(
            args=arguments, prog_name="pykern", standalone_mode=False, obj=environment
        )
        return int(status or ExitStatus.DONE)
    except click.ClickException as error:
        _say_usage_error(error, environment)
        return ExitStatus.USAGE
    except ToolError as error:
        environment.say(f"pykern: {error}")
        return error.status
    except (KeyboardInterrupt, click.Abort):
        environment.say("pykern: interrupted")
        return ExitStatus.INTERRUPTED
    except Terminated as error:
        return 128 + error.signal_number
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None:
            return _say_internal_error(error, environment)
        environment.say(f"pykern: {error.filename}: {error.strerror}")
        return ExitStatus.FAILED
    except Exception as error:
        return _say_internal_error(error, environment)


def _say_usage_error(error: click.ClickException, environment: Environment) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        environment.say(error.format_message())
        return
    environment.say(f"pykern: {error.format_message()}")
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        environment.say(f"Try '{context.command_path} --help'.")


def _say_internal_error(error: Exception, environment: Environment) -> int:
    """A bug in pykern: one line with its place; the whole trace only for who asks."""
    if environment.variables.get(TRACEBACK_VARIABLE):
        environment.say("".join(traceback.format_exception(error)))
    words = " ".join(str(error).split())
    where = _place_of(error)
    environment.say(f"pykern: internal error: {type(error).__name__}: {words} ({where})")
    environment.say(f"This is a bug in pykern. {TRACEBACK_VARIABLE}=1 shows the whole trace.")
    return ExitStatus.INTERNAL


def _place_of(error: Exception) -> str:
    """The innermost place in our own code; a library's would tell less."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename).is_relative_to(SOURCES / "compiler")]
    own = own or [f for f in frames if Path(f.filename).is_relative_to(SOURCES / "pykern")]
    place = (own or frames)[-1]
    return f"{Path(place.filename).name}:{place.lineno}"


def _raise_terminated(signal_number: int, frame: FrameType | None) -> None:
    raise Terminated(signal_number)
