"""How to make a recording that can be diagnosed, step by step, in words that can be pasted to a customer."""

from __future__ import annotations

from haranalyze.text import Sentence

_AFRESH = "Load the page afresh, repeat the login and what fails after it, "
_SANITIZE = "The file then holds live tokens: send it only where you would send a password, and sign out afterwards."

_CHROMIUM = (
    "In {browser}: open devtools (F12), then Settings (gear) > Preferences > Network, and tick “Allow to "
    "generate HAR with sensitive data”. In the Network tab tick “Preserve log” and “Disable cache”. "
    + _AFRESH
    + "then long-press Export (the arrow down) and choose “Export HAR (with sensitive data)”. "
    + _SANITIZE
)
_FIREFOX = (
    "In Firefox: open devtools (F12), Network tab; tick “Persist Logs” in its gear menu, and “Disable "
    "Cache”. " + _AFRESH + "then right-click any request and choose “Save All As HAR”. " + _SANITIZE
)
_SAFARI = (
    "In Safari: turn on Settings > Advanced > “Show features for web developers”, open Develop > Show Web "
    "Inspector, Network tab; tick “Preserve Log” and “Disable Caches”. " + _AFRESH + "then choose Export. " + _SANITIZE
)
_PLAYWRIGHT = (
    "In Playwright: record with the mode “full” and the content “embed”. It never writes preflights: if "
    "CORS is in question, repeat the login by hand in Chrome, where devtools Settings > Preferences > "
    "Network > “Allow to generate HAR with sensitive data” switches on “Export HAR (with sensitive data)”. " + _SANITIZE
)
_OTHER = (
    "Record with headers and bodies included, from before the sign-in until after the failure; best in a "
    "browser. In Chrome: devtools (F12), Settings (gear) > Preferences > Network, tick “Allow to generate "
    "HAR with sensitive data”; in the Network tab tick “Preserve log” and “Disable cache”. "
    + _AFRESH
    + "then long-press Export and choose “Export HAR (with sensitive data)”. "
    + _SANITIZE
)
_CHROMIUM_NAMES = frozenset(("Chrome", "Edge", "Opera", "Samsung Internet", "Chromium"))


def how_to_record(exporter: str, browser: str) -> Sentence:
    """The steps for the program that made the recording.

    Args:
        exporter: our name for it (``Capture.exporter``).
        browser: our name for the browser, ``""`` when unknown.
    """
    if exporter == "playwright":
        return Sentence(_PLAYWRIGHT)
    if browser == "Firefox":
        return Sentence(_FIREFOX)
    if browser == "Safari":
        return Sentence(_SAFARI)
    if exporter == "chromium":
        return Sentence(_CHROMIUM, browser=browser if browser in _CHROMIUM_NAMES else "Chrome")
    return Sentence(_OTHER)
