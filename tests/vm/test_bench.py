"""Benchmarks in the machine: its clock counts instructions; what is shipped has none of them."""

from __future__ import annotations

import json
from pathlib import Path

from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import SerialLog
from tests.support.built import PATIENCE_SECONDS, Built
from tests.support.command import pykern


def test_instructions_repeat_exactly(tmp_path: Path) -> None:
    texts = []
    for turn in ("first", "second"):
        file = tmp_path / turn
        done = pykern("bench", "paging", "--json", file)
        assert done.status == 0, done.stderr
        texts.append(json.loads(file.read_text()))
    assert texts[0] == texts[1]
    names = [row["name"] for row in texts[0]]
    assert "paging map-page" in names and len(names) == len(set(names))
    assert all(row["unit"] == "instructions" and row["value"] > 0 for row in texts[0])


def test_the_shipped_kernel_has_no_benchmark(built: Built) -> None:
    assert b"kernel_src/bench/" not in built.kernel.read_bytes()


def test_the_kernel_tells_what_its_boot_took(built: Built) -> None:
    config = MachineConfig(built.kernel, built.initrd, count_instructions=True)
    log = SerialLog()
    run_machine(config, log.feed, PATIENCE_SECONDS)
    log.close()
    booted = [event.text.split() for event in log.events if event.name == "booted"]
    assert len(booted) == 1
    ticks, frames = map(int, booted[0])
    assert ticks > 0
    assert 0 < frames * 4096 < config.memory << 20
