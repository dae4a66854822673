"""The kernel's own `@test` functions: all pass, and the host says of each what the machine says."""

from __future__ import annotations

from tests.support.command import pykern


def verdicts(*arguments: str) -> dict[str, tuple[str, str]]:
    """Of each test by name: where it ran, and what became of it."""
    result = pykern("test", *arguments)
    lines = [line.split() for line in result.lines if line.startswith(("passed", "FAILED"))]
    assert result.status == 0, result.stdout + result.stderr
    return {name: (place, verdict) for verdict, place, name, *_ in lines}


def test_host_and_machine_agree() -> None:
    usual, in_machine = verdicts(), verdicts("--vm")
    assert {place for place, _ in usual.values()} == {"host", "vm"}
    assert {place for place, _ in in_machine.values()} == {"vm"}
    assert {name: v for name, (_, v) in usual.items()} == {
        name: v for name, (_, v) in in_machine.items()
    }
    assert not any(name.startswith("kernel_src.bench.") for name in usual)
