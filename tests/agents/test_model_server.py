"""The model server itself, asked over HTTP as the agents' programs ask it."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.helpers.model_questions import FORMS
from tests.helpers.wait import wait_until
from tests.lab.model_server import Server
from tests.lab.script import (
    AnyStep,
    Asked,
    Call,
    Cut,
    Fail,
    Figures,
    Hang,
    Refuse,
    Say,
    Script,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.model_questions import Form

CALL = Call("shell", {"command": "ls -l"}, saying="I look.")
PATIENCE_SECONDS = 10


class Desk:
    """A server in this process, and the questions put to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._port = port

    def script(self, *steps: AnyStep, **others: AnyStep) -> None:
        every = {"": steps, **{words: (step,) for words, step in others.items()}}
        body = msgspec.json.encode(Script(every))
        (self.folder / "script.json").write_bytes(body)

    @contextlib.contextmanager
    def asking(
        self, path: str, question: object, **headers: str
    ) -> Iterator[http.client.HTTPConnection]:
        """A connection on which a question was put."""
        line = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=PATIENCE_SECONDS
        )
        body = (
            question if isinstance(question, bytes) else msgspec.json.encode(question)
        )
        line.request("POST", path, body, headers)
        try:
            yield line
        finally:
            line.close()

    def ask(self, form: Form, **headers: str) -> list[Any]:
        """The events of the answer."""
        with self.asking(form.path, form.question, **headers) as line:
            answer = line.getresponse()
            assert answer.status == 200
            return events_of(answer.read())

    def asked(self) -> list[Asked]:
        lines = (self.folder / "requests.jsonl").read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Asked) for line in lines]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Server(tmp_path) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield Desk(tmp_path, server.server_port)
        server.shutdown()
        serving.join()


def events_of(body: bytes) -> list[Any]:
    """What a stream of events carries; "[DONE]" as it is."""
    lines = [
        it.removeprefix(b"data: ") for it in body.splitlines() if it[:5] == b"data:"
    ]
    return [it.decode() if it == b"[DONE]" else msgspec.json.decode(it) for it in lines]


def within(value: object, wanted: object) -> bool:
    """Whether a value is anywhere in an answer."""
    if isinstance(value, dict):
        return any(within(it, wanted) for it in value.values())
    if isinstance(value, list):
        return any(within(it, wanted) for it in value)
    return value == wanted


def test_claude_is_told_of_a_call(desk: Desk) -> None:
    desk.script(CALL)
    events = desk.ask(FORMS["messages"])
    assert [it["type"] for it in events] == [
        "message_start",
        *["content_block_start", "content_block_delta", "content_block_stop"] * 2,
        "message_delta",
        "message_stop",
    ]
    assert events[2]["delta"] == {"type": "text_delta", "text": "I look."}
    assert events[4]["content_block"]["name"] == "shell"
    assert events[5]["delta"]["partial_json"] == '{"command":"ls -l"}'
    assert events[7]["delta"]["stop_reason"] == "tool_use"


def test_codex_is_told_of_a_call(desk: Desk) -> None:
    desk.script(
        CALL, Call("files/read", {"path": "a"}), Call("apply_patch", {"input": "x"})
    )
    _, _, said, _, called, completed = desk.ask(FORMS["responses"])
    assert said["item"]["content"][0]["text"] == "I look."
    assert called["item"]["arguments"] == '{"command":"ls -l"}'
    assert completed["response"]["output"] == [said["item"], called["item"]]
    (*_, called, _) = desk.ask(FORMS["responses"])
    assert (called["item"]["namespace"], called["item"]["name"]) == ("files", "read")
    (*_, called, _) = desk.ask(FORMS["responses"])
    assert (called["item"]["type"], called["item"]["input"]) == (
        "custom_tool_call",
        "x",
    )


def test_opencode_is_told_of_a_call(desk: Desk) -> None:
    desk.script(CALL)
    _, called, finished, done = desk.ask(FORMS["chat"])
    (call,) = called["choices"][0]["delta"]["tool_calls"]
    assert call["function"] == {"name": "shell", "arguments": '{"command":"ls -l"}'}
    assert finished["choices"][0]["finish_reason"] == "tool_calls"
    assert done == "[DONE]"


def test_gemini_is_told_of_a_call(desk: Desk) -> None:
    desk.script(CALL)
    (event,) = desk.ask(FORMS["gemini"])
    said, called = event["candidates"][0]["content"]["parts"]
    assert said == {"text": "I look."}
    assert called["functionCall"] == {"name": "shell", "args": {"command": "ls -l"}}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_steps_come_one_after_another(desk: Desk, form: Form) -> None:
    desk.script(CALL, Call("again", times=2), Say("It is tidy."))
    answers = [desk.ask(form) for _ in range(4)]
    names = [within(answers, it) for it in ("shell", "again", "It is tidy.")]
    assert names == [True, True, True]
    assert [it.step for it in desk.asked()] == [0, 1, 1, 2]
    with desk.asking(form.path, form.question) as line:
        answer = line.getresponse()
        assert answer.status == 400
        assert b"no step for this" in answer.read()


@pytest.mark.parametrize(("name", "form"), FORMS.items(), ids=FORMS)
def test_a_question_is_noted(desk: Desk, name: str, form: Form) -> None:
    desk.script(Say("yes"))
    desk.ask(form, authorization="Bearer test-key")
    (asked,) = desk.asked()
    question = asked.question
    assert (asked.protocol, asked.key) == (name, "test-key")
    assert (asked.conversation, asked.step) == ("", 0)
    assert (question.model, question.system.strip()) == ("m-1", "Be good.")
    assert (question.prompt.strip(), question.tools) == ("Tidy up.", ("shell",))
    assert [it.strip('"') for it in question.results] == ["3 files"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("messages", lambda it: it[-2]["usage"]),
        ("responses", lambda it: it[-1]["response"]["usage"]),
        ("chat", lambda it: it[-2]["usage"]),
        ("gemini", lambda it: it[-1]["usageMetadata"]),
    ],
)
def test_figures(desk: Desk, name: str, read: Any) -> None:
    desk.script(Say("yes", usage=Figures(input=70, cached=20, output=9)))
    usage = read(desk.ask(FORMS[name]))
    flat = usage | usage.get("input_tokens_details", {})
    flat |= usage.get("prompt_tokens_details", {})
    told = sorted(it for it in flat.values() if isinstance(it, int) and it)
    assert told == ([9, 20, 50] if name == "messages" else [9, 20, 70, 79])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_stream_is_wanted(desk: Desk, form: Form) -> None:
    path = form.path.replace("streamGenerate", "generate")
    desk.script(Say("yes"))
    with desk.asking(path, {**form.question, "stream": False}) as line:
        assert within(msgspec.json.decode(line.getresponse().read()), "yes")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("messages", "refusal"),
        ("responses", "refusal"),
        ("chat", "content_filter"),
        ("gemini", "SAFETY"),
    ],
)
def test_a_refusal(desk: Desk, name: str, said: str) -> None:
    desk.script(Refuse())
    assert within(desk.ask(FORMS[name]), said)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_error(desk: Desk, form: Form) -> None:
    desk.script(Fail(429, "come back later", {"retry-after": "7"}), Say("yes"))
    with desk.asking(form.path, form.question) as line:
        answer = line.getresponse()
        assert (answer.status, answer.headers["retry-after"]) == (429, "7")
        assert within(msgspec.json.decode(answer.read()), "come back later")
    assert within(desk.ask(form), "yes")


@pytest.mark.parametrize(("name", "form"), FORMS.items(), ids=FORMS)
def test_a_stream_that_breaks_off(desk: Desk, name: str, form: Form) -> None:
    desk.script(Cut())
    assert len(desk.ask(form)) == (0 if name == "gemini" else 1)


def test_a_stream_that_hangs_ends_with_its_client(desk: Desk) -> None:
    desk.script(Hang())
    path, question = FORMS["messages"]
    with desk.asking(path, question) as line, line.getresponse() as answer:
        assert answer.readline() == b"event: message_start\n"
        busy = threading.active_count()
    wait_until(lambda: threading.active_count() < busy, "the server to notice")


def test_a_step_waits_for_a_file(desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    desk.script(Say("yes", after=str(gate)))
    with desk.asking(FORMS["chat"].path, FORMS["chat"].question) as line:
        wait_until((tmp_path / "requests.jsonl").exists, "the question")
        gate.touch()
        assert b"yes" in line.getresponse().read()


def test_a_loop_has_no_end(desk: Desk) -> None:
    desk.script(Call("again", times=None), Say("never"))
    answers = [desk.ask(FORMS["messages"]) for _ in range(20)]
    assert not within(answers, "never")


def test_conversations_have_steps_of_their_own(desk: Desk) -> None:
    desk.script(Say("any"), Tidy=Say("the tidier"), other=Say("nobody"))
    assert within(desk.ask(FORMS["chat"]), "the tidier")
    assert desk.asked()[0].conversation == "Tidy"


def test_a_question_beside_the_work_takes_no_step(desk: Desk) -> None:
    desk.script(Say("yes"))
    form = FORMS["messages"]
    assert within(desk.ask(form._replace(question=form.without_tools())), "A title")
    assert within(desk.ask(form), "yes")
    assert [it.step for it in desk.asked()] == [None, 0]


def test_a_packed_question(desk: Desk) -> None:
    desk.script(Say("yes"))
    form = FORMS["responses"]
    packed = gzip.compress(msgspec.json.encode(form.question))
    with desk.asking(form.path, packed, **{"content-encoding": "gzip"}) as line:
        assert b"yes" in line.getresponse().read()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/messages/count_tokens", 200), ("/m:countTokens", 200), ("/else", 404)],
)
def test_what_else_is_asked(desk: Desk, path: str, status: int) -> None:
    with desk.asking(path, {}) as line:
        assert line.getresponse().status == status
