"""Same-site contexts; the bulk of the cases are the vectors of tests/conformance."""

import pytest

from haranalyze.protocol.browsers import CHROMIUM, FIREFOX, STANDARD, Browser
from haranalyze.protocol.same_site import Context, request_context, response_context
from haranalyze.protocol.url import parse_url

APP = parse_url("https://app.example.com/")
API = parse_url("https://api.example.com/")
PLAIN = parse_url("http://api.example.com/")
OTHER = parse_url("https://other.net/")


def test_a_call_between_sub_domains_is_same_site() -> None:
    assert request_context([API], APP, APP) is Context.STRICT
    assert request_context([API], OTHER, OTHER) is Context.CROSS_SITE


@pytest.mark.parametrize(("method", "context"), [("GET", Context.LAX), ("POST", Context.LAX_UNSAFE)])
def test_a_navigation_from_another_site_is_lax(method: str, context: Context) -> None:
    assert request_context([API], API, OTHER, method=method, navigates=True) is context
    assert request_context([API], API, None, method=method, navigates=True) is Context.STRICT


@pytest.mark.parametrize(("browser", "context"), [(CHROMIUM, Context.CROSS_SITE), (FIREFOX, Context.STRICT)])
def test_the_scheme_counts_where_the_browser_says_so(browser: Browser, context: Context) -> None:
    assert request_context([PLAIN], APP, APP, browser=browser) is context


@pytest.mark.parametrize(("browser", "context"), [(CHROMIUM, Context.STRICT), (STANDARD, Context.CROSS_SITE)])
def test_a_foreign_hop_taints_a_chain_by_the_text_and_not_in_chromium(browser: Browser, context: Context) -> None:
    assert request_context([API, OTHER, API], APP, APP, browser=browser) is context


def test_the_answer_to_a_navigation_always_stores() -> None:
    assert response_context([API], API, OTHER, navigates=True) is Context.LAX
    assert response_context([API], OTHER, OTHER) is Context.CROSS_SITE
    assert response_context([API], APP, APP) is Context.LAX


def test_firefox_counts_a_foreign_hop_when_it_sends_and_not_when_it_stores() -> None:
    chain = [parse_url("https://other.test/go"), parse_url("https://www.example.com/image")]
    page = parse_url("https://www.example.com/")
    assert request_context(chain, page, page, browser=FIREFOX) is Context.CROSS_SITE
    assert response_context(chain, page, page, browser=FIREFOX) is Context.LAX
    assert response_context(chain, page, page, browser=STANDARD) is Context.CROSS_SITE
