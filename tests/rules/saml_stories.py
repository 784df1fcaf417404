"""Pieces of transcripts: app.example.com signs users in through the SAML provider of idp.other.net."""

from base64 import b64encode
from urllib.parse import quote

ACS = "https://app.example.com/saml/acs"
SESSION = "JSESSIONID=0123456789ABCDEF0123456789ABCDEF"
LAX = f"{SESSION}; Path=/; HttpOnly; Secure; SameSite=Lax"
NONE = f"{SESSION}; Path=/; HttpOnly; Secure; SameSite=None"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


def request_xml(number: str) -> str:
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{_PROTOCOL}" ID="{number}" Version="2.0" '
        f'IssueInstant="2026-11-22T02:34:23Z" AssertionConsumerServiceURL="{ACS}"/>'
    )


def response_xml(to: str, begin: str = "2026-11-22T02:34:00Z", end: str = "2026-11-22T02:39:00Z") -> str:
    return (
        f'<samlp:Response xmlns:samlp="{_PROTOCOL}" ID="_a1" InResponseTo="{to}" IssueInstant="2026-11-22T02:34:24Z">'
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        f'<Assertion><Conditions NotBefore="{begin}" NotOnOrAfter="{end}"/></Assertion></samlp:Response>'
    )


def packed(xml: str) -> str:
    return quote(b64encode(xml.encode()).decode(), safe="")


def asks(number: str = "_r1", relay: str = "%2Fhome", cookie: str = LAX, mark: str = "", set_mark: str = "") -> str:
    """The app sends the browser to the provider."""
    state = f"&RelayState={relay}" if relay else ""
    url = f"https://idp.other.net/sso?SAMLRequest={packed(request_xml(number))}{state}"
    return f"""
    > GET https://app.example.com/
    * type: document
    > Sec-Fetch-Site: none
    < 302
    < Set-Cookie: {cookie}{set_mark}
    < Location: {url}
    > GET {url}{mark}
    * type: document
    > Sec-Fetch-Site: none
    < 200
    """


def answers(answer: str, *lines: str, xml: str = "", relay: str = "%2Fhome", mark: str = "") -> str:
    """The provider's form posts its answer to the app."""
    extra = "\n".join(lines)
    state = f"&RelayState={relay}" if relay else ""
    return f"""
    > POST {ACS}{mark}
    * type: document
    > Sec-Fetch-Site: cross-site
    > Origin: https://idp.other.net
    > Content-Type: application/x-www-form-urlencoded
    {extra}
    >
    > SAMLResponse={packed(xml or response_xml("_r1"))}{state}
    {answer}
    """


COOKIE = f"> Cookie: {SESSION}"
WELL = (
    "< 302\n< Set-Cookie: app_session=s0739a00ec1bafaa866; Path=/; HttpOnly; Secure; SameSite=Lax\n< Location: /home\n"
)
