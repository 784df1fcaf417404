"""Cookie dates (RFC 6265bis section 5.1.1), those on which browsers differ as the browser of the suite reads them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from haranalyze.protocol.browsers import CHROMIUM, STANDARD
from haranalyze.protocol.set_cookie import parse_cookie_date


def differences(vector: dict[str, Any]) -> Iterator[str]:
    then = vector["then"]
    differs = vector["status"] == "browsers-differ"
    browser = CHROMIUM if differs and "/chromium/" in vector["id"] else STANDARD
    read = parse_cookie_date(vector["given"]["date"], early=browser.early_dates)
    if then.get("valid") is False:
        if read is not None:
            yield f"read as {read}, not refused"
    elif read is None:
        yield "refused"
    elif "utc" in then and read != _ms(then["utc"]):
        yield f"read as {read}, not {_ms(then['utc'])}"
    elif "after" in then and read <= _ms(then["after"]):
        yield f"read as {read}, not after {then['after']}"
    elif "at_or_before" in then and read > _ms(then["at_or_before"]):
        yield f"read as {read}, after {then['at_or_before']}"


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000
