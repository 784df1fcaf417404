"""A rule is refused when its id, its function or its prose is not as it should be."""

import types

import pytest

from haranalyze.errors import PackError
from haranalyze.findings import Layer, Owner, Severity
from haranalyze.rule import Rule, rule

PROSE = """A cookie is lost.

Why it matters
    The next call is refused.
What to do
    Keep the
    cookie.
Stays quiet when
    It was deleted on purpose.
"""


def load(doc: str, rule_id: str = "cookie-lost", name: str = "cookie_lost") -> Rule:
    """Make a rule in a module of its own, the way packs do."""
    module = types.ModuleType("pack_under_test", doc)
    source = f"def {name}(facts):\n    yield from ()\n"
    exec(compile(source, "pack_under_test", "exec"), module.__dict__)
    import sys

    sys.modules["pack_under_test"] = module
    try:
        return rule(
            id=rule_id,
            severity=Severity.HIGH,
            owner=Owner.API,
            layer=Layer.COOKIE,
            since="0.1",
            references=("RFC 6265",),
        )(module.__dict__[name])
    finally:
        del sys.modules["pack_under_test"]


def test_the_prose_of_the_module_becomes_part_of_the_rule() -> None:
    made = load(PROSE)
    assert made.title == "A cookie is lost"
    assert made.why == "The next call is refused."
    assert made.what == "Keep the cookie."
    assert made.quiet == "It was deleted on purpose."


@pytest.mark.parametrize(
    ("doc", "rule_id", "name"),
    [
        pytest.param("", "cookie-lost", "cookie_lost", id="no docstring"),
        pytest.param(PROSE.replace("What to do", "Remedy"), "cookie-lost", "cookie_lost", id="a heading is missing"),
        pytest.param(
            PROSE.replace("    The next call is refused.\n", ""),
            "cookie-lost",
            "cookie_lost",
            id="empty heading",
        ),
        pytest.param(PROSE, "CookieLost", "cookie_lost", id="not kebab-case"),
        pytest.param(PROSE, "cookie-gone", "cookie_lost", id="function has another name"),
    ],
)
def test_a_rule_without_its_prose_or_name_does_not_load(doc: str, rule_id: str, name: str) -> None:
    with pytest.raises(PackError):
        load(doc, rule_id, name)
