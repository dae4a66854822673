"""The kernel's serial output: bytes to text for people, and to events for tools.

The protocol is described in kernel_src/README.md. A line that begins with "@ " is an event; every
other line is for people. Two lines of a panic report get the function, file and line written behind
them:

      at 0xffffffff80001234      where a trap happened: frame 0 is then this very instruction
      #3 0xffffffff80001234      a return address: the call is the instruction before it
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pykern.backtrace import Symboliser

EVENT_MARK = "@ "
FRAME = re.compile(r"^  #(?P<number>\d+) (?P<address>0x[0-9a-f]{1,16})$")
TRAP = re.compile(r"^  at (?P<address>0x[0-9a-f]{1,16})$")
LINE_LIMIT = 4096  # what is kept of a line to recognise it; a guest that ends none costs no memory


@dataclass(frozen=True)
class Event:
    """What the kernel tells tools: `@ exit 3` is Event("exit", "3")."""

    name: str
    text: str = ""


def event_of(line: str) -> Event | None:
    """The event in a line, if it is one. A colon after the name belongs to neither part."""
    if not line.startswith(EVENT_MARK):
        return None
    name, _, text = line.removeprefix(EVENT_MARK).partition(" ")
    return Event(name.removesuffix(":"), text.strip())


class SerialLog:
    """Follows a machine's output: keeps its events, and gives the text with backtraces explained.

    Text is handed on as it arrives, since a prompt has no newline; only what may turn out to be an
    event waits for the end of its line.
    """

    def __init__(self, symboliser: Symboliser | None = None, show_events: bool = False) -> None:
        self.events: list[Event] = []
        self._symboliser = symboliser
        self._show_events = show_events
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._return_held = ""  # a carriage return that may be followed by a newline
        self._line = ""  # the current line from its beginning, up to the limit
        self._waiting = ""  # the part of it that has not been handed on
        self._trap_address: int | None = None

    def feed(self, data: bytes, final: bool = False) -> str:
        """The text to show for the bytes that have arrived."""
        text = self._return_held + self._decoder.decode(data, final)
        self._return_held = "\r" if text.endswith("\r") and not final else ""
        text = text.removesuffix(self._return_held).replace("\r\n", "\n")
        *ended, rest = text.split("\n")
        return "".join(self._add(part) + self._end_line() for part in ended) + self._add(rest)

    def close(self) -> str:
        """What is left at the end of the output; a line that was begun is ended."""
        text = self.feed(b"", final=True)
        return text + (self._end_line() if self._line else "")

    def find(self, name: str) -> Event | None:
        """The last event of a name."""
        return next((event for event in reversed(self.events) if event.name == name), None)

    def _add(self, part: str) -> str:
        self._line += part[: LINE_LIMIT - len(self._line)]
        self._waiting += part
        return "" if self._may_be_event() else self._hand_on()

    def _may_be_event(self) -> bool:
        if self._show_events or len(self._line) == LINE_LIMIT:
            return False
        return self._line.startswith(EVENT_MARK) or EVENT_MARK.startswith(self._line)

    def _hand_on(self) -> str:
        text, self._waiting = self._waiting, ""
        return text

    def _end_line(self) -> str:
        line, self._line = self._line, ""
        text = self._hand_on()
        event = event_of(line)
        if event is not None:
            self.events.append(event)
            if not self._show_events:
                return ""
        return text + self._explanation(line) + "\n"

    def _explanation(self, line: str) -> str:
        """What is written behind a line; calls that were compiled away get a line each below it."""
        trap, frame = TRAP.match(line), FRAME.match(line)
        if trap is not None:
            self._trap_address = int(trap["address"], 16)
            return self._places(self._trap_address, len(line))
        if frame is None:
            return ""
        address = int(frame["address"], 16)
        is_trap = frame["number"] == "0" and address == self._trap_address
        return self._places(address if is_trap else address - 1, len(line))

    def _places(self, address: int, indent: int) -> str:
        places = self._symboliser.places(address) if self._symboliser else []
        return "  " + f"\n{' ' * (indent + 2)}".join(map(str, places)) if places else ""
