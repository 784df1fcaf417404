"""Chromium's word about CORS against ours.

The engines see the HAR twice: as exported, where failed calls say that they failed, and with that word hidden, so that
the headers alone decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from haranalyze.facts import Facts
from haranalyze.facts.cors import Credentials
from tests.oracle.comparison import Check, facts_of, is_credentialed
from tests.oracle.recording import Hop, Recording
from tests.oracle.scenario import Call, Scenario

BLIND, EXPORTED = "CORS, failures hidden", "CORS, as exported"
EXPOSED, CREDENTIALS = "CORS, readable headers", "CORS, credentials mode"
_PREFLIGHT: Final = "Preflight"
# Chromium's error codes (services/network/public/mojom/cors.mojom) and our steps.
_STEPS: Final = {
    "MissingAllowOriginHeader": "allow-origin-missing",
    "MultipleAllowOriginValues": "allow-origin-multiple",
    "WildcardOriginNotAllowed": "allow-origin-wildcard",
    "InvalidAllowOriginValue": "allow-origin-invalid",
    "AllowOriginMismatch": "allow-origin-mismatch",
    "InvalidAllowCredentials": "allow-credentials",
    "InvalidStatus": "preflight-status",
    "DisallowedRedirect": "preflight-redirect",
    "RedirectContainsCredentials": "redirect-credentials",
    "MethodDisallowedByPreflightResponse": "allow-methods",
    "InvalidAllowMethodsPreflightResponse": "allow-methods-invalid",
    "HeaderDisallowedByPreflightResponse": "allow-headers",
    "InvalidAllowHeadersPreflightResponse": "allow-headers-invalid",
}


def cors_checks(scenario: Scenario, recording: Recording) -> Iterator[Check]:
    """What CORS allowed in one scenario, at which step it refused, and what a script could read."""
    exported, blind = facts_of(recording.har()), facts_of(recording.har(errors=False))
    for index, hop in enumerate(recording.hops):
        call = scenario.calls[hop.call]
        if call.how != "fetch" or hop.type == _PREFLIGHT or "k=" not in hop.url:
            continue
        about = scenario.name, f"#{index} {hop.request['method']} {hop.url}"
        last = recording.hops_of(hop)[-1] is hop
        result = recording.results[hop.call]
        theirs = hop.cors_error or ("allowed" if not last or result.get("resolved") else "failed otherwise")
        included = is_credentialed(call, hop.url)
        yield _decided(BLIND, about, theirs, blind, index, included=included)
        yield _decided(EXPORTED, about, theirs, exported, index, included=included)
        if hop.sent is not None:
            yield _mode(about, hop, call, exported, index)
        if last and result.get("resolved") and result.get("type") in ("cors", "basic"):
            present = {name.lower() for name, _ in hop.lines()}
            yield from _exposed(about, result["read"], exported, index, present, included=included)


def _decided(area: str, about: tuple[str, str], theirs: str, facts: Facts, index: int, *, included: bool) -> Check:
    """Hidden failures: the step is the prediction. As exported: whether it was allowed, and the step too."""
    decision = facts.cors.decision(facts.capture.exchanges[index])
    step = decision.named.value if decision is not None and decision.named else ""
    if decision is None:
        ours = "no CORS"
    elif area == BLIND or decision.allowed is False:
        ours = step or ("allowed" if area == BLIND else "refused")
    else:
        ours = "allowed" if decision.allowed else f"unsure {step}".strip()
    wanted = _STEPS.get(theirs.removeprefix(_PREFLIGHT), theirs)
    if wanted == "allowed":
        agrees = ours in ("allowed", "no CORS")
    elif wanted in _STEPS.values():
        agrees = ours == wanted
    else:  # refused before or beside the headers: nothing there may be blamed
        agrees = ours in ("allowed", "no CORS", "unsure", "refused")
    kind = f"{area}: Chromium {theirs}, ours {ours}"
    if included is not (facts.cors.credentials(facts.capture.exchanges[index]) is Credentials.INCLUDED):
        kind = f"mode not shown, {kind}"
    return Check(area, *about, theirs, ours, "" if agrees else kind)


def _mode(about: tuple[str, str], hop: Hop, call: Call, facts: Facts, index: int) -> Check:
    """A claim about the credentials mode has to be right; not knowing is no error."""
    theirs = "included" if is_credentialed(call, hop.url) else "omitted"
    ours = facts.cors.credentials(facts.capture.exchanges[index]).value
    kind = "" if ours in (theirs, "unknown") else f"credentials mode: {theirs}, ours {ours}"
    return Check(CREDENTIALS, *about, theirs, ours, kind)


def _exposed(
    about: tuple[str, str],
    read: dict[str, str | None],
    facts: Facts,
    index: int,
    present: set[str],
    *,
    included: bool,
) -> Iterator[Check]:
    for name, value in read.items():
        if name in present:
            theirs = "hidden" if value is None else "readable"
            ours = "readable" if facts.cors.exposes(facts.capture.exchanges[index], name) else "hidden"
            kind = f"{name}: {theirs}, ours {ours}"
            if not included and facts.cors.credentials(facts.capture.exchanges[index]) is not Credentials.OMITTED:
                kind = f"mode not shown, {kind}"
            kind = "" if ours == theirs else kind
            yield Check(EXPOSED, about[0], f"{about[1]} {name}", theirs, ours, kind)
