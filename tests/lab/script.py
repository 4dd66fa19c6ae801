"""What the model server is to answer, and what it notes of the questions."""

from __future__ import annotations

import msgspec


class Figures(msgspec.Struct, frozen=True):
    """Tokens of one answer. `input` are all that were read, `cached` some of them."""

    input: int = 1000
    cached: int = 300
    output: int = 50


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, given `times` over (None: for ever), not before `after` exists."""

    usage: Figures = Figures()
    after: str = ""
    times: int | None = 1


class Call(Step, frozen=True, tag="call"):
    """The call of a tool, named as the program names it; `server/tool` for codex.

    `saying` is text that comes with it.
    """

    tool: str
    arguments: dict[str, object] = {}
    saying: str = ""


class Say(Step, frozen=True, tag="say"):
    """The final text of a turn."""

    text: str


class Refuse(Step, frozen=True, tag="refuse"):
    """The model will not."""

    text: str = "I can't help with that."


class Fail(Step, frozen=True, tag="fail"):
    """No answer but an HTTP error."""

    status: int
    message: str = "the model server was told to fail"
    headers: dict[str, str] = {}


class Cut(Step, frozen=True, tag="cut"):
    """The stream begins and breaks off."""


class Hang(Step, frozen=True, tag="hang"):
    """The stream begins, and then nothing comes until the client leaves."""


Reply = Call | Say | Refuse
"""What a model itself may answer."""

AnyStep = Reply | Fail | Cut | Hang


class Script(msgspec.Struct, frozen=True):
    """The steps of each conversation, by words of its prompt; "" is any other one.

    Each request that offers tools takes the next step, retries too. One that offers
    none is a question beside the work (for a title, say): it takes no step.
    """

    conversations: dict[str, tuple[AnyStep, ...]]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a program asked, whatever protocol it speaks.

    `prompt` is all text of the user's side, `results` what its tools gave back.
    """

    model: str = ""
    system: str = ""
    prompt: str = ""
    tools: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    stream: bool = True


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the record. `step` counts from 0; None: none was taken.

    `key` is what the request showed for its permission.
    """

    protocol: str
    path: str
    key: str
    question: Question
    conversation: str | None = None
    step: int | None = None
