"""OpenAI Chat Completions, which opencode and many others speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.lab.script import Call, Question, Refuse
from tests.lab.wire import Event, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.script import Figures, Reply


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Part] | None = None


class _Function(msgspec.Struct):
    name: str


class _Tool(msgspec.Struct):
    function: _Function


class _Request(msgspec.Struct):
    messages: list[_Message]
    model: str = ""
    tools: list[_Tool] = []
    stream: bool = False


class Chat:
    name = "chat"

    def read(self, body: bytes, path: str) -> Question:  # noqa: ARG002
        asked = msgspec.json.decode(body, type=_Request)
        return Question(
            model=asked.model,
            system="\n".join(_said_by("system", asked)),
            prompt="\n".join(_said_by("user", asked)),
            tools=tuple(it.function.name for it in asked.tools),
            results=tuple(_said_by("tool", asked)),
            stream=asked.stream,
        )

    def opening(self, model: str, figures: Figures) -> Iterator[Event]:  # noqa: ARG002
        delta: dict[str, object] = {"role": "assistant", "content": ""}
        yield Event(_chunk(model, delta, None))

    def rest(self, reply: Reply, model: str) -> Iterator[Event]:
        yield Event(_chunk(model, _message(reply), None))
        last = _chunk(model, {}, _reason(reply))
        yield Event({**last, "usage": _usage(reply.usage)})
        yield Event("[DONE]")

    def whole(self, reply: Reply, model: str) -> object:
        message = {"role": "assistant", **_message(reply)}
        choice = {"index": 0, "message": message, "finish_reason": _reason(reply)}
        head = _head(model, "chat.completion")
        return {**head, "choices": [choice], "usage": _usage(reply.usage)}

    def failure(self, status: int, message: str) -> object:
        return {"error": {"message": message, "type": "error", "code": status}}


def _said_by(role: str, asked: _Request) -> Iterator[str]:
    for message in asked.messages:
        if message.role == role:
            content = message.content or ""
            parts = [_Part(content)] if isinstance(content, str) else content
            yield "\n".join(it.text for it in parts)


def _head(model: str, kind: str) -> dict[str, object]:
    return {"id": new_id("chat"), "object": kind, "created": 0, "model": model}


def _chunk(
    model: str, delta: dict[str, object], reason: str | None
) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_head(model, "chat.completion.chunk"), "choices": [choice]}


def _message(reply: Reply) -> dict[str, object]:
    if not isinstance(reply, Call):
        return {"content": reply.text}
    arguments = msgspec.json.encode(reply.arguments).decode()
    function = {"name": reply.tool, "arguments": arguments}
    call = {"index": 0, "id": new_id("call"), "type": "function", "function": function}
    return {"content": reply.saying or None, "tool_calls": [call]}


def _reason(reply: Reply) -> str:
    if isinstance(reply, Call):
        return "tool_calls"
    return "content_filter" if isinstance(reply, Refuse) else "stop"


def _usage(figures: Figures) -> dict[str, object]:
    return {
        "prompt_tokens": figures.input,
        "prompt_tokens_details": {"cached_tokens": figures.cached},
        "completion_tokens": figures.output,
        "total_tokens": figures.input + figures.output,
    }
