"""A WebSocket is opened without the user's session, and the server refuses it.

Why it matters
    Scripts cannot add an Authorization header to a WebSocket, and cookies go only where their Domain and SameSite let
    them. A socket on another host, or in an app that keeps its token in a script, then has no session at all.
What to do
    Hand the token over in a first message, a subprotocol or a short-lived ticket in the address, or let a cookie go.
Stays quiet when
    The handshake carries a cookie, a token or a parameter that may be one, or nobody is signed in. DevTools does not
    export what a refused handshake was answered: then this is a question.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.sockets import bare_handshakes
from haranalyze.findings import CannotTell, Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="websocket-without-credentials",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6455 section 4.2.2", "HTML standard, WebSocket interface"),
    explains=("missing-auth-header", "cookie-not-sent", "interceptor-missing", "permission-denied"),
)
def websocket_without_credentials(facts: Facts) -> Iterator[Said]:
    bare = facts.derive(bare_handshakes)
    found = [one.exchange for one in bare if one.refused and not one.hidden]
    if found:
        call = found[0]
        forbidden = call.response.status == 403
        yield Match(
            message=Sentence(
                "The WebSocket #{index} is opened without credentials and answered {status}.",
                index=call.index,
                status=call.response.status,
            ),
            headline=Sentence(
                "The user is signed in, but the WebSocket {path} on {host} is opened without the session and refused.",
                path=call.path,
                host=call.host,
            ),
            at=call.request.place("cookie"),
            caption=Sentence("missing: no cookie, no token"),
            related=((call.status_place, Sentence("the handshake is refused")), *later(found[1:], "the same")),
            confidence=Confidence.LIKELY if forbidden else Confidence.CERTAIN,
            flow=flow(found),
            fixes=(_FIX,),
            alternatives=(Sentence("The server refuses the Origin of the page."),) if forbidden else (),
            decides=Sentence("Open the socket from the same page with a token: if it opens, this is it.")
            if forbidden
            else None,
        )
    elif hidden := [one.exchange for one in bare if one.refused]:
        yield CannotTell(Sentence("the recording leaves out what the handshake carried"), flow(hidden))
    elif bare and not bare[0].hidden:
        yield Question(
            Sentence("What did the server answer to the WebSocket #{index}?", index=bare[0].exchange.index),
            Sentence("it carried no cookie and no token, and no answer is recorded"),
        )
    else:
        yield Passed(Sentence("no WebSocket is refused for lack of credentials"))


_FIX = Fix(
    Owner.FRONTEND,
    Sentence("where the WebSocket is opened"),
    Sentence(
        "Fetch a short-lived ticket with the session first and hand it over; never a long-lived token in the URL."
    ),
    Sentence('new WebSocket("wss://api.example.com/socket")'),
    Sentence('new WebSocket("wss://api.example.com/socket?ticket=" + await fetchTicket())'),
)
