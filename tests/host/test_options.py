"""Which words of a command line are doubted, beside what Python's own splitting says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.guarded import guarded
from tests.support.host import host_program

OPTIONS = "kernel_src.options"
KNOWN = {"log", "end"}  # of a build without tests


def doubts(text: str) -> list[tuple[str, str]]:
    """Each word and what the kernel thinks of it."""
    module = host_program(OPTIONS).module(OPTIONS)
    bytes_ = guarded(text.encode())
    found = []
    first, last = module.next_word(bytes_, 0)
    while first < last:
        found.append((text[first:last], module.doubt_about(bytes_, first, last).name))
        first, last = module.next_word(bytes_, last)
    return found


def expected(text: str) -> list[tuple[str, str]]:
    found, names = [], set()
    for word in text.split():
        name, sign, _ = word.partition("=")
        if not sign:
            doubt = "NO_VALUE"
        elif name not in KNOWN:
            doubt = "UNKNOWN"
        else:
            doubt = "REPEATED" if name in names else "NONE"
        names.add(name)
        found.append((word, doubt))
    return found


@settings(deadline=None)  # the first example compiles the kernel's modules
@given(
    st.lists(st.sampled_from(["log=info", "log", "end=", "=", "=log", " ", "logs=1", "a=b=c"])).map(
        " ".join
    )
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
)
def test_words_are_doubted_for_a_reason(text: str) -> None:
    assert doubts(text) == expected(text)


def test_the_longest_command_line_has_an_end() -> None:
    assert doubts("= " * 512) == [("=", "UNKNOWN")] * 512
