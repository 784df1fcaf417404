"""The frame of all pages: escaping, marks, and that it loads nothing of the analysis."""

import subprocess
import sys

from haranalyze.report.html import environment

LIGHT = """
import sys
from haranalyze.report.html import environment
environment().get_template("web_sign_in.html.j2")
print(*sorted(name for name in sys.modules if name.startswith(("haranalyze.facts", "haranalyze.capture", "rules"))))
"""


def shown(template: str, **values: object) -> str:
    return environment().from_string(template).render(**values)


def test_what_is_captured_is_escaped_in_every_filter() -> None:
    hostile = "<img src=x onerror=alert(1)> «cookie 5, <b> B»"
    for filtered in ("x", "x | prose", "x | chips", "x | marked([(0, 4)])"):
        told = shown("{{ " + filtered + " }}", x=hostile)
        assert "<img" not in told
        assert "<b> B" not in told


def test_names_and_masked_values_are_set_off() -> None:
    told = shown("{{ x | prose }}", x="GET /api/me is sent without Set-Cookie «cookie 5, 187 B»")
    assert "<code>GET /api/me</code>" in told
    assert "<code>Set-Cookie</code>" in told
    assert '<span class="chip">«cookie 5, 187 B»</span>' in told.replace("cookie 5, 187 B", "cookie 5, 187 B")


def test_a_mark_is_a_shape_that_readers_skip() -> None:
    assert 'aria-hidden="true"' in shown("{{ mark('fault') }}")


def test_a_page_is_made_without_loading_the_analysis() -> None:
    """Thus a server shows its first page before it loads what reads recordings."""
    loaded = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""
