"""Anthropic Messages, which claude speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.lab.script import Call, Question, Refuse
from tests.lab.wire import Event, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.script import Figures, Reply

_ERRORS = {400: "invalid_request_error", 401: "authentication_error"}
_ERRORS |= {429: "rate_limit_error", 529: "overloaded_error"}


class _Block(msgspec.Struct):
    type: str = ""
    text: str = ""
    content: str | list[_Block] = ""


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Block]


class _Tool(msgspec.Struct):
    name: str


class _Request(msgspec.Struct):
    messages: list[_Message]
    model: str = ""
    system: str | list[_Block] = ""
    tools: list[_Tool] = []
    stream: bool = False


class Messages:
    name = "messages"

    def read(self, body: bytes, path: str) -> Question:  # noqa: ARG002
        asked = msgspec.json.decode(body, type=_Request)
        users = [it.content for it in asked.messages if it.role == "user"]
        blocks = [it for them in users if isinstance(them, list) for it in them]
        results = [it.content for it in blocks if it.type == "tool_result"]
        return Question(
            model=asked.model,
            system=_text(asked.system),
            prompt="\n".join(map(_text, users)),
            tools=tuple(it.name for it in asked.tools),
            results=tuple(map(_text, results)),
            stream=asked.stream,
        )

    def opening(self, model: str, figures: Figures) -> Iterator[Event]:
        # What is read is known at the beginning, what is written only in the end.
        usage = {**_usage(figures), "output_tokens": 1}
        message = {**_message(model), "usage": usage}
        yield _event("message_start", message=message)

    def rest(self, reply: Reply, model: str) -> Iterator[Event]:  # noqa: ARG002
        for index, block in enumerate(_blocks(reply)):
            empty, delta = _unfolded(block)
            yield _event("content_block_start", index=index, content_block=empty)
            yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        end = {"stop_reason": _reason(reply), "stop_sequence": None}
        yield _event("message_delta", delta=end, usage=_usage(reply.usage))
        yield _event("message_stop")

    def whole(self, reply: Reply, model: str) -> object:
        return {
            **_message(model),
            "content": list(_blocks(reply)),
            "stop_reason": _reason(reply),
            "usage": _usage(reply.usage),
        }

    def failure(self, status: int, message: str) -> object:
        error = {"type": _ERRORS.get(status, "api_error"), "message": message}
        return {"type": "error", "error": error}


def _text(content: str | list[_Block]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(it.text for it in content if it.type == "text")


def _message(model: str) -> dict[str, object]:
    return {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _blocks(reply: Reply) -> Iterator[dict[str, object]]:
    text = reply.saying if isinstance(reply, Call) else reply.text
    if text:
        yield {"type": "text", "text": text}
    if isinstance(reply, Call):
        call = {"id": new_id("toolu"), "name": reply.tool, "input": reply.arguments}
        yield {"type": "tool_use", **call}


def _unfolded(block: dict[str, object]) -> tuple[object, object]:
    """A block as a stream begins it, and what fills it."""
    if block["type"] == "text":
        return {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    arguments = msgspec.json.encode(block["input"]).decode()
    delta = {"type": "input_json_delta", "partial_json": arguments}
    return {**block, "input": {}}, delta


def _reason(reply: Reply) -> str:
    if isinstance(reply, Call):
        return "tool_use"
    return "refusal" if isinstance(reply, Refuse) else "end_turn"


def _usage(figures: Figures) -> dict[str, int]:
    return {
        "input_tokens": figures.input - figures.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": figures.cached,
        "output_tokens": figures.output,
    }


def _event(name: str, **data: object) -> Event:
    return Event({"type": name, **data}, name)
