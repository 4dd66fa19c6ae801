"""OpenAI Responses, which codex speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.lab.script import Call, Question, Refuse
from tests.lab.wire import Event, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.script import Figures, Reply

FREE_FORM = frozenset({"apply_patch", "exec"})
"""Tools that take a text (`input`), no JSON."""


class _Part(msgspec.Struct):
    text: str = ""


class _Tool(msgspec.Struct):
    type: str = ""
    name: str = ""
    tools: list[_Tool] = []


class _Item(msgspec.Struct):
    type: str = "message"
    role: str = ""
    content: str | list[_Part] | None = ""
    output: object = None
    tools: list[_Tool] = []


class _Request(msgspec.Struct):
    model: str = ""
    instructions: str = ""
    input: str | list[_Item] = []
    tools: list[_Tool] = []
    stream: bool = False


class Responses:
    name = "responses"

    def read(self, body: bytes, path: str) -> Question:  # noqa: ARG002
        asked = msgspec.json.decode(body, type=_Request)
        items = asked.input
        if isinstance(items, str):
            items = [_Item(role="user", content=items)]
        orders = [it.content for it in items if it.role in {"developer", "system"}]
        users = [it.content for it in items if it.role == "user"]
        tools = [*asked.tools, *(tool for it in items for tool in it.tools)]
        outputs = [it.output for it in items if it.type.endswith("call_output")]
        return Question(
            model=asked.model,
            system="\n".join([asked.instructions, *map(_text, orders)]),
            prompt="\n".join(map(_text, users)),
            tools=tuple(name for tool in tools for name in _names(tool)),
            results=tuple(map(_output, outputs)),
            stream=asked.stream,
        )

    def opening(self, model: str, figures: Figures) -> Iterator[Event]:  # noqa: ARG002
        response = {**_response(model), "status": "in_progress", "output": []}
        yield _event("response.created", response=response)

    def rest(self, reply: Reply, model: str) -> Iterator[Event]:
        items = list(_items(reply))
        for index, item in enumerate(items):
            begun = {**item, "status": "in_progress"}
            yield _event("response.output_item.added", output_index=index, item=begun)
            yield _event("response.output_item.done", output_index=index, item=item)
        usage = _usage(reply.usage)
        response = {**_response(model), "output": items, "usage": usage}
        yield _event("response.completed", response=response)

    def whole(self, reply: Reply, model: str) -> object:
        items, usage = list(_items(reply)), _usage(reply.usage)
        return {**_response(model), "output": items, "usage": usage}

    def failure(self, status: int, message: str) -> object:
        return {"error": {"message": message, "type": "error", "code": str(status)}}


def _text(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "\n".join(it.text for it in content)
    return content or ""


def _output(output: object) -> str:
    return output if isinstance(output, str) else msgspec.json.encode(output).decode()


def _names(tool: _Tool) -> Iterator[str]:
    if tool.type == "namespace":
        yield from (f"{tool.name}/{inner.name}" for inner in tool.tools)
    else:
        yield tool.name or tool.type


def _response(model: str) -> dict[str, object]:
    identity = {"id": new_id("resp"), "object": "response"}
    return {**identity, "status": "completed", "model": model}


def _items(reply: Reply) -> Iterator[dict[str, object]]:
    text = reply.saying if isinstance(reply, Call) else reply.text
    if text:
        yield _message(text, refused=isinstance(reply, Refuse))
    if isinstance(reply, Call):
        yield _call(reply)


def _message(text: str, *, refused: bool) -> dict[str, object]:
    said = {"type": "output_text", "text": text, "annotations": []}
    part = {"type": "refusal", "refusal": text} if refused else said
    head = {"type": "message", "id": new_id("msg"), "role": "assistant"}
    return {**head, "status": "completed", "content": [part]}


def _call(call: Call) -> dict[str, object]:
    server, _, name = call.tool.rpartition("/")
    item: dict[str, object] = {"call_id": new_id("call"), "name": name}
    item |= {"id": new_id("fc"), "status": "completed"}
    item |= {"namespace": server} if server else {}
    if name in FREE_FORM:
        return {**item, "type": "custom_tool_call", "input": call.arguments["input"]}
    arguments = msgspec.json.encode(call.arguments).decode()
    return {**item, "type": "function_call", "arguments": arguments}


def _usage(figures: Figures) -> dict[str, object]:
    return {
        "input_tokens": figures.input,
        "input_tokens_details": {"cached_tokens": figures.cached},
        "output_tokens": figures.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": figures.input + figures.output,
    }


def _event(name: str, **data: object) -> Event:
    return Event({"type": name, **data}, name)
