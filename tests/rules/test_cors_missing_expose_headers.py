"""cors-missing-expose-headers: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    cookies,
    jwt,
    marked,
    sign_in,
)

RULE = "cors-missing-expose-headers"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN), "< front-token", "sent, but hidden from the app").replace(
            "< Access-Control-Expose-Headers: front-token, st-access-token, st-refresh-token, anti-csrf",
            "< Access-Control-Expose-Headers: x-total   # want: does not name it",
        ),
    )


EXPOSED = "< Access-Control-Expose-Headers: front-token, st-access-token, st-refresh-token, anti-csrf"
HEADERS = f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n"


def test_a_wildcard_names_nothing_for_calls_with_credentials() -> None:
    story = marked(sign_in(TOKEN), "< front-token", "hidden from the app")
    check_rule(RULE, PAGE + story.replace(EXPOSED, "< Access-Control-Expose-Headers: *   # want: does not name it"))


def test_the_token_headers_of_header_mode_have_to_be_read_too() -> None:
    story = marked(sign_in(TOKEN, setting=HEADERS, mode="header"), "< st-access-token", "hidden from the app")
    own = "< Access-Control-Expose-Headers: front-token, anti-csrf   # want: carries st-access-token"
    check_rule(RULE, PAGE + story.replace(EXPOSED, own))


def test_the_header_of_older_clients() -> None:
    old = "< id-refresh-token: 6f;1795318463000"
    story = sign_in(TOKEN).replace("< front-token", f"{old}   # related: hidden from the app\n< front-token")
    own = "< Access-Control-Expose-Headers: front-token   # want: carries id-refresh-token"
    check_rule(RULE, PAGE + story.replace(EXPOSED, own))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="exposed"),
        pytest.param(
            (PAGE + sign_in(TOKEN))
            .replace("api.example.com", "app.example.com")
            .replace("Expose-Headers: front-token", "Expose-Headers: x"),
            id="same origin",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + "< 200\n< Access-Control-Allow-Origin: https://app.example.com\n< Access-Control-Allow-Credentials: true\n",
            id="no session header",
        ),
        pytest.param(PAGE + sign_in(TOKEN, setting=HEADERS, mode="header"), id="header mode, exposed"),
        pytest.param(
            (PAGE + sign_in(TOKEN, setting=cookies(TOKEN) + "< st-access-token:\n")).replace(
                EXPOSED, "< Access-Control-Expose-Headers: front-token"
            ),
            id="an empty header",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
