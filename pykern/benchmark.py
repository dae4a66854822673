"""Measurements side by side: rounds in which each peer has its turn, and the medians of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WARM_UP_ROUNDS = 1
ROUNDS = 7


@dataclass(frozen=True)
class Result:
    """What was measured: `value` is ours, `peers` are those of the others, by name.

    Where ours refused, `value` is not a number and `note` says why.
    """

    name: str
    unit: str
    value: float
    runs: int
    peers: Mapping[str, float]
    note: str = ""

    def ratios(self) -> dict[str, float]:
        """Ours to each peer's: below 1 is better than the peer."""
        if math.isnan(self.value):
            return {}
        return {name: self.value / value for name, value in self.peers.items()}

    def as_json(self) -> dict[str, Any]:
        form = {
            "name": self.name,
            "unit": self.unit,
            "value": None if math.isnan(self.value) else round(self.value, 2),
            "runs": self.runs,
            "peers": {name: round(value, 2) for name, value in self.peers.items()},
            "ratios": {name: round(ratio, 3) for name, ratio in self.ratios().items()},
        }
        return form | ({"note": self.note} if self.note else {})


def nanoseconds_each(
    name: str,
    loops: Mapping[str, Callable[[], object]],
    count: int,
    rounds: int = ROUNDS,
) -> Result:
    """Times loops of `count` turns, one of each peer in each round; the first loop is ours."""
    times: dict[str, list[float]] = {peer: [] for peer in loops}
    for turn in range(WARM_UP_ROUNDS + rounds):
        for peer, loop in loops.items():
            start = time.thread_time_ns()  # other programs do not count
            loop()
            if turn >= WARM_UP_ROUNDS:
                times[peer].append((time.thread_time_ns() - start) / count)
    medians = {peer: statistics.median(runs) for peer, runs in times.items()}
    ours, *others = medians
    return Result(name, "ns", medians[ours], rounds, {peer: medians[peer] for peer in others})


def geometric_means(results: Iterable[Result]) -> dict[str, float]:
    """Of the ratios to each peer."""
    ratios: dict[str, list[float]] = {}
    for result in results:
        for peer, ratio in result.ratios().items():
            ratios.setdefault(peer, []).append(ratio)
    return {peer: math.exp(statistics.fmean(map(math.log, all))) for peer, all in ratios.items()}


def table(results: list[Result]) -> Iterator[str]:
    """Lines for a person, with the geometric means of the ratios below; a peer may be missing."""
    peers = list(dict.fromkeys(peer for result in results for peer in result.peers))
    unit = max((len(result.unit) for result in results), default=0)
    yield f"{'':36}{'ours':>12}" + " " * (unit + 1) + "".join(f"{p:>12}{'ratio':>8}" for p in peers)
    for result in results:
        if result.note:
            yield f"{result.name:36}{result.note}"
            continue
        others = "".join(columns(result, peer) for peer in peers)
        yield f"{result.name:36}{result.value:12.1f} {result.unit:{unit}}{others}".rstrip()
    means = geometric_means(results)
    if means:
        yield f"{'geometric mean':{49 + unit}}" + "".join(f"{means[peer]:20.2f}" for peer in peers)


def columns(result: Result, peer: str) -> str:
    if peer not in result.peers:
        return " " * 20
    return f"{result.peers[peer]:12.1f}{result.ratios()[peer]:8.2f}"
