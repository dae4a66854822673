"""Dialect code in the Python process: values in and out, errors, panics, callbacks, threads."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.build.cache import Cache
from compiler.diagnostics import CompileError
from compiler.host.program import DialectError, DialectPanic, HostProgram, MissingExtern
from tests.support.host_sample import TEXT, line_of

MODULE = "sample"


class Answers:
    """What `@extern` functions do; a test replaces them."""

    def __init__(self) -> None:
        self.ask: Callable[..., Any] = lambda question, name: question
        self.fetch: Callable[..., Any] = lambda into: 0


ANSWERS = Answers()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("host")
    (root / f"{MODULE}.py").write_text(TEXT)
    return root


def load(folder: Path, **options: Any) -> HostProgram:
    externs = {
        "ask": lambda *arguments: ANSWERS.ask(*arguments),
        "fetch": lambda *arguments: ANSWERS.fetch(*arguments),
    }
    cache = Cache(folder / "cache")
    return HostProgram(folder, [MODULE], externs=externs, cache=cache, **options)


@pytest.fixture(scope="module", params=[0, 2], ids=["O0", "O2"])
def program(folder: Path, request: pytest.FixtureRequest) -> Iterator[HostProgram]:
    yield load(folder, opt=request.param, tests=True)


@pytest.fixture
def sample(program: HostProgram, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ANSWERS, "ask", ANSWERS.ask)
    monkeypatch.setattr(ANSWERS, "fetch", ANSWERS.fetch)
    return program.module(MODULE)


# --- Values ------------------------------------------------------------------------------------


def test_scalars_go_in_and_out(sample: Any) -> None:
    assert sample.add(2, 3) == 5
    assert sample.scale(1.5) == 3.0
    assert sample.scale(3, by=0.5) == 1.5
    assert sample.negate(-32768) == 32768
    assert sample.negate(5, really=False) == 5
    assert sample.small(1) == 2


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("add", (-1, 0), OverflowError),
        ("add", (1 << 32, 0), OverflowError),
        ("negate", (32768,), OverflowError),
        ("add", (1.0, 2), TypeError),
        ("add", (True, 2), TypeError),
        ("negate", (1, 1), TypeError),
        ("add", (1,), TypeError),
        ("add", (1, 2, 3), TypeError),
        ("greet", (b"x",), TypeError),
        ("total", (7,), TypeError),
        ("total", ([-1],), OverflowError),
        ("last", (5,), TypeError),
        ("double", (None,), TypeError),
        ("other", (3,), OverflowError),
        ("apply", (len, 3), TypeError),
        ("swap", (5,), TypeError),
    ],
)
def test_what_does_not_fit_is_refused(
    sample: Any, function: str, arguments: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(sample, function)(*arguments)


def test_arguments_by_name_are_checked(sample: Any) -> None:
    assert sample.add(b=1, a=2) == 3
    with pytest.raises(TypeError, match="'c' is unknown"):
        sample.add(1, c=2)
    with pytest.raises(TypeError, match="'a' is given twice"):
        sample.add(1, a=2)


def test_slices_are_copied_or_used_in_place(program: HostProgram, sample: Any) -> None:
    assert sample.total([1, 2, 3]) == 6
    assert sample.total(()) == 0
    buffer = bytearray(4)
    sample.fill_with(buffer, 9)
    assert buffer == b"\x09" * 4
    sample.fill_with(memoryview(buffer)[1:3], 1)
    assert buffer == bytes([9, 1, 1, 9])
    array = program.array("u32", [4, 5])
    assert sample.total(array) == 9
    assert sample.total(array[1:]) == 5


def test_a_returned_slice_keeps_what_it_shows_alive(sample: Any) -> None:
    part = sample.middle(bytes(range(100, 200)) * 1000)
    gc.collect()
    assert part[0] == 101
    assert len(part) == 99_998
    assert part.bytes() == (bytes(range(100, 200)) * 1000)[1:-1]


def test_text_is_text(sample: Any) -> None:
    assert sample.greet("world") == "hello"
    assert sample.greet("wörld ✓") == "wörld ✓"
    assert sample.greet("") == ""


def test_formats_are_given_as_text(sample: Any) -> None:
    buffer = bytearray(8)
    assert sample.render(buffer, "abc") == 6
    assert buffer == b"[4]abc\0\0"


def test_values_are_frozen_instances(sample: Any) -> None:
    turned = sample.swap(sample.Range(start=1, end=5))
    assert turned == (5, sample.Range(5, 1))
    assert sample.swap((1, 5)) == turned
    assert sample.Range(1, 5).length() == 4
    with pytest.raises(AttributeError):
        sample.Range(1, 2).start = 3


def test_enums_and_flags_are_pythons(sample: Any) -> None:
    assert sample.other(sample.Kind.DATA) is sample.Kind.NONE
    assert sample.other(0) is sample.Kind.DATA
    assert sample.writable(sample.Rights.READ) == sample.Rights.READ | sample.Rights.WRITE
    with pytest.raises(TypeError):
        sample.other(sample.Rights.READ)


def test_functions_are_values(sample: Any) -> None:
    assert sample.apply(sample.add, 4) == 8
    assert sample.apply(sample.adder(), 5) == 10
    with pytest.raises(TypeError):
        sample.apply(sample.total, 4)


# --- Places ------------------------------------------------------------------------------------


def test_a_struct_has_its_defaults(sample: Any) -> None:
    node = sample.Node(next=None)
    assert (node.number, node.kind, node.inner.a, node.inner.b) == (7, sample.Kind.DATA, 1, 9)
    assert node.data == [0, 0, 0, 0]
    assert node.hits == 4
    assert node.title == "untitled"
    assert node.next is None
    assert len(node.bytes_seen) == 0


def test_fields_are_places(sample: Any) -> None:
    node = sample.Node(next=None, number=1)
    node.number = 40
    node.inner.b = 1 << 40
    node.data[2] = 255
    node.hits = 9
    node.title = "new"
    assert node.bump() == 41
    assert node.bump(by=9) == 50
    assert (node.number, node.inner.b, node.data.bytes()) == (50, 1 << 40, b"\0\0\xff\0")
    assert (node.hits, node.title) == (9, "new")
    node.data = b"abc"
    assert node.data == b"abc\0"
    with pytest.raises(OverflowError):
        node.data = b"abcde"
    with pytest.raises(OverflowError):
        node.data[0] = 256
    with pytest.raises(IndexError):
        node.data[4]
    with pytest.raises(AttributeError):
        node.nothing = 1
    with pytest.raises(TypeError):
        node.inner = 3


def test_a_struct_needs_its_fields(sample: Any) -> None:
    with pytest.raises(TypeError, match="'next'"):
        sample.Node()
    with pytest.raises(TypeError, match="'other'"):
        sample.Node(next=None, other=1)


def test_pointers_are_proxies_and_keep_their_targets(sample: Any) -> None:
    head = sample.Node(next=sample.Node(next=sample.Node(next=None, number=3), number=2))
    gc.collect()
    assert head.next.next.number == 3
    assert sample.last(head).number == 3
    assert sample.last(head) == head.next.next
    assert sample.last(head) != head
    end = sample.last(head)
    del head
    gc.collect()
    assert end.number == 3


def test_a_slice_in_a_field_keeps_its_bytes(sample: Any) -> None:
    node = sample.Node(next=None)
    node.bytes_seen = b"x" * 100_000
    gc.collect()
    assert node.bytes_seen.bytes() == b"x" * 100_000


def test_cells_are_pointed_to(program: HostProgram, sample: Any) -> None:
    cell = program.cell("u32", 21)
    sample.double(cell)
    assert cell.value == 42
    with pytest.raises(TypeError):
        sample.double(program.cell("u64", 1))


def test_generic_structs_are_named_with_their_arguments(program: HostProgram, sample: Any) -> None:
    stack = program.zeroed("sample.Stack[u32]")
    stack.push(5)
    stack.push(6)
    with pytest.raises(sample.Full):
        stack.push(7)
    assert stack.items == [5, 6]
    wide = program.zeroed("sample.Stack[u64]")
    wide.push(1 << 50)
    assert wide.items[0] == 1 << 50


def test_types_have_names(program: HostProgram) -> None:
    assert len(program.zeroed("Array[Ptr[sample.Node] | None, 3]")) == 3
    for wrong in ("sample.Nothing", "sample.Stack", "u31", "Array[u8]", "1 +"):
        with pytest.raises(TypeError):
            program.zeroed(wrong)


def test_constants_and_variables(sample: Any) -> None:
    assert (sample.COUNT, sample.LIMIT, sample.NAME) == (5, 80, "sample")
    assert sample.TABLE == [10, 20, 30]
    sample.counter = 10
    assert sample.tick() == 11
    assert sample.counter == 11
    assert list(sample.names) == ["one", "two"]
    sample.names[1] = "zwei"
    assert list(sample.names) == ["one", "zwei"]
    sample.numbers.push(3)
    assert sample.numbers.used == 1
    sample.numbers.used = 0
    with pytest.raises(OverflowError):
        sample.counter = -1
    with pytest.raises(AttributeError):
        sample.LIMIT = 3
    with pytest.raises(AttributeError):
        sample.nothing  # noqa: B018


# --- Errors and panics -------------------------------------------------------------------------


def test_an_error_is_an_exception_of_its_class(program: HostProgram, sample: Any) -> None:
    with pytest.raises(sample.Empty) as caught:
        sample.last(None)
    assert isinstance(caught.value, DialectError)
    assert program.error("sample.Empty") is sample.Empty
    assert sample.Empty.__doc__ == "Nothing is there."
    assert not issubclass(sample.Empty, sample.Full)


def test_a_panic_has_file_line_and_message(sample: Any) -> None:
    with pytest.raises(DialectPanic) as caught:
        sample.boom("hé", 255)
    panic = caught.value
    assert (panic.file, panic.line) == ("sample.py", line_of('panic(f"boom'))
    assert panic.message == "boom hé 0xff"


def test_a_failed_check_is_a_panic(sample: Any) -> None:
    with pytest.raises(DialectPanic, match="u32 overflow: 4294967295 \\+ 1"):
        sample.add(0xFFFF_FFFF, 1)
    with pytest.raises(DialectPanic, match="out of range"):
        sample.middle(b"a")


def test_a_panic_comes_back_from_any_depth(sample: Any) -> None:
    for _ in range(1000):
        with pytest.raises(DialectPanic, match="at the bottom"):
            sample.deep(500)
    assert sample.add(1, 1) == 2


def test_tests_of_the_dialect_run_here(sample: Any) -> None:
    assert list(sample.tests) == ["test_adds", "test_fails"]
    sample.tests["test_adds"]()
    with pytest.raises(DialectPanic, match="4 is not 5"):
        sample.tests["test_fails"]()


# --- Callbacks ---------------------------------------------------------------------------------


def test_python_answers_externs(sample: Any) -> None:
    ANSWERS.ask = lambda question, name: question * 2 + len(name)
    assert sample.question(10) == 24


def test_what_python_raises_comes_out_again(sample: Any) -> None:
    def fail(question: int, name: str) -> int:
        raise ZeroDivisionError(name)

    ANSWERS.ask = fail
    with pytest.raises(ZeroDivisionError, match="who"):
        sample.question(1)
    ANSWERS.ask = lambda question, name: -1
    with pytest.raises(OverflowError):
        sample.question(1)


def test_python_writes_where_it_was_asked_to(sample: Any) -> None:
    def write(into: Any) -> int:
        into[0] = 40
        return len(into)

    ANSWERS.fetch = write
    assert sample.fetched() == 44
    ANSWERS.fetch = lambda into: 0
    assert sample.fetched_or(77) == 77
    with pytest.raises(sample.Empty):
        sample.fetched()


def test_an_answer_may_raise_an_error_of_the_dialect(sample: Any) -> None:
    """It passes through like any other exception: an extern function lists no errors."""

    def full(into: Any) -> int:
        raise sample.Full

    ANSWERS.fetch = full
    with pytest.raises(sample.Full):
        sample.fetched_or(77)


def test_calls_nest_through_python(sample: Any) -> None:
    def nested(question: int, name: str) -> int:
        if question == 0:
            return int(sample.add(0xFFFF_FFFF, 1))
        try:
            return int(sample.question(question - 1))
        except DialectPanic:
            return 100

    ANSWERS.ask = nested
    assert sample.question(1) == 101
    assert sample.question(5) == 105


def test_an_extern_nobody_answers_says_so_when_called(sample: Any) -> None:
    with pytest.raises(MissingExtern, match="nowhere"):
        sample.lost()


def test_the_c_library_answers_what_it_has(sample: Any) -> None:
    assert sample.process() == os.getpid()


def test_an_answer_must_be_asked_for(folder: Path) -> None:
    with pytest.raises(KeyError, match="wrong"):
        HostProgram(folder, [MODULE], externs={"wrong": print}, cache=Cache(folder / "cache"))


# --- Threads -----------------------------------------------------------------------------------


def test_threads_panic_each_for_itself(sample: Any) -> None:
    """All are inside dialect code at once: each waits in a callback for the others."""
    together = threading.Barrier(4)

    def ask(question: int, name: str) -> int:
        together.wait(timeout=60)
        if question % 2:
            sample.boom("thread", question)
        return question * 10

    ANSWERS.ask = ask
    results: dict[int, Any] = {}

    def run(number: int) -> None:
        try:
            results[number] = sample.question(number)
        except DialectPanic as panic:
            results[number] = panic.message

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {0: 1, 1: "boom thread 0x1", 2: 21, 3: "boom thread 0x3"}


# --- Programs ----------------------------------------------------------------------------------


def test_nothing_is_compiled_twice(folder: Path) -> None:
    load(folder, opt=1)
    assert load(folder, opt=1).compiled == []


def test_programs_are_apart(folder: Path) -> None:
    one, two = load(folder), load(folder)
    one.module(MODULE).counter = 50
    assert two.module(MODULE).counter == 3
    one.close()
    assert two.module(MODULE).tick() == 4


def test_an_unknown_module_is_a_diagnostic(folder: Path) -> None:
    with pytest.raises(CompileError, match="absent"):
        HostProgram(folder, ["absent"], cache=Cache(folder / "cache"))
    with pytest.raises(KeyError, match="absent"):
        load(folder).module("absent")
