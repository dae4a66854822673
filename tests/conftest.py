"""Order and shared fixtures: what is cheap runs first, machines last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.built import Built, build_project

ROOT = Path(__file__).resolve().parent.parent

# By folder; a folder that is not listed comes between the two.
FIRST = ("lang", "compiler", "host", "jit")
LAST = ("cli", "vm")


def cost(item: pytest.Item) -> int:
    """The place of a test in the order; equal ones stay as they are."""
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    if folder in FIRST:
        return FIRST.index(folder)
    if folder in LAST:
        return len(FIRST) + 1 + LAST.index(folder)
    return len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=cost)


COUNT_MARK = "count of "
"""Properties of tests (`record_property`) that begin so are added up and shown at the end."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: dict[str, int] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name.startswith(COUNT_MARK):
                counts[name] = counts.get(name, 0) + int(value)
    for name, value in sorted(counts.items()):
        terminalreporter.write_line(f"{value} {name.removeprefix(COUNT_MARK)}")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def built(project_root: Path) -> Built:
    """The kernel as it is shipped."""
    return build_project(project_root, tests=False)


@pytest.fixture(scope="session")
def built_tests(project_root: Path) -> Built:
    """The kernel with its tests and its ways to go wrong compiled in."""
    return build_project(project_root, tests=True)
