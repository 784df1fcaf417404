"""Pieces of session cookies: which came, which did not."""

from haranalyze.facts.cookie_chunks import broken_sets
from haranalyze.testing import facts_of
from tests.rules.test_session_cookie_chunk_missing import AUTH, NET, ask


def test_numbers_of_the_missing_pieces() -> None:
    (one,) = broken_sets(facts_of(ask(f"{NET}=chunks-4; {NET}C2=a", "401")))
    assert one.name == NET
    assert (one.missing, one.came, one.line) == ((1, 3, 4), 1, None)


def test_a_later_answer_with_fewer_pieces_counts() -> None:
    setting = "200\n" + "".join(f"    < Set-Cookie: {AUTH}.{n}=a; Path=/; Secure\n" for n in range(3))
    fewer = f"200\n    < Set-Cookie: {AUTH}.0=b; Path=/; Secure\n"
    facts = facts_of(ask("a=1", setting) + ask(f"{AUTH}.0=a", fewer) + ask(f"{AUTH}.0=b", "401"))
    assert broken_sets(facts) == ()


def test_hosts_of_others_are_not_asked() -> None:
    story = ask("a=1", "200") + ask(f"{AUTH}.1=b", "401").replace(
        "> GET https://shop.example.com", "> GET https://x.net"
    )
    assert broken_sets(facts_of(story)) == ()
