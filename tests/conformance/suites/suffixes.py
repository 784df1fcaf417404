"""Public suffix lists of vectors that bring their own."""

from collections.abc import Callable
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from haranalyze.protocol.url import is_ip, is_public_suffix, registrable_domain


def suffixes(rules: list[str] | None) -> tuple[Callable[[str], bool], Callable[[str], str]]:
    """(is this host a public suffix, its registrable domain or itself); the real list where no rules are given."""
    return (is_public_suffix, registrable_domain) if rules is None else _own(tuple(rules))


@lru_cache
def _own(rules: tuple[str, ...]) -> tuple[Callable[[str], bool], Callable[[str], str]]:
    known = PublicSuffixList(source=[*rules, ""], accept_unknown=True)

    def is_suffix(host: str) -> bool:
        return not is_ip(host) and bool(known.is_public(host))

    def registrable(host: str) -> str:
        return host if is_ip(host) or "." not in host else known.privatesuffix(host) or host

    return is_suffix, registrable
