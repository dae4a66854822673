"""Batches of seeds, each in a process of its own: a crash or a hang costs one batch and is reported
with its seed.

A seed stands for one random module, which is run in both engines, and for a number of damaged ones
made from it, which both validators judge and the compiler must take or refuse.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import wasmtime

from pykern.wasm.engine import Engine, Refused, Store
from pykern.wasm.fuzz.compare import compare
from pykern.wasm.fuzz.generate import Module
from pykern.wasm.fuzz.mutate import mutate
from pykern.wasm.fuzz.verdict import Judge

SEEDS_OF_BATCH = 20
ROUNDS = 60
MUTATIONS = 200
# Of the valid ones, so many of each seed are compiled, too
COMPILED = 20
SECONDS_MOST = 120.0

_fork = multiprocessing.get_context("fork")


@dataclass
class Finding:
    seed: int
    text: str
    module: bytes


@dataclass
class Total:
    """What has been done, and found."""

    modules: int = 0
    calls: int = 0
    traps: int = 0
    mutated: int = 0
    findings: list[Finding] = field(default_factory=list)


def fuzz(engine: Engine, first: int, seconds: float | None) -> Iterator[Total]:
    """Yields the total after each batch, until the time is over; for ever without one."""
    total = Total()
    end = None if seconds is None else time.monotonic() + seconds
    seed = first
    while end is None or time.monotonic() < end:
        run_batch(engine, seed, total)
        seed += SEEDS_OF_BATCH
        yield total


def run_batch(engine: Engine, first: int, total: Total) -> None:
    """After a crash or a hang, the seeds behind it are gone on with."""
    seed, end = first, first + SEEDS_OF_BATCH
    while seed < end:
        ours, theirs = _fork.Pipe(duplex=False)
        child = _fork.Process(target=_child, args=(engine, seed, end, theirs), daemon=True)
        child.start()
        theirs.close()
        seed, why = _listen(ours, seed, total)
        child.kill()
        child.join()
        ours.close()
        if seed < end:
            text = why or f"the engine's process ended with {child.exitcode}"
            total.findings.append(Finding(seed, text, module_of(seed)))
            seed += 1


def _listen(connection: Connection, seed: int, total: Total) -> tuple[int, str]:
    """The seed that is not finished, and why if it is not a crash."""
    while True:
        if not connection.poll(SECONDS_MOST):
            return seed, f"not done after {SECONDS_MOST:.0f} seconds"
        try:
            part = connection.recv()
        except EOFError:
            return seed, ""
        total.modules += part.modules
        total.calls += part.calls
        total.traps += part.traps
        total.mutated += part.mutated
        total.findings += part.findings
        seed += 1


def _child(engine: Engine, first: int, end: int, connection: Connection) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the parent tells of the end
    judge = Judge(engine.host.module("kernel_src.wasm.check"))
    for seed in range(first, end):
        connection.send(try_seed(engine, judge, seed))


def try_seed(engine: Engine, judge: Judge, seed: int) -> Total:
    done = Total(modules=1)
    outcome = compare(engine, seed, ROUNDS)
    done.calls, done.traps = outcome.calls, outcome.traps
    if outcome.problem:
        done.findings.append(Finding(seed, outcome.problem, module_of(seed)))
    binary = module_of(seed)
    chance = random.Random(seed)
    compiled = 0
    for _ in range(MUTATIONS):
        mutated = mutate(binary, chance)
        done.mutated += 1
        problem = judge.disagreement(mutated)
        if problem is not None:
            done.findings.append(Finding(seed, problem, mutated))
        elif compiled < COMPILED and judge.judge(mutated).blame == 0:
            compiled += 1
            load(engine, mutated)
    return done


def load(engine: Engine, module: bytes) -> None:
    """Compiles and instantiates; nothing is called, since nothing bounds how long it would run."""
    store = Store(engine)
    try:
        store.make(module)
    except Refused:
        pass
    finally:
        store.close()


def module_of(seed: int) -> bytes:
    return bytes(wasmtime.wat2wasm(Module(seed).text))
