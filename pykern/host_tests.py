"""Runs `@test` functions in Linux processes: those of modules that need no machine.

A module is pure if, compiled for the host, neither it nor what it imports is of `kernel_src/arch`,
but for what locks are made of, which does nothing there.
Tests run in a child of this process; one that panics or crashes ends its child, as it would end a
machine, and the tests after it run in another one.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree
from compiler.build.units import UnitOptions, load_program
from compiler.host.program import DialectPanic, HostProgram
from pykern.kernel_tests import KernelTest, Outcome

MACHINE_PACKAGE = "kernel_src.arch."
LOCK_PARTS = {f"{MACHINE_PACKAGE}{name}" for name in ("interrupts", "percpu", "trap_frame")}
PROFILE = "O2+debug"


def pure_modules(root: Path, modules: Iterable[str]) -> set[str]:
    """Those of these modules that a Linux process can run."""
    tree = SourceTree(root, Cache.of_project(root))
    wanted = sorted(set(modules))
    program = load_program(tree, wanted, UnitOptions("host", PROFILE, tests=True))

    def reaches_machine(name: str, seen: set[str]) -> bool:
        if name.startswith(MACHINE_PACKAGE) and name not in LOCK_PARTS:
            return True
        seen.add(name)
        imports = program.modules[name].imports if name in program.modules else ()
        return any(reaches_machine(each, seen) for each in imports if each not in seen)

    return {name for name in wanted if not reaches_machine(name, set())}


def run_host_tests(
    root: Path, tests: Sequence[KernelTest], timeout: float | None
) -> Iterator[Outcome]:
    """The outcome of each of these tests, in order; their modules are pure."""
    if not tests:
        return
    program = HostProgram(root, sorted({test.module for test in tests}), tests=True)
    done = 0
    while done < len(tests):
        for outcome in run_child(program, tests[done:], timeout):
            yield outcome
            done += 1


def run_child(
    program: HostProgram, tests: Sequence[KernelTest], timeout: float | None
) -> Iterator[Outcome]:
    """Outcomes up to the first test that fails, in a process that ends with it."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=run_here, args=(program, tests, sender))
    child.start()
    sender.close()
    try:
        for test in tests:
            failure = next_verdict(receiver, timeout)
            if failure is None:
                child.kill()
                child.join()
                failure = f"no end after {timeout} seconds"
            elif failure == ENDED:
                child.join()
                failure = ending_of(child.exitcode)
            yield Outcome(test, failure == PASSED, "" if failure == PASSED else f"{failure}\n")
            if failure != PASSED:
                return
    finally:
        receiver.close()
        child.kill()
        child.join()


PASSED = ""
ENDED = "ended"


def next_verdict(receiver: Connection, timeout: float | None) -> str | None:
    """What a child says of a test: nothing against it, or what is wrong; None: nothing in time."""
    try:
        return str(receiver.recv()) if receiver.poll(timeout) else None
    except EOFError:
        return ENDED


def ending_of(status: int | None) -> str:
    if status is not None and status < 0:
        return f"the process was ended by {signal.Signals(-status).name}"
    return f"the process ended with status {status}"


def run_here(program: HostProgram, tests: Sequence[KernelTest], sender: Connection) -> None:
    """What the child does: it ends with the first test that panics."""
    faulthandler.disable()  # it would tell of a crash with the stack of this file
    for test in tests:
        name = test.name.removeprefix(f"{test.module}.")
        try:
            program.module(test.module).tests[name]()
        except DialectPanic as panic:
            sender.send(f"PANIC: {panic}")
            return
        sender.send(PASSED)
