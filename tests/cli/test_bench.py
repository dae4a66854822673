"""`pykern bench`: its table, its file, and what is asked for wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pykern.benchmark import Result, geometric_means, nanoseconds_each, table
from pykern.memory_benches import Loops
from tests.support.command import pykern


def results() -> list[Result]:
    return [
        Result("a", "ns", 2.0, 7, {"other": 4.0}),
        Result("b", "ns", 8.0, 7, {"other": 4.0}),
    ]


def test_ratios_and_their_mean() -> None:
    assert [result.ratios() for result in results()] == [{"other": 0.5}, {"other": 2.0}]
    assert geometric_means(results()) == {"other": pytest.approx(1.0)}
    lines = list(table(results()))
    assert lines[1].split() == ["a", "2.0", "ns", "4.0", "0.50"]
    assert lines[-1].split() == ["geometric", "mean", "1.00"]


def test_every_peer_has_its_turn_in_each_round() -> None:
    turns: list[str] = []
    loops = {name: lambda name=name: turns.append(name) for name in ("ours", "other")}
    found = nanoseconds_each("x", loops, 1, rounds=3)
    assert turns == ["ours", "other"] * 4
    assert set(found.peers) == {"other"} and found.runs == 3


def test_json_has_the_stated_form() -> None:
    assert json.loads(json.dumps(results()[0].as_json())) == {
        "name": "a",
        "unit": "ns",
        "value": 2.0,
        "runs": 7,
        "peers": {"other": 4.0},
        "ratios": {"other": 0.5},
    }


def test_the_loops_give_back_what_they_take(project_root: Path) -> None:
    loops = Loops.load(project_root)
    for size in (16, 4096, 65536):
        for name in ("HEAP", "GLIBC"):
            peer = loops.module.Peer[name]
            loops.module.pairs(peer, size, 10)
            loops.module.batches(peer, size, 1000, loops.order, loops.room)
            loops.module.replacements(peer, size, 1000, loops.order, loops.room)
    loops.module.heap_cache.flush()
    loops.module.heap.trim()
    assert loops.module.heap.frames_held == 0


def test_unknown_benchmark() -> None:
    done = pykern("bench", "speed")
    assert done.status == 2
    assert "there is no benchmark 'speed'; there are frames, heap" in done.stderr
