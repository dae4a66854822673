"""Threads on processors with each way to save vector registers: the in-kernel tests of them."""

from __future__ import annotations

import pytest

from pykern.kernel_tests import read_tests, run_kernel_tests
from pykern.qemu import MachineConfig
from tests.support.built import PATIENCE_SECONDS, Built


@pytest.mark.parametrize("cpu", ["max,xsaveopt=off", "max,xsave=off"])
def test_vector_registers(built_tests: Built, cpu: str) -> None:
    config = MachineConfig(built_tests.kernel, built_tests.initrd, cpu=cpu, smp=2)
    wanted = [test for test in read_tests(config.kernel) if ".threads.vector_" in test.name]
    outcomes = list(run_kernel_tests(config, wanted, PATIENCE_SECONDS))
    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.passed] == []
