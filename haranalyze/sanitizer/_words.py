"""The words that may stay where words are shown: those the engine looks for, and those of HTTP and browsers.

``words.txt`` is generated from the engine's own sources and the session systems (``nox -s docs``), so whatever a fact
or rule can recognise survives, and nothing else does.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from haranalyze.systems import builtin_systems
from haranalyze.vocabulary import PATH_WORDS, PHRASES

_WORD: Final = re.compile(r"[a-z0-9]+")
_PART: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST: Final = 120  # characters of a run that is made of words
_LONGEST_NUMBERED: Final = 13
_NUMBERED: Final = re.compile(r"v\d{1,3}|[a-z]{2}|(?i:AADSTS)\d{5,7}")  # v2, en, an error of Microsoft Entra

# User-Agent, client hints, dates, media types, encodings, header values of the platform (MDN's lists of them).
_PLATFORM: Final = """
    mozilla windows nt win64 win32 wow64 x64 x86 applewebkit khtml like gecko chrome chromium safari firefox edg edge
    opr opera version mobile linux x86_64 64 i686 macintosh intel mac os ppc iphone ipad ipod cpu android x11 cros
    headlesschrome trident rv fxios crios edgios edga samsungbrowser ucbrowser vivaldi brave ubuntu fedora debian wv
    postmanruntime insomnia curl wget python requests aiohttp httpx okhttp axios node undici java apache httpclient go
    http client dart ruby php guzzle dalvik cfnetwork darwin google not brand a microsoft full list arch bitness model
    platform wow64 arm arm64 aarch64 unknown macos ios chromeos
    mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul aug
    sep oct nov dec january february march april june july august september october november december gmt utc
    text html plain css csv xml json javascript ecmascript application octet stream form data urlencoded www x
    multipart mixed related image png jpeg jpg gif webp avif svg apng bmp ico icon font woff woff2 ttf otf audio video
    mpeg mp4 webm ogg pdf zip gzip deflate br zstd compress identity charset utf utf8 us ascii iso latin1 boundary
    problem hal ld manifest wasm msgpack protobuf grpc event bytes q v b3 signed exchange quality
    keep alive close chunked upgrade websocket trailers te insecure requests nosniff sameorigin deny origin when cross
    strict no referrer unsafe url same site includesubdomains preload mode block max age public private store cache
    must revalidate proxy immutable transform while stale if error only cached fresh self none report to default src
    script style img connect media object frame ancestors base uri action worker child upgrade sandbox allow popups
    embedder opener resource policy require corp credentialless navigate cors empty document fetch websocket iframe
    include follow omit manual high low medium lowest highest u i hit miss pass bypass dynamic expired revalidated
    updating cloudfront from tcp mem refresh fwd stored w attachment inline filename name xml encoding lt gt amp quot
    nbsp copy doctype html head body title center h1 h2 p hr div span pre br meta input type hidden value form method
    xmlns xsi xs samlp saml saml2p saml2 saml1 ds urn oasis names tc protocol assertion
    post get action submit button label id class href target content equiv lang en rel stylesheet link noscript
""".split()


LITERALS: Final = frozenset(
    ("", "undefined", "null", "nan", "none", "true", "false", "[object object]", "[object promise]")
) | {system.removed_value for system in builtin_systems() if system.removed_value}
"""Values that tell a fault by themselves; they are nobody's secret."""

SPOKEN: Final = frozenset(
    """
    error error_description error_code error_uri errors message messages msg detail details description reason title
    type __type code status statuscode statustext exception cause hint name fault faultstring faultcode summary text
    claimvalidationerrors claims info result success ok errorcode error_type error_reason autherror warning
    """.split()
)
"""Members of an answer whose strings are shown by their words."""

CLOSED: Final = frozenset(
    """
    alg typ kty use crv enc zip cty token_type token_use token_type_hint grant_type response_type response_mode
    code_challenge_method prompt display scope scopes scp
    """.split()
)
"""Members and parameters with a closed list of words."""

TIMES: Final = frozenset(
    """
    iat nbf exp ate auth_time expires_in expires_at expirytime timecreated updated_at ext_expires_in max_age maxage
    expires refresh_expires_in version
    """.split()
)
"""Members and parameters whose numbers are times, ages and versions."""

COUNTS: Final = TIMES | {"status", "statuscode", "code"}
"""Members of an answer whose numbers stay. What a request calls ``code`` is a secret."""


@cache
def words() -> frozenset[str]:
    """All of them, in lower case."""
    listed = files("haranalyze.sanitizer").joinpath("words.txt").read_text(encoding="ascii").split()
    spoken = {word for phrase in PHRASES for word in _WORD.findall(phrase)}
    return frozenset(listed) | PATH_WORDS | spoken | frozenset(_PLATFORM)


def is_known(atom: str) -> bool:
    """Whether a run of letters and digits is made of such words: ``refreshToken``, ``v2``, ``en``."""
    low = atom.lower()
    if low in words():
        return True
    if low == atom:
        return len(atom) <= _LONGEST_NUMBERED and _NUMBERED.fullmatch(atom) is not None
    return len(atom) <= _LONGEST and _is_made_of_words(atom)


@lru_cache(65_536)
def _is_made_of_words(atom: str) -> bool:
    known = words()
    return all(part.lower() in known or _NUMBERED.fullmatch(part) for part in _PART.split(atom))
