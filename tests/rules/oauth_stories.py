"""Pieces of transcripts: an app on app.example.com that signs users in through login.other.net."""

STATE = "c12d87fb8ae3fdfc"
OTHER_STATE = "77aa00fb8ae3f111"
CALLBACK = "https://app.example.com/callback"
ENCODED = "https%3A%2F%2Fapp.example.com%2Fcallback"
LAX = "Path=/; HttpOnly; Secure; SameSite=Lax"
NONE = "Path=/; HttpOnly; Secure; SameSite=None"
MISSING = '<\n< {"error": "state_mismatch", "message": "State cookie was missing."}\n'
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of VERIFIER: RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def authorize(state: str = STATE, more: str = "", uri: str = ENCODED, client: str = "web") -> str:
    """The address of an authorization request."""
    return (
        f"https://login.other.net/authorize?client_id={client}&response_type=code&scope=openid"
        f"&redirect_uri={uri}&state={state}{more}"
    )


def leaves(
    state: str = STATE, attributes: str = LAX, more: str = "", mark: str = "", host: str = "app.example.com"
) -> str:
    """The app's login page: it notes the state in a cookie and sends the browser to the provider."""
    return f"""
    > GET https://{host}/login
    * type: document
    > Sec-Fetch-Site: none
    < 302
    < Set-Cookie: oauth_state={state}; {attributes}{mark}
    < Location: {authorize(state, more)}
    """


def asks(state: str = STATE, more: str = "", mark: str = "", answer: str = "< 200\n", **rest: str) -> str:
    """The authorization request and the provider's answer."""
    return f"""
    > GET {authorize(state, more, **rest)}{mark}
    * type: document
    > Sec-Fetch-Site: none
    {answer}
    """


def returns(state: str = STATE, code: str = "351ed0820bea3aab3b5a424f") -> str:
    """The provider's answer that sends the browser back."""
    return f"< 302\n< Location: {CALLBACK}?code={code}&state={state}\n"


def callback(
    answer: str, *lines: str, state: str = STATE, code: str = "351ed0820bea3aab3b5a424f", mark: str = ""
) -> str:
    """The callback by GET, in the redirect chain that began in the address bar."""
    extra = "\n".join(lines)
    return f"""
    > GET {CALLBACK}?code={code}&state={state}{mark}
    * type: document
    > Sec-Fetch-Site: none
    {extra}
    {answer}
    """


def form_post(answer: str, *lines: str, state: str = STATE, mark: str = "") -> str:
    """The callback by the provider's form."""
    extra = "\n".join(lines)
    return f"""
    > POST {CALLBACK}{mark}
    * type: document
    > Sec-Fetch-Site: cross-site
    > Origin: https://login.other.net
    > Content-Type: application/x-www-form-urlencoded
    {extra}
    >
    > code=351ed0820bea3aab3b5a424f&state={state}
    {answer}
    """


SIGNED_IN = """< 302
    < Set-Cookie: oauth_state=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT
    < Set-Cookie: app_session=s0739a00ec1bafaa866; Path=/; HttpOnly; Secure; SameSite=Lax
    < Location: /
    > GET https://app.example.com/
    * type: document
    > Cookie: app_session=s0739a00ec1bafaa866
    < 200
"""
COOKIE = f"> Cookie: oauth_state={STATE}"
GOOD = leaves() + asks(answer=returns()) + callback(SIGNED_IN, COOKIE)


def token_call(answer: str, more: str = "", code: str = "351ed0820bea3aab3b5a424f", mark: str = "") -> str:
    """The client changes the code for tokens."""
    return f"""
    > POST https://login.other.net/oauth/token{mark}
    * type: fetch
    > Origin: https://app.example.com
    > Content-Type: application/x-www-form-urlencoded
    >
    > grant_type=authorization_code&client_id=web&code={code}{more}
    {answer}
    """


def spa(token: str, asked: str = "", mark: str = "", back: str = "") -> str:
    """A single-page app: the callback is a page, and a script asks for the tokens."""
    page = callback("< 200\n", mark=back)
    return asks(more=asked, mark=mark, answer=returns()) + page + token


TOKENS = '< 200\n<\n< {"access_token": "abcabcabcabc", "token_type": "Bearer"}\n'
