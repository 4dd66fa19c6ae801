from __future__ import annotations

import itertools
import os
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.log import ERRORS, Sought, Stream, Streams
from runner.store import transcript as module
from runner.store.events import EventLog
from runner.store.folders import RunFolder
from runner.store.transcript import BLOCK, MOST_TEXT, Transcript

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.log import LogLine

START_MS = 1_800_000_000_000
SMALL_BLOCK = 16


class Said(NamedTuple):
    """What a job wrote to one stream until the worker looked."""

    stream: Stream
    data: bytes


WORDS = st.sampled_from(
    [b"\n", b"a", b"bc\n", "é".encode(), "漢".encode(), b"\xff", b"x" * 40]
)
DATA = st.lists(WORDS, min_size=1, max_size=8).map(b"".join)
SAID = st.lists(st.builds(Said, st.sampled_from(Stream), DATA), max_size=12)


class Job:
    """Writes as a job does, with its worker's marks beside it."""

    def __init__(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        self.folder = RunFolder(path)
        self.folder.make()
        self.events = EventLog(self.folder.events)
        self.looks = 0
        self._sizes = dict.fromkeys(Stream, 0)

    def write(self, said: Said) -> None:
        path = (
            self.folder.stdout if said.stream is Stream.STDOUT else self.folder.stderr
        )
        with path.open("ab") as file:
            file.write(said.data)

    def say(self, said: Said) -> None:
        self.write(said)
        self.mark(said.stream, self._sizes[said.stream], len(said.data))
        self._sizes[said.stream] += len(said.data)

    def mark(self, stream: Stream, offset: int, length: int) -> None:
        self.looks += 1
        at_ms = START_MS + 200 * self.looks
        self.events.append(at_ms, "output", stream=stream, offset=offset, bytes=length)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transcripts") / "run"


def opened(job: Job, *, ended: bool = True) -> Transcript:
    transcript = Transcript(job.folder)
    transcript.update(ended=ended)
    return transcript


def in_turns(said: list[Said]) -> list[Said]:
    """As marked, but unfinished lines wait for their rest, or for a second."""
    held: dict[Stream, list[tuple[int, int]]] = {stream: [] for stream in Stream}
    placed: list[Said] = []

    def place(stream: Stream, count: int) -> None:
        data = bytes(byte for byte, _ in held[stream][:count])
        del held[stream][:count]
        placed.append(Said(stream, data))

    def place_old(stream: Stream, now: int) -> None:
        if held[stream] and now - held[stream][0][1] > 5:
            place(stream, len(held[stream]))

    for now, it in enumerate(said):
        (other,) = set(Stream) - {it.stream}
        held[it.stream] += [(byte, now) for byte in it.data]
        if all(before.stream is it.stream for before in said[:now]):
            place(it.stream, len(it.data))
            continue
        place_old(other, now)
        waiting = bytes(byte for byte, _ in held[it.stream])
        place(it.stream, waiting.rfind(b"\n") + 1)
        place_old(it.stream, now)
    for stream in Stream:
        place(stream, len(held[stream]))
    return [it for it in placed if it.data]


def document(said: list[Said], streams: Streams) -> list[Said]:
    """What is shown, neighbours of one stream put together."""
    chosen = [it for it in in_turns(said) if streams in {Streams.BOTH, it.stream}]
    return [
        Said(stream, b"".join(it.data for it in group))
        for stream, group in itertools.groupby(chosen, key=lambda it: it.stream)
    ]


def model(
    said: list[Said], streams: Streams, block: int
) -> list[tuple[int, int, bytes]]:
    """All lines by the rules, found in the whole document."""
    pieces = document(said, streams)
    whole = b"".join(piece.data for piece in pieces)
    turns = set(itertools.accumulate(len(piece.data) for piece in pieces))
    natural = turns | {it.end() for it in re.finditer(b"\n", whole)}
    if pieces:
        natural.discard(len(whole)) if not whole.endswith(b"\n") else None
    ends = set(natural)
    for start in range(0, len(whole) - block + 1, block):
        if not any(start < end <= start + block for end in natural):
            ends.add(cut_at(whole, start + block, turns))
    borders = sorted({0, *ends, len(whole)})
    return [(a, b, whole[a:b]) for a, b in itertools.pairwise(borders)]


def cut_at(whole: bytes, place: int, turns: set[int]) -> int:
    length = 0
    while (
        place + length < len(whole)
        and place + length not in turns - {place}
        and whole[place + length] & 0xC0 == 0x80
        and length < 4
    ):
        length += 1
    return place + length if length < 4 else place


def plain(lines: list[LogLine]) -> list[tuple[int, int, str]]:
    return [(line.start, line.end, line.text) for line in lines]


@given(
    SAID,
    st.sampled_from(Streams),
    st.tuples(st.integers(0, 300), st.integers(1, 20)),
    st.booleans(),
)
def test_windows_agree_with_the_whole(
    place: Path,
    said: list[Said],
    streams: Streams,
    window: tuple[int, int],
    marked: bool,
) -> None:
    job = Job(place)
    at, count = window
    for it in said:
        job.say(it) if marked else job.write(it)
    if not marked:
        whole = {
            stream: b"".join(it.data for it in said if it.stream is stream)
            for stream in Stream
        }
        said = [Said(stream, data) for stream, data in whole.items() if data]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", SMALL_BLOCK)
        transcript = opened(job)
        expected = [
            (start, end, data.decode("utf-8", "replace"))
            for start, end, data in model(said, streams, SMALL_BLOCK)
        ]
        size = sum(len(it.data) for it in document(said, streams))
        index = sum(end <= min(at, size) for _, end, _ in expected)

        assert transcript.size(streams) == size
        found = transcript.lines_from(at, count, streams)
        assert plain(found) == expected[index : index + count]
        found = transcript.lines_before(at, count, streams)
        assert plain(found) == expected[:index][-count:]
        assert plain(transcript.tail(count, streams)) == expected[-count:]
    job.events.close()


@given(SAID, st.sampled_from(Streams))
def test_what_grows_reads_as_what_was_opened_late(
    place: Path, said: list[Said], streams: Streams
) -> None:
    job = Job(place)
    growing = Transcript(job.folder)
    seen = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", SMALL_BLOCK)
        for it in said:
            job.say(it)
            growing.update(ended=False)
            text = "".join(texts(growing.tail(growing.size() + 1)))
            assert text.startswith(seen)
            seen = text
        growing.update(ended=True)
        late = opened(job)
        count = late.size() + 1
        assert growing.tail(count, streams) == late.tail(count, streams)
        assert late.lines_from(0, count, streams) == late.tail(count, streams)
    job.events.close()


@given(SAID, st.sampled_from(Streams), st.sampled_from(Streams), st.integers(0, 200))
def test_places_are_found_again_in_another_choice(
    place: Path, said: list[Said], streams: Streams, into: Streams, at: int
) -> None:
    job = Job(place)
    for it in said:
        job.say(it)
    transcript = opened(job)

    there = transcript.translated(at, streams, into)

    assert 0 <= there <= transcript.size(into)
    if into is Streams.BOTH and at < transcript.size(streams):
        assert transcript.translated(there, into, streams) == at
    job.events.close()


@given(SAID, st.integers(0, 200), st.booleans())
def test_a_search_in_slices_finds_the_nearest(
    place: Path, said: list[Said], at: int, forward: bool
) -> None:
    job = Job(place)
    for it in said:
        job.say(it)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", SMALL_BLOCK)
        patch.setattr(module, "_SEARCH_WINDOW", 2 * SMALL_BLOCK)
        transcript = opened(job)
        begin = (transcript.lines_from(at, 1) or transcript.tail(0))[:1]
        start = begin[0].start if begin else transcript.size()
        lines = transcript.tail(transcript.size() + 1)
        hits = [line for line in lines if "漢" in line.text]
        beyond = [
            it for it in hits if (it.start >= start if forward else it.end <= start)
        ]
        nearest = beyond[0 if forward else -1] if beyond else None

        step = transcript.search(Sought("漢"), at, forward=forward, budget=1)
        while step.found is None and not step.over:
            step = transcript.search(
                Sought("漢"), step.place, forward=forward, budget=1
            )

        assert step.found == nearest
    job.events.close()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "run")


def texts(lines: list[LogLine]) -> list[str]:
    return [line.text for line in lines]


def test_streams_take_turns_as_they_were_marked(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    job.say(Said(Stream.STDERR, b"bad\n"))
    job.say(Said(Stream.STDOUT, b"two\n"))
    lines = opened(job).tail(10)

    assert texts(lines) == ["one\n", "bad\n", "two\n"]
    assert [line.at_ms for line in lines] == [START_MS + it for it in (200, 400, 600)]
    assert [line.stream for line in lines] == [*Stream, Stream.STDOUT]


def test_a_look_within_a_line_does_not_cut_it(job: Job) -> None:
    job.say(Said(Stream.STDERR, b"begin\n"))
    job.say(Said(Stream.STDOUT, b"one\ntw"))
    job.say(Said(Stream.STDERR, b"bad\n"))
    job.say(Said(Stream.STDOUT, b"o\n"))

    assert texts(opened(job).tail(10)) == ["begin\n", "one\n", "bad\n", "two\n"]


def test_a_line_without_end_is_not_held_back_for_long(job: Job) -> None:
    job.say(Said(Stream.STDERR, b"begin\n"))
    job.say(Said(Stream.STDOUT, b"password: "))
    transcript = opened(job, ended=False)
    assert texts(transcript.tail(10)) == ["begin\n"]
    for _ in range(10):
        transcript.update(ended=False)
    assert texts(transcript.tail(10)) == ["begin\n", "password: "]

    for _ in range(10):
        job.say(Said(Stream.STDERR, b"bad\n"))
    late = texts(opened(job, ended=False).tail(20))
    assert late.index("password: ") == 6


def test_each_line_has_the_time_of_its_own_mark(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    job.say(Said(Stream.STDOUT, b"two\n"))
    times = [line.at_ms for line in opened(job).tail(10, Streams.STDOUT)]

    assert times == [START_MS + 200, START_MS + 400]


def test_while_it_runs_only_what_is_marked_is_there(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    job.write(Said(Stream.STDOUT, b"two\n"))
    job.write(Said(Stream.STDERR, b"three\n"))
    transcript = opened(job, ended=False)
    assert texts(transcript.tail(10)) == ["one\n"]

    transcript.update(ended=True)
    assert texts(transcript.tail(10)) == ["one\n", "two\n", "three\n"]
    assert transcript.tail(1)[0].at_ms is None


@pytest.mark.parametrize("ended", [False, True])
def test_without_events_everything_is_there(job: Job, ended: bool) -> None:
    job.write(Said(Stream.STDERR, b"two\n"))
    job.write(Said(Stream.STDOUT, b"one\n"))
    job.folder.events.unlink()

    assert texts(opened(job, ended=ended).tail(10)) == ["one\n", "two\n"]


def test_marks_that_a_job_invents_change_no_byte(job: Job) -> None:
    job.write(Said(Stream.STDOUT, b"one\ntwo\n"))
    job.mark(Stream.STDOUT, 2**70, 2**70)
    job.mark(Stream.STDOUT, -5, 2)
    job.mark(Stream.STDOUT, 4, -4)
    with job.folder.events.open("ab") as file:
        file.write(b'{"seq": 1, "event": "output"}\n"output"\n\xff"output"\n')
        file.write(b'{"event":"output","stream":"x","offset":0,"bytes":4,"at":""}\n')

    assert texts(opened(job, ended=False).tail(10)) == ["one\n", "two\n"]


def test_a_torn_mark_is_read_when_it_is_whole(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    job.say(Said(Stream.STDOUT, b"two\n"))
    content = job.folder.events.read_bytes()
    transcript = Transcript(job.folder)
    for cut in range(len(content)):
        job.folder.events.write_bytes(content[:cut])
        transcript.update(ended=False)
    job.folder.events.write_bytes(content)
    transcript.update(ended=False)

    assert [it.at_ms for it in transcript.tail(9)] == [START_MS + 200, START_MS + 400]


def test_a_log_that_lost_its_beginning_is_read_anew(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\ntwo\nthree\n"))
    transcript = opened(job)
    job.folder.stdout.write_bytes(b"new\n")
    assert len(texts(transcript.tail(9))) > 0

    transcript.update(ended=True)
    assert texts(transcript.tail(9)) == ["new\n"]


@pytest.mark.parametrize("name", ["stdout.log", "stderr.log", "events.jsonl"])
@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "nothing"])
def test_what_a_job_puts_in_place_of_files_is_not_read(
    job: Job, tmp_path: Path, name: str, kind: str
) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    job.say(Said(Stream.STDERR, b"two\n"))
    transcript = opened(job)
    path = job.folder.path / name
    path.unlink()
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "link":
            (tmp_path / "secret").write_bytes(b"secret\n" * 10)
            path.symlink_to(tmp_path / "secret")
        case "folder":
            path.mkdir()
        case _:
            pass
    expected = {"stdout.log": ["two\n"], "stderr.log": ["one\n"]}

    assert not any("secret" in line.text for line in transcript.tail(9))
    transcript.update(ended=True)
    assert texts(transcript.tail(9)) == expected.get(name, ["one\n", "two\n"])
    assert texts(opened(job).tail(9)) == expected.get(name, ["one\n", "two\n"])


def test_a_folder_that_is_gone_is_an_empty_document(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n"))
    transcript = opened(job)
    shutil.rmtree(job.folder.path)
    transcript.update(ended=True)

    assert (transcript.size(), transcript.tail(9)) == (0, [])
    assert transcript.lines_from(0, 9) == transcript.lines_before(9, 9) == []
    assert transcript.search(ERRORS, 0, forward=True).over


def test_a_line_of_megabytes_comes_in_parts_that_make_it_up(job: Job) -> None:
    long = "äöü漢".encode() * 200_000
    job.say(Said(Stream.STDOUT, b"before\n" + long + b"\nafter\n"))
    transcript = opened(job)
    lines: list[LogLine] = []
    while part := transcript.lines_from(lines[-1].end if lines else 0, 500):
        assert sum(line.end - line.start for line in part) <= MOST_TEXT
        lines += part

    assert max(line.end - line.start for line in lines) <= 2 * BLOCK
    assert "".join(texts(lines)).encode() == b"before\n" + long + b"\nafter\n"
    assert plain(transcript.tail(3)) == plain(lines[-3:])


def test_a_tail_in_the_middle_of_a_hole_costs_nothing(job: Job) -> None:
    with job.folder.stdout.open("wb") as file:
        file.truncate(2**40)
    transcript = opened(job)

    assert transcript.size() == 2**40
    assert [line.end for line in transcript.tail(2)] == [2**40 - BLOCK, 2**40]
    assert transcript.lines_from(2**39 + 5, 1)[0].start == 2**39


def test_all_of_it_can_be_had_in_pieces(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\n" * 400_000))
    job.say(Said(Stream.STDERR, b"bad\n"))

    assert b"".join(opened(job).pieces()) == b"one\n" * 400_000 + b"bad\n"


def test_counting_new_lines(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"one\ntwo\nthr"))
    job.say(Said(Stream.STDERR, b"bad\n"))
    transcript = opened(job)

    assert transcript.count_lines(0, 10**9) == 3
    assert transcript.count_lines(4, 8) == 1
    assert transcript.count_lines(0, 10**9, Streams.STDERR) == 1


@pytest.mark.parametrize(
    ("sought", "text", "is_found"),
    [
        (Sought("late"), "too LATE\n", True),
        (Sought("Late"), "too LATE\n", False),
        (Sought("a.c"), "abc\n", False),
        (Sought("a.c", regex=True), "abc\n", True),
        (Sought("größe"), "größe\n", True),
        (ERRORS, "ValueError: no\n", True),
        (ERRORS, "ERROR something\n", True),
        (ERRORS, "Traceback (most recent call last):\n", True),
        (ERRORS, "3 failed, 2 passed\n", True),
        (ERRORS, "0 errors\n", False),
        (ERRORS, "all is fine\n", False),
    ],
)
def test_what_is_found(job: Job, sought: Sought, text: str, is_found: bool) -> None:
    job.say(Said(Stream.STDOUT, b"begin\n" + text.encode() + b"end\n"))
    found = opened(job).search(sought, 0, forward=True).found

    assert (found is not None and found.text == text) is is_found
    assert (sought.in_text().search(text) is not None) is is_found


def test_a_wrong_expression_is_told(job: Job) -> None:
    job.say(Said(Stream.STDOUT, b"begin\n"))
    with pytest.raises(re.error):
        opened(job).search(Sought("(", regex=True), 0, forward=True)
