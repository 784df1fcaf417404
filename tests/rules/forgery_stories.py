"""Pieces of transcripts for the rules about checks against forged requests: pages, forms, frameworks' refusals."""

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.findings import Severity
from haranalyze.rulebook import Rulebook

DJANGO = "CSRF verification failed. Request aborted."
LARAVEL = '{"message": "CSRF token mismatch."}'
RAILS = "ActionController::InvalidAuthenticityToken"
CSURF = "ForbiddenError: invalid csrf token"
HOST = "shop.example.com"


def page(*answer: str) -> str:
    """The page with the form, loaded first."""
    lines = "\n    ".join(answer)
    return f"""
    * page: https://{HOST}/login
    > GET https://{HOST}/login
    * type: document
    < 200
    {lines}
    """


def form(method: str, path: str, *lines: str, host: str = HOST, body: str = "email=a%40b.example") -> str:
    """A call of the page that writes, with its body."""
    extra = "\n    ".join(lines)
    posted = f">\n    > {body}" if body else ""
    return f"""
    > {method} https://{host}{path}
    * type: fetch
    > Content-Type: application/x-www-form-urlencoded
    {extra}
    {posted}
    """


def refused(status: int, body: str, words: str = "") -> str:
    """A refusal in a framework's words; ``words``: a related place is wanted there."""
    mark = f"   # related: {words}" if words else ""
    return f"< {status}\n<\n< {body}{mark}\n"


def plain(story: str) -> str:
    """The story without its marks."""
    return "\n".join(line.partition("   # ")[0] for line in story.splitlines())


def severity_of(rule_id: str, story: str) -> Severity:
    """Severity of the one finding of a rule."""
    found = examine(read_transcript(story), Rulebook.installed())
    (finding,) = (one for one in found.findings if one.rule == rule_id)
    return finding.severity
