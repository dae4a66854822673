"""Tests of pure modules in Linux processes: which they are, and what becomes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pykern.host_tests import pure_modules, run_host_tests
from pykern.kernel_tests import KernelTest, Outcome

SOURCE = '''"""Tests that pass, panic, crash and never end."""
from __future__ import annotations

from pykern.lang import ptr_at, store, test, u8, u32

count: u32 = 0


@test
def passes() -> None:
    pass


@test
def panics() -> None:
    assert count == 1, f"{count} is not 1"


@test
def crashes() -> None:
    store(ptr_at(u8, 8), 1)


@test
def never_ends() -> None:
    global count
    while True:
        count = 0


@test
def also_passes() -> None:
    pass
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "kernel_src" / "arch").mkdir(parents=True)
    write = {
        "trials.py": SOURCE,
        "arch/port.py": '"""A port."""\nfrom __future__ import annotations\n\n\n'
        "def read() -> None:\n    pass\n",
        "near.py": '"""Near the machine."""\nfrom __future__ import annotations\n\n'
        "import kernel_src.arch.port as port\n\n\ndef use() -> None:\n    port.read()\n",
        "far.py": '"""Further away."""\nfrom __future__ import annotations\n\n'
        "import kernel_src.near as near\nfrom pykern.lang import test\n\n\n"
        "@test\ndef uses() -> None:\n    near.use()\n",
    }
    for name, text in write.items():
        (tmp_path / "kernel_src" / name).write_text(text)
    return tmp_path


def run(project: Path, *names: str, timeout: float | None = None) -> list[Outcome]:
    tests = [
        KernelTest(number, len(names), f"kernel_src.trials.{name}", "trials.py:1")
        for number, name in enumerate(names)
    ]
    return list(run_host_tests(project, tests, timeout))


def test_what_reaches_the_machine_is_not_pure(project: Path) -> None:
    modules = ["kernel_src.trials", "kernel_src.far"]
    assert pure_modules(project, modules) == {"kernel_src.trials"}


def test_a_panic_or_a_crash_is_one_failed_test(project: Path) -> None:
    outcomes = run(project, "passes", "panics", "crashes", "also_passes")
    assert [outcome.passed for outcome in outcomes] == [True, False, False, True]
    assert outcomes[1].report.startswith("PANIC: ")
    assert "0 is not 1" in outcomes[1].report
    assert outcomes[2].report == "the process was ended by SIGSEGV\n"


def test_a_test_without_end_is_ended(project: Path) -> None:
    outcomes = run(project, "never_ends", "passes", timeout=2.0)
    assert outcomes[0].report == "no end after 2.0 seconds\n"
    assert [outcome.passed for outcome in outcomes] == [False, True]
