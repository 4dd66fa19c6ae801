"""A model on loopback that answers by a script: `model_server.py [--alone] FOLDER`.

It reads `script.json` there, writes `port` once it listens, and notes every question
in `requests.jsonl`. It ends with its stdin.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import itertools
import select
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.lab.alone import be_alone
from tests.lab.chat import Chat
from tests.lab.generate import Generate
from tests.lab.messages import Messages
from tests.lab.play import Play
from tests.lab.responses import Responses
from tests.lab.script import Asked, Cut, Fail, Hang

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.lab.script import AnyStep, Question, Reply
    from tests.lab.wire import Event, Wire

LOOK_SECONDS = 0.02

_WIRES: dict[str, type[Wire]] = {
    "/messages": Messages,
    "/responses": Responses,
    "/chat/completions": Chat,
    ":generateContent": Generate,
    ":streamGenerateContent": Generate,
}
"""Protocols by the ends of their paths."""

_COUNTS = {"input_tokens": 10, "totalTokens": 10}
"""The answer to who wants tokens counted beforehand."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, play: Play, *connection: object) -> None:
        self._play = play
        super().__init__(*connection)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Say nothing: the record has it."""

    def do_HEAD(self) -> None:
        self._send(200, {})

    def do_GET(self) -> None:
        if "/models" in self.path:
            self._send(200, {"object": "list", "data": [], "models": []})
        else:
            self._send(404, {"error": {"message": "nothing here"}})

    def handle(self) -> None:
        """Whoever was stopped in the middle hears no answer."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        chosen = next((end for end in _WIRES if path.endswith(end)), None)
        if chosen is None:
            counting = "count" in path
            self._send(200 if counting else 404, _COUNTS)
            return
        wire = _WIRES[chosen]()
        question = wire.read(body, path)
        place, step = self._play.next(question)
        asked = Asked(
            protocol=wire.name,
            path=path,
            key=self._key(),
            question=question,
            conversation=place.conversation,
            step=place.step,
        )
        self._play.note(asked)
        if not step.after or self._wait_for(Path(step.after)):
            self._take(step, wire, question)

    def _take(self, step: AnyStep, wire: Wire, question: Question) -> None:
        model = question.model
        match step:
            case Fail(status=status, message=message, headers=headers):
                self._send(status, wire.failure(status, message), headers)
            case Cut():
                self._stream(wire.opening(model, step.usage))
            case Hang():
                self._stream(wire.opening(model, step.usage))
                self._wait_for(None)
            case reply:
                self._reply(reply, wire, question)

    def _reply(self, reply: Reply, wire: Wire, question: Question) -> None:
        model = question.model
        if question.stream:
            opening = wire.opening(model, reply.usage)
            events = itertools.chain(opening, wire.rest(reply, model))
            self._stream(events)
        else:
            self._send(200, wire.whole(reply, model))

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        packed = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(body) if packed else body

    def _key(self) -> str:
        named = self.headers.get("x-api-key") or self.headers.get("x-goog-api-key")
        return named or self.headers.get("authorization", "").removeprefix("Bearer ")

    def _send(
        self, status: int, answer: object, headers: Mapping[str, str] | None = None
    ) -> None:
        body = msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, events: Iterable[Event]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for event in events:
            self.wfile.write(event.encoded(msgspec.json.encode))

    def _wait_for(self, gate: Path | None) -> bool:
        """Wait until the file is there; False once nobody waits for an answer."""
        while gate is None or not gate.exists():
            ready, _, _ = select.select([self.connection], [], [], LOOK_SECONDS)
            if ready and not self.connection.recv(1, socket.MSG_PEEK):
                return False
        return True


class Server(ThreadingHTTPServer):
    """Listens on loopback, at a port that is free."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path) -> None:
        play = Play(folder / "script.json", folder / "requests.jsonl")
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, play))


def serve(folder: Path) -> None:
    """Answer until stdin ends."""
    with Server(folder) as server:
        threading.Thread(
            target=server.serve_forever, args=(LOOK_SECONDS,), daemon=True
        ).start()
        note = folder / "port.new"
        note.write_text(str(server.server_port), "ascii")
        note.rename(folder / "port")
        sys.stdin.buffer.read()
        server.shutdown()


if __name__ == "__main__":
    *options, where = sys.argv[1:]
    if options == ["--alone"]:
        be_alone()
    serve(Path(where))
