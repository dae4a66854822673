"""Serial bytes become text for people and events for tools, wherever the pieces are cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykern.backtrace import Place, Symboliser
from pykern.serial import LINE_LIMIT, Event, SerialLog, event_of

SYMBOLS = {
    0x1000: [Place("fault", "a.py", 7)],
    0x1FFF: [Place("inner", "b.py", 3, inlined=True), Place("outer", "a.py", 20)],
}


class KnownSymbols(Symboliser):
    """Answers from a table."""

    def __init__(self) -> None:
        super().__init__(Path("unused"))

    def places(self, address: int) -> list[Place]:
        return SYMBOLS.get(address, [])


def shown(data: bytes, log: SerialLog) -> str:
    return log.feed(data) + log.close()


def test_text_passes_and_line_ends_become_newlines() -> None:
    assert shown(b"one\r\ntwo\nthr\ree\r\n", SerialLog()) == "one\ntwo\nthr\ree\n"


def test_a_prompt_is_shown_before_its_line_ends() -> None:
    assert SerialLog().feed(b"$ ") == "$ "
    assert SerialLog().feed(b"@") == ""


def test_events_are_kept_and_hidden() -> None:
    log = SerialLog()
    assert shown(b"a\r\n@ refused: no initrd\r\n@ exit 3\r\n@\r\n", log) == "a\n@\n"
    assert log.events == [Event("refused", "no initrd"), Event("exit", "3")]
    assert log.find("exit") == Event("exit", "3")
    assert log.find("panic") is None


def test_events_are_shown_on_request() -> None:
    assert shown(b"@ exit 3\r\n", SerialLog(show_events=True)) == "@ exit 3\n"


def test_a_server_can_not_write_an_event() -> None:
    assert event_of("hello| @ exit 0") is None
    assert event_of(" @ exit 0") is None
    assert event_of("@exit 0") is None


def test_an_unfinished_line_is_ended() -> None:
    assert shown(b"half", SerialLog()) == "half\n"
    assert shown(b"@ exit", SerialLog()) == ""
    assert shown(b"x\r", SerialLog()) == "x\r\n"


def test_a_return_address_is_looked_up_before_the_call_ended() -> None:
    text = shown(b"  #1 0x0000000000002000\r\n", SerialLog(KnownSymbols()))
    assert text == (
        "  #1 0x0000000000002000  inner at b.py:3 (inlined)\n"
        "                         outer at a.py:20\n"
    )


def test_a_trap_is_looked_up_where_it_happened() -> None:
    report = b"  at 0x1000\r\n  #0 0x0000000000001000\r\n"
    assert shown(report, SerialLog(KnownSymbols())) == (
        "  at 0x1000  fault at a.py:7\n  #0 0x0000000000001000  fault at a.py:7\n"
    )


@pytest.mark.parametrize("line", ["  #1 0x9999", "#1 0x2000", "  #x 0x2000", "  #1 0x2000 more"])
def test_other_lines_are_left_alone(line: str) -> None:
    assert shown(line.encode() + b"\n", SerialLog(KnownSymbols())) == line + "\n"


def test_an_endless_line_passes_and_is_not_kept() -> None:
    log = SerialLog()
    assert log.feed(b"@ " + b"x" * LINE_LIMIT) == "@ " + "x" * LINE_LIMIT
    assert log.feed(b"y" * 1000) == "y" * 1000


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_any_bytes_give_the_same_text_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    whole, pieces = SerialLog(KnownSymbols()), SerialLog(KnownSymbols())
    expected = shown(data, whole)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [data[start:end] for start, end in zip(edges, edges[1:], strict=False)]
    assert "".join(map(pieces.feed, parts)) + pieces.close() == expected
    assert pieces.events == whole.events
