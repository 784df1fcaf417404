"""Who wrote a HAR, and what its dialect does differently. One table; facts and sources are in docs/inputs.md."""

from __future__ import annotations

from typing import Final

# Start of ``creator.name`` in lower case -> our name of the exporter.
EXPORTERS: Final = (
    ("webinspector", "chromium"),
    ("chromium", "chromium"),
    ("google chrome", "chromium"),
    ("microsoft edge", "chromium"),
    ("firefox", "firefox"),
    ("waterfox", "firefox"),
    ("firebug", "firebug"),
    ("webkit web inspector", "safari"),
    ("playwright", "playwright"),
    ("mitmproxy", "mitmproxy"),
    ("selenium wire", "mitmproxy"),
    ("charles", "charles"),
    ("proxyman", "proxyman"),
    ("fiddler", "fiddler"),
    ("http toolkit", "http-toolkit"),
    ("insomnia", "insomnia"),
    ("advanced rest client", "advanced-rest-client"),
    ("postman cli", "postman-cli"),
    ("postman", "postman"),
    ("newman", "newman"),
    ("curl", "curl"),
    ("bruno", "bruno"),
    ("hoppscotch", "hoppscotch"),
    ("polly.js", "polly"),
    ("chrome har capturer", "chrome-har-capturer"),
    ("chrome-har-capturer", "chrome-har-capturer"),
    ("puppeteer", "puppeteer-har"),
    ("browsertime", "browsertime"),
    ("sitespeed", "browsertime"),
    ("chrome-har", "chrome-har"),
    ("webpagetest", "webpagetest"),
    ("internet explorer", "internet-explorer"),
    ("splash", "splash"),
    ("phantomjs", "phantomjs"),
    ("browsermob", "browsermob"),
    ("browserup", "browsermob"),
    ("zap", "zap"),
    ("owasp zap", "zap"),
    ("burp", "burp"),
    ("logger++", "burp"),
    ("akto", "akto"),
    ("pcap2har", "pcap2har"),
    ("@neuralegion/cypress", "cypress"),
)

SANITIZED_BY: Final = "sanitized by haranalyze"
"""Start of ``log.comment`` in a copy that ``haranalyze sanitize`` wrote."""

OF_NET_LOG: Final = "; of a net log"
OF_STRIPPED: Final = "; taken without credentials"
OF_CUT: Final = "; cut off"
"""What the comment of a copy says of its original, as far as checks ask for it."""


def exporter_of(creator: str) -> str:
    """Our name for the program that wrote the file, ``""`` when it is not in the table."""
    low = creator.strip().lower()
    return next((ours for start, ours in EXPORTERS if low.startswith(start)), "")
