"""Gemini's generateContent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from tests.lab.script import Call, Question, Refuse
from tests.lab.wire import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.script import Figures, Reply

_MODEL = re.compile(r"/models/([^:/]+):")


class _Result(msgspec.Struct):
    response: object = None


class _Part(msgspec.Struct, rename="camel"):
    text: str = ""
    function_response: _Result | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] = []
    role: str = "user"


class _Function(msgspec.Struct):
    name: str


class _Tool(msgspec.Struct, rename="camel"):
    function_declarations: list[_Function] = []


class _Request(msgspec.Struct, rename="camel"):
    contents: list[_Content] = []
    system_instruction: _Content = msgspec.field(default_factory=_Content)
    tools: list[_Tool] = []


class Generate:
    name = "gemini"

    def read(self, body: bytes, path: str) -> Question:
        asked = msgspec.json.decode(body, type=_Request)
        parts = [
            it for them in asked.contents if them.role == "user" for it in them.parts
        ]
        results = [it.function_response for it in parts]
        named = _MODEL.search(path)
        functions = [it for tool in asked.tools for it in tool.function_declarations]
        return Question(
            model=named[1] if named else "",
            system="\n".join(it.text for it in asked.system_instruction.parts),
            prompt="\n".join(it.text for it in parts if it.text),
            tools=tuple(it.name for it in functions),
            results=tuple(
                msgspec.json.encode(it.response).decode() for it in results if it
            ),
            stream="streamGenerateContent" in path,
        )

    def opening(self, model: str, figures: Figures) -> Iterator[Event]:  # noqa: ARG002
        return iter(())

    def rest(self, reply: Reply, model: str) -> Iterator[Event]:
        yield Event(self.whole(reply, model))

    def whole(self, reply: Reply, model: str) -> object:
        reason = "SAFETY" if isinstance(reply, Refuse) else "STOP"
        content = {"role": "model", "parts": list(_parts(reply))}
        candidate = {"content": content, "finishReason": reason, "index": 0}
        usage = _usage(reply.usage)
        return {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": model,
        }

    def failure(self, status: int, message: str) -> object:
        return {"error": {"code": status, "message": message, "status": "INTERNAL"}}


def _parts(reply: Reply) -> Iterator[object]:
    text = reply.saying if isinstance(reply, Call) else reply.text
    if text:
        yield {"text": text}
    if isinstance(reply, Call):
        yield {"functionCall": {"name": reply.tool, "args": reply.arguments}}


def _usage(figures: Figures) -> dict[str, int]:
    return {
        "promptTokenCount": figures.input,
        "cachedContentTokenCount": figures.cached,
        "candidatesTokenCount": figures.output,
        "totalTokenCount": figures.input + figures.output,
    }
