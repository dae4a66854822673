"""`pykern bench`: its table, its file, and what is asked for wrongly."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pykern import benches
from pykern.benches._allocators import Loops
from pykern.benches._engines import Native, Ours, open_peers
from pykern.benches._kernels import build_kernel
from pykern.benches.boot import least
from pykern.benches.compile import code_bytes
from pykern.benches.jit import agreed
from pykern.benchmark import Result, geometric_means, nanoseconds_each, table
from pykern.environment import Environment
from pykern.errors import ToolError
from pykern.serial import Event
from pykern.vm_bench import results_of
from pykern.wasm.engine import Engine
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
    loops = Loops.load(benches.Request(project_root, Environment()))
    for size in (16, 4096, 65536):
        for name in ("HEAP", "GLIBC"):
            peer = loops.module.Peer[name]
            loops.module.pairs(peer, size, 10)
            loops.module.batches(peer, size, 1000, loops.order, loops.room)
            loops.module.replacements(peer, size, 1000, loops.order, loops.room)
    loops.module.heap_cache.flush()
    loops.module.heap.trim()
    assert loops.module.heap.frames_held == 0


def test_a_result_without_peers_has_no_ratio() -> None:
    alone = Result("c", "instructions", 16.0, 7, {})
    lines = list(table([*results(), alone]))
    assert lines[3].split() == ["c", "16.0", "instructions"]
    assert lines[-1].split() == ["geometric", "mean", "1.00"]
    assert [line.split() for line in table([alone])] == [["ours"], lines[3].split()]


def test_every_module_is_a_benchmark() -> None:
    assert benches.names() == ["boot", "compile", "frames", "heap", "jit", "paging"]
    for name in benches.names():
        bench = benches.load(name)
        assert callable(bench.run) and isinstance(bench.PEERS, tuple)


def test_only_the_peers_that_are_wanted(project_root: Path) -> None:
    request = benches.Request(project_root, Environment(), frozenset({"glibc"}))
    assert Loops.load(request).peers == {"glibc": "GLIBC"}


def test_rounds_of_the_machine_become_medians() -> None:
    texts = ["map 300 100", "unmap 800 100", "map 100 100", "map 200 100", "unmap 600 100"]
    events = [Event("passed", "0"), *(Event("bench", text) for text in texts)]
    found = results_of(events, "paging")
    assert [result.as_json() for result in found] == [
        {"name": name, "unit": "instructions", "value": value, "runs": runs, "peers": {}}
        | {"ratios": {}}
        for name, value, runs in (("paging map", 2.0, 3), ("paging unmap", 7.0, 2))
    ]


@pytest.mark.parametrize("text", ["", "map 3", "map 3 0", "map -3 1", "map 3 1 1"])
def test_a_round_that_makes_no_sense(text: str) -> None:
    with pytest.raises(ToolError, match="can't be read"):
        results_of([Event("bench", text)], "paging")


@pytest.mark.parametrize("answer", [2, 3, 17, 100])
def test_the_least_is_found_by_halving(answer: int) -> None:
    asked: list[int] = []

    def holds(number: int) -> bool:
        asked.append(number)
        return number >= answer

    assert least(holds, 1, 100) == answer
    assert len(asked) <= 7


def test_unknown_benchmark() -> None:
    done = pykern("bench", "speed")
    assert done.status == 2
    there = "boot, compile, frames, heap, jit, paging"
    assert f"there is no benchmark 'speed'; there are {there}" in done.stderr


def test_unknown_peer() -> None:
    done = pykern("bench", "heap", "--against", "jemalloc")
    assert done.status == 2
    assert "there is no peer 'jemalloc'; there are glibc, mimalloc" in done.stderr
    done = pykern("bench", "boot", "--against", "glibc")
    assert done.status == 2
    assert "these benchmarks have none" in done.stderr


def test_what_is_refused_stays_in_the_table() -> None:
    refused = Result("c", "ns", math.nan, 0, {}, "refused: unsupported: a reason")
    lines = list(table([*results(), refused]))
    assert lines[3].split(maxsplit=1) == ["c", "refused: unsupported: a reason"]
    assert refused.as_json()["value"] is None and refused.as_json()["note"] == refused.note
    assert geometric_means([*results(), refused]) == {"other": pytest.approx(1.0)}


def test_our_engine_computes_what_native_code_does(project_root: Path, tmp_path: Path) -> None:
    request = benches.Request(project_root, Environment(), frozenset({"clang"}))
    peers = open_peers(request, Engine(project_root))
    assert [type(peer) for peer in peers.values()] == [Ours, Native]
    for name in ("crc32", "callback", "dsp"):
        kernel = build_kernel(project_root / "bench" / "jit" / f"{name}.c", tmp_path)
        runs = {name: peer.load(kernel) for name, peer in peers.items()}
        assert agreed(kernel, runs, 1) != agreed(kernel, runs, 2)
        runs["wrong"] = lambda seed: (1, 1)
        with pytest.raises(ToolError, match=f"{name}: the results for seed 1 differ"):
            agreed(kernel, runs, 1)
    for peer in peers.values():
        peer.close()


def test_the_code_section_is_found() -> None:
    custom, code = b"\0\x81\0x", b"\x0a\x85\x80\0" + bytes(5)
    assert code_bytes(b"\0asm\1\0\0\0" + custom + code) == 5
    assert code_bytes(b"\0asm\1\0\0\0" + custom) == 0
