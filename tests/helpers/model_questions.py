"""The same question in each protocol that the model server speaks."""

from __future__ import annotations

from typing import Any, NamedTuple


class Form(NamedTuple):
    """One protocol: where it asks, and a question of it with one tool and one result."""

    path: str
    question: dict[str, Any]

    def without_tools(self) -> dict[str, Any]:
        return {**self.question, "tools": []}


FORMS = {
    "messages": Form(
        "/v1/messages?beta=true",
        {
            "model": "m-1",
            "stream": True,
            "system": [{"type": "text", "text": "Be good."}],
            "tools": [{"name": "shell", "input_schema": {}}],
            "messages": [
                {"role": "user", "content": "Tidy up."},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "1"}]},
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "content": "3 files"}],
                },
            ],
        },
    ),
    "responses": Form(
        "/v1/responses",
        {
            "model": "m-1",
            "stream": True,
            "instructions": "Be good.",
            "tools": [{"type": "function", "name": "shell"}],
            "input": [
                {"type": "message", "role": "user", "content": [{"text": "Tidy up."}]},
                {"type": "reasoning", "content": None},
                {"type": "function_call_output", "output": "3 files"},
            ],
        },
    ),
    "chat": Form(
        "/v1/chat/completions",
        {
            "model": "m-1",
            "stream": True,
            "tools": [{"type": "function", "function": {"name": "shell"}}],
            "messages": [
                {"role": "system", "content": "Be good."},
                {"role": "user", "content": [{"type": "text", "text": "Tidy up."}]},
                {"role": "assistant", "content": None},
                {"role": "tool", "content": "3 files"},
            ],
        },
    ),
    "gemini": Form(
        "/v1beta/models/m-1:streamGenerateContent?alt=sse",
        {
            "systemInstruction": {"parts": [{"text": "Be good."}]},
            "tools": [{"functionDeclarations": [{"name": "shell"}]}],
            "contents": [
                {"role": "user", "parts": [{"text": "Tidy up."}]},
                {"role": "model", "parts": [{"functionCall": {"name": "shell"}}]},
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"response": "3 files"}}],
                },
            ],
        },
    ),
}
