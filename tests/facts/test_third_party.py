"""Who is a third party: hosts, pages, and the pairs people take for one."""

import pytest

from haranalyze.facts.third_party import are_twins, is_third_party, page_host
from haranalyze.testing import facts_of


@pytest.mark.parametrize(
    ("one", "other", "twins"),
    [
        ("localhost", "127.0.0.1", True),
        ("::1", "localhost", True),
        ("www.example.com", "example.com", True),
        ("example.com", "www.example.com", True),
        ("localhost", "localhost", False),
        ("localhost", "example.com", False),
        ("www.www.example.com", "example.com", False),
        ("api.example.com", "example.com", False),
        ("", "localhost", False),
    ],
)
def test_spellings_people_take_for_one_host(one: str, other: str, twins: bool) -> None:
    assert are_twins(one, other) is twins


def call(page: str, url: str, *lines: str, kind: str = "fetch") -> str:
    extra = "\n".join(lines)
    return f"* page: {page}\n> GET {url}\n* type: {kind}\n{extra}\n< 200\n"


@pytest.mark.parametrize(
    ("transcript", "third"),
    [
        (call("https://app.example.com/", "https://api.example.com/x"), False),
        (call("http://app.example.com/", "https://api.example.com/x"), False),
        (call("https://app.example.com/", "https://api.other.net/x"), True),
        (call("https://a.vercel.app/", "https://b.vercel.app/x"), True),
        (call("https://app.example.com/", "https://api.other.net/x", kind="document"), False),
        (call("https://app.example.com/", "https://api.other.net/x", "> Sec-Fetch-Site: same-site"), False),
        (call("http://localhost:3000/", "http://127.0.0.1:3001/x"), False),
    ],
)
def test_the_registrable_domain_of_the_page_decides(transcript: str, third: bool) -> None:
    facts = facts_of(transcript)
    assert is_third_party(facts, facts.exchanges[0]) is third


def test_a_frame_belongs_to_the_page_around_it() -> None:
    facts = facts_of(
        call("https://portal.host.example/", "https://app.example.com/w", "> Sec-Fetch-Dest: iframe", kind="document")
    )
    assert page_host(facts, facts.exchanges[0]) == "portal.host.example"
    assert is_third_party(facts, facts.exchanges[0])
