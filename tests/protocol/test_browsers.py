"""Browser policies by name and version."""

import pytest

from haranalyze.protocol.browsers import CHROMIUM, FIREFOX, SAFARI, browser_named


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("Chrome 156", CHROMIUM),
        ("Edge 140", CHROMIUM),
        ("Playwright Chromium 140", CHROMIUM),
        ("Firefox 153", FIREFOX),
        ("Safari 18", SAFARI),
        ("Playwright WebKit 18", SAFARI),
        ("", CHROMIUM),
    ],
)
def test_the_policy_goes_by_name(name: str, policy: object) -> None:
    assert browser_named(name) == policy


def test_older_versions_had_other_policies() -> None:
    assert not browser_named("Chrome 79").lax_by_default
    assert browser_named("Chrome 80").lax_by_default
    assert not browser_named("Chrome 88").schemeful
    assert browser_named("Chrome 89").schemeful
    assert not browser_named("Firefox 130").none_needs_secure
    assert browser_named("Firefox 131").none_needs_secure
    assert browser_named("Firefox 102").third_party == "allowed"
    assert browser_named("Firefox 103").third_party == "partitioned"
    assert not browser_named("Firefox 140").bare_is_name
    assert browser_named("Safari 11").script_days is None
    assert browser_named("Safari 12").script_days == 7
