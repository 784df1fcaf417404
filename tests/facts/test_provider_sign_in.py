"""Sign-in through an identity provider: what belongs to one attempt, and what came of it."""

from __future__ import annotations

import pytest

from haranalyze.facts.provider_sign_in import Attempt, Delivery
from haranalyze.protocol.oauth import Trouble
from haranalyze.testing import facts_of
from haranalyze.text import Kind
from tests.rules.oauth_stories import (
    CALLBACK,
    CHALLENGE,
    COOKIE,
    GOOD,
    MISSING,
    OTHER_STATE,
    SIGNED_IN,
    STATE,
    VERIFIER,
    asks,
    authorize,
    callback,
    form_post,
    leaves,
    returns,
)

CODE = "351ed0820bea3aab3b5a424f"
TOKEN_CALL = f"""
    > POST https://login.other.net/oauth/token
    * type: fetch
    > Content-Type: application/x-www-form-urlencoded
    >
    > grant_type=authorization_code&client_id=web&code={CODE}&code_verifier={VERIFIER}
"""
SILENT = """
    * page: https://app.example.com/
    > GET https://app.example.com/
    * type: document
    < 200
    > GET {url}
    * type: document
    > Sec-Fetch-Dest: iframe
    > Sec-Fetch-Site: cross-site
    {answer}
"""


def attempts(story: str) -> tuple[Attempt, ...]:
    return facts_of(story).provider_sign_in.attempts


def test_a_good_sign_in_is_one_attempt() -> None:
    (one,) = attempts(GOOD)
    assert [exchange.index for exchange in one.exchanges] == [1, 2]
    assert one.delivery is Delivery.QUERY
    assert one.succeeded
    assert one.ours
    assert not one.silent
    assert not one.refused
    assert one.said is None
    assert one.note is not None
    assert one.note.sent is True
    assert one.note.holds_state


def test_captured_values_are_text_and_secrets_are_tokens() -> None:
    (one,) = attempts(GOOD)
    assert one.asked is not None
    kinds = {name: text.kind for name in one.asked.raw_values if (text := one.asked.get(name)) is not None}
    assert kinds["state"] is kinds["client_id"] is Kind.TOKEN
    assert kinds["redirect_uri"] is Kind.URL
    assert one.asked.get("nonce") is None


def test_attempts_are_told_apart_by_their_state() -> None:
    story = leaves() + asks() + leaves(OTHER_STATE) + asks(OTHER_STATE, answer=returns(OTHER_STATE))
    story += callback("< 302\n< Location: /\n", state=OTHER_STATE)
    first, second = attempts(story)
    assert first.returned is None
    assert not first.succeeded
    assert second.succeeded


def test_a_callback_opened_twice_is_one_attempt() -> None:
    (one,) = attempts(GOOD + callback("< 400\n" + MISSING))
    assert [exchange.index for exchange in one.again] == [4]
    assert not one.refused


def test_a_form_post_is_read_from_the_body() -> None:
    (one,) = attempts(leaves() + asks() + form_post(SIGNED_IN, COOKIE))
    assert one.delivery is Delivery.FORM_POST
    assert one.callback is not None
    assert one.callback.index == 2


def test_a_fragment_is_read_from_the_location() -> None:
    (one,) = attempts(asks(answer=f"< 302\n< Location: {CALLBACK}#id_token=x.y.z&state={STATE}\n"))
    assert one.delivery is Delivery.FRAGMENT
    assert one.succeeded


def test_the_tokens_are_found_by_the_code() -> None:
    story = asks(more=f"&code_challenge={CHALLENGE}&code_challenge_method=S256", answer=returns())
    (one,) = attempts(story + callback("< 200\n") + TOKEN_CALL + '< 200\n<\n< {"access_token": "abc"}\n')
    assert one.uses_pkce
    assert [call.succeeded for call in one.token_calls] == [True]
    assert one.succeeded


def test_a_refused_token_request_ends_the_attempt() -> None:
    answer = '< 400\n<\n< {"error": "invalid_grant", "error_description": "Code expired"}\n'
    (one,) = attempts(asks(answer=returns()) + callback("< 200\n") + TOKEN_CALL + answer)
    assert not one.succeeded
    assert one.token_calls[0].said is not None
    assert one.token_calls[0].said.trouble is Trouble.CODE_EXPIRED


def test_silent_renewal_by_redirect_and_by_message() -> None:
    url = authorize(more="&prompt=none")
    back = f"< 302\n< Location: {CALLBACK}?error=login_required&state={STATE}\n"
    (one,) = attempts(
        SILENT.format(url=url, answer=back) + callback("< 200\n").replace("code=", "error=login_required&x=")
    )
    assert one.silent
    assert one.framed
    assert one.ours
    assert one.error == "login_required"
    page = '< 200\n<\n< <script>var r = {"error":"login_required","state":"x"};</script>\n'
    (one,) = attempts(SILENT.format(url=url + "&response_mode=web_message", answer=page))
    assert one.delivery is Delivery.WEB_MESSAGE
    assert one.said is not None
    assert one.said.trouble is Trouble.LOGIN


def test_a_widget_of_another_company_is_not_ours() -> None:
    url = authorize(uri="https%3A%2F%2Fwidget.metrics.net%2Fback")
    (one,) = attempts(SILENT.format(url=url, answer="< 400\n"))
    assert not one.ours


def test_the_cookie_of_a_later_attempt_is_recognised() -> None:
    story = leaves() + asks() + leaves(OTHER_STATE) + asks(OTHER_STATE)
    story += callback("< 400\n", f"> Cookie: oauth_state={OTHER_STATE}")
    first, second = attempts(story)
    assert first.note is not None
    assert first.note.other_state is not None
    assert first.note.other_state.asked is second.asked


def test_what_an_answer_says_is_kept_with_its_place() -> None:
    (one,) = attempts(asks(answer="< 400\n<\n< AADSTS50011: The redirect URI does not match\n"))
    assert one.said is not None
    assert one.said.code == "AADSTS50011"
    assert one.said.place.pointer == "/log/entries/0/response/content"


@pytest.mark.parametrize(
    "story",
    [
        "",
        "> GET https://shop.example.com/find?code=US&state=CA\n* type: document\n< 404\n",
        "> GET https://shop.example.com/?client_id=\n* type: document\n< 200\n",
        "> POST https://shop.example.com/token\n* type: fetch\n>\n> [1]\n< 200\n",
        "> GET https://a.test/?client_id=%ZZ&response_type=%\n* type: document\n< 302\n< Location: #state=&error=\n",
    ],
)
def test_odd_input_is_no_attempt_of_a_sign_in(story: str) -> None:
    assert all(one.returned is None and one.note is None for one in attempts(story))


def test_many_attempts_stay_apart() -> None:
    story = "".join(
        asks(f"{n:016d}", answer=returns(f"{n:016d}")) + callback("< 200\n", state=f"{n:016d}") for n in range(60)
    )
    found = attempts(story)
    assert len(found) == 60
    assert all(one.callback is not None and one.callback.index == 2 * n + 1 for n, one in enumerate(found))


def test_a_saml_sign_in_is_put_together_by_the_id_of_its_request() -> None:
    from tests.rules import saml_stories as saml

    story = saml.asks() + saml.asks("_r2") + saml.answers("< 403\n", xml=saml.response_xml("_r2"))
    (one,) = facts_of(story).provider_sign_in.saml
    assert one.asked is not None
    assert one.asked.exchange.index == 3
    assert one.exchange.index == 4
    assert one.refused
    assert one.sent_cookies is False
    assert [cookie.name for cookie, _ in one.left_out] == ["JSESSIONID"]
    assert one.relay_state == "/home"
    assert (one.early, one.late) == (0, 0)


def test_an_unasked_saml_answer_and_an_unreadable_one() -> None:
    from tests.rules import saml_stories as saml

    (one,) = facts_of(saml.answers(saml.WELL, saml.COOKIE)).provider_sign_in.saml
    assert one.asked is None
    assert not one.relay_missing
    assert one.sent_cookies is True
    broken = saml.answers(saml.WELL).replace("SAMLResponse=P", "SAMLResponse=%00")
    assert facts_of(broken).provider_sign_in.saml == ()
