"""What a scenario is: answers a server gives, calls a page makes. Plain data, made from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

How = Literal["type", "link", "form", "fetch", "image", "script", "frame"]


@dataclass(frozen=True)
class Answer:
    """One answer of the server: status, header lines in order, and what its body is."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Literal["page", "image", "script", "json", ""] = "json"


@dataclass(frozen=True)
class Call:
    """One thing that happens in the browser, and whether the comparison looks at it.

    ``how``: "type" a URL into the address bar, follow a "link", send a "form", "fetch", load an "image", "script" or
    "frame" from the page that is open, or from the frame named ``within``. ``reads``: response headers that the
    script tries to read after a fetch.
    """

    how: How
    url: str
    method: str = "GET"
    credentials: str = ""
    mode: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    within: str = ""
    name: str = ""  # of the frame this call makes
    reads: tuple[str, ...] = ()
    origin: str = ""  # of the document that makes the call


@dataclass
class Scenario:
    """Calls in order and the answers they meet, by (key of the URL, method); see ``server.key_of``."""

    name: str
    area: Literal["cookies", "cors", "full"]
    story: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def answer(self, key: str, answer: Answer, method: str = "*") -> None:
        """What the server says to ``method`` ("*": every other) for the URL with this key."""
        self.answers[key, method] = answer
