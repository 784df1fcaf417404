"""How to make a recording that can be diagnosed, step by step, in words that can be pasted to a customer.

One text for each program, told twice: as steps by ``haranalyze howto``, and as one paragraph where a report asks for a
better recording. Each step is one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from haranalyze.errors import OptionsError, did_you_mean
from haranalyze.text import Sentence

_REPEAT = "Load the page afresh, sign in again, and repeat what fails."
_REPEAT_IN_APP = "Sign out in the app, then sign in again and repeat what fails."
_CARE = (
    "The file then holds live tokens: run “haranalyze sanitize” on it and send the copy. Without it, send the file "
    "only where you would send a password, and sign out afterwards."
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one program makes a recording.

    Attributes:
        name: what ``haranalyze howto`` calls it; title: what its vendor calls it.
        steps: one sentence each, in order, without the warning that ends every recipe.
        source: the page or source file that shows these menus.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    source: str

    @property
    def care(self) -> str:
        """The warning that ends every recipe."""
        return _CARE

    @property
    def paragraph(self) -> str:
        """All of it in one paragraph, as the template of a sentence."""
        told = " ".join((*self.steps, self.care))
        return told.replace("{", "{{").replace("}", "}}")


def _chromium(name: str, title: str, source: str) -> Recipe:
    """Since 2024 Chromium leaves cookies and Authorization out unless it is told otherwise."""
    return Recipe(
        name,
        title,
        (
            f"In {title}: open devtools (F12), then Settings (the gear), and under Preferences > Network tick “Allow to "
            "generate HAR with sensitive data”.",
            "Go to the Network tab, and tick “Preserve log” and “Disable cache”.",
            _REPEAT,
            "Then long-press Export (the arrow down), and choose “Export HAR (with sensitive data)”.",
        ),
        source,
    )


_DEVTOOLS = "ChromeDevTools/devtools-frontend front_end/panels/network/NetworkPanel.ts"
RECIPES: Final = (
    _chromium("chrome", "Chrome", _DEVTOOLS),
    _chromium("edge", "Edge", _DEVTOOLS),
    _chromium("opera", "Opera", _DEVTOOLS),
    _chromium("chromium", "Chromium", _DEVTOOLS),
    _chromium("samsung-internet", "Samsung Internet", _DEVTOOLS),
    Recipe(
        "firefox",
        "Firefox",
        (
            "In Firefox: open devtools (F12), and go to the Network tab.",
            "In its gear menu tick “Persist Logs”, and beside it “Disable Cache”.",
            _REPEAT,
            "Then right-click any request, and choose “Save All As HAR”.",
        ),
        "https://firefox-source-docs.mozilla.org/devtools-user/network_monitor/",
    ),
    Recipe(
        "safari",
        "Safari",
        (
            "In Safari: in Settings > Advanced turn on “Show features for web developers”.",
            "Open Develop > Show Web Inspector, and go to the Network tab.",
            "Tick “Preserve Log” and “Disable Caches”.",
            _REPEAT,
            "Then choose Export.",
        ),
        "https://webkit.org/web-inspector/network-tab/",
    ),
    Recipe(
        "safari-ios",
        "Safari on iPhone and iPad",
        (
            "On the iPhone or iPad: in Settings > Apps > Safari > Advanced turn on “Web Inspector”, and connect the device "
            "to a Mac by cable.",
            "On the Mac: in Safari's Settings > Advanced turn on “Show features for web developers”.",
            "Open the Develop menu, choose the device and the page, and go to the Network tab.",
            "Tick “Preserve Log” and “Disable Caches”.",
            _REPEAT,
            "Then choose Export.",
        ),
        "https://webkit.org/web-inspector/enabling-web-inspector/",
    ),
    Recipe(
        "chrome-android",
        "Chrome on Android",
        (
            "On the phone: turn on USB debugging in the developer options, and connect it to a computer by cable.",
            "On the computer: open chrome://inspect in Chrome, and choose “inspect” beside the page.",
            "In the window that opens: go to Settings (the gear), and under Preferences > Network tick “Allow to generate "
            "HAR with sensitive data”.",
            "Go to the Network tab, and tick “Preserve log” and “Disable cache”.",
            _REPEAT,
            "Then long-press Export (the arrow down), and choose “Export HAR (with sensitive data)”.",
        ),
        "https://developer.chrome.com/docs/devtools/remote-debugging",
    ),
    Recipe(
        "playwright",
        "Playwright",
        (
            "In Playwright: record with the mode “full” and the content “embed”, as in recordHar: { path: 'ticket.har', "
            "mode: 'full', content: 'embed' }.",
            "Close the context at the end, because the file is written then.",
            "Playwright never writes preflights: if CORS is in question, repeat the login by hand in Chrome, where devtools "
            "Settings > Preferences > Network > “Allow to generate HAR with sensitive data” switches on “Export HAR (with "
            "sensitive data)”.",
        ),
        "https://playwright.dev/docs/api/class-browser#browser-new-context-option-record-har",
    ),
    Recipe(
        "postman",
        "Postman",
        (
            "Postman reads HAR files and writes none, so let mitmproxy record: run mitmdump --set hardump=ticket.har.",
            "In Postman: in Settings > Proxy turn on “Use custom proxy configuration” with 127.0.0.1 and port 8080.",
            "In Settings > General turn off “SSL certificate verification” for this one recording.",
            "Send all requests of the login again, the first one included.",
            "Then stop mitmdump with Ctrl-C, which writes ticket.har, and turn both settings back.",
        ),
        "https://learning.postman.com/docs/use/send-requests/capturing-request-data/proxy/; mitmproxy/addons/savehar.py",
    ),
    Recipe(
        "postman-cli",
        "Postman CLI",
        (
            "With the Postman CLI: run the whole collection with the JSON reporter: postman collection run "
            "collection.json -e environment.json -r json --reporter-json-export ticket.json.",
            "Leave out every --reporter-json-omit option: without headers the report shows no sign-in.",
            "The report leaves the hops of redirects out: where a call is redirected, let mitmproxy record instead with "
            "mitmdump --set hardump=ticket.har, and run the collection through it: HTTPS_PROXY=http://127.0.0.1:8080 "
            "HTTP_PROXY=http://127.0.0.1:8080 postman collection run collection.json --insecure.",
        ),
        "postman collection run --help (Postman CLI 1.34); mitmproxy/addons/savehar.py",
    ),
    Recipe(
        "newman",
        "Newman",
        (
            "In Newman: run the whole collection with the JSON reporter: newman run collection.json -e environment.json "
            "-r json --reporter-json-export ticket.json.",
            "The report leaves the hops of redirects out: where a call is redirected, let mitmproxy record instead with "
            "mitmdump --set hardump=ticket.har, and run the collection through it: HTTPS_PROXY=http://127.0.0.1:8080 "
            "HTTP_PROXY=http://127.0.0.1:8080 newman run collection.json --insecure.",
        ),
        "https://github.com/postmanlabs/newman (README, proxy); mitmproxy/addons/savehar.py",
    ),
    Recipe(
        "insomnia",
        "Insomnia",
        (
            "Insomnia leaves headers out of its exports, so let mitmproxy record: run mitmdump --set hardump=ticket.har.",
            "In Insomnia: in Preferences > General turn on “Enable proxy” with http://127.0.0.1:8080 for HTTP and for "
            "HTTPS, and turn off “Validate certificates”.",
            "Send all requests of the login again, the first one included.",
            "Then stop mitmdump with Ctrl-C, which writes ticket.har, and turn both settings back.",
        ),
        "https://github.com/Kong/insomnia/issues/840; mitmproxy/addons/savehar.py",
    ),
    Recipe(
        "net-log",
        "Chrome's net log",
        (
            "In Chrome: open chrome://net-export in a tab of its own, and choose “Include raw bytes (will include cookies "
            "and credentials)”.",
            "Click “Start Logging to Disk”, and choose a file.",
            _REPEAT,
            "Then go back to that tab, and click “Stop Logging”.",
        ),
        "https://www.chromium.org/for-testers/providing-network-details/",
    ),
    Recipe(
        "charles",
        "Charles",
        (
            "In Charles: turn on Proxy > SSL Proxying Settings > Enable SSL Proxying, and add the hosts of the app and of "
            "its API.",
            "Install the Charles root certificate from Help > SSL Proxying on the device that is recorded.",
            "Clear the session, then sign in again and repeat what fails.",
            "Then choose File > Export Session, with the format “HTTP Archive (.har)”.",
        ),
        "https://www.charlesproxy.com/documentation/proxying/ssl-proxying/",
    ),
    Recipe(
        "mitmproxy",
        "mitmproxy",
        (
            "Start mitmdump --set hardump=ticket.har on a computer.",
            "Set that computer, port 8080, as the proxy of the device or app.",
            "Open http://mitm.it on the device, and install and trust the certificate.",
            _REPEAT_IN_APP,
            "Then stop mitmdump with Ctrl-C, which writes ticket.har.",
        ),
        "https://docs.mitmproxy.org/stable/concepts/options/#hardump",
    ),
    Recipe(
        "fiddler",
        "Fiddler",
        (
            "In Fiddler Classic: in Tools > Options > HTTPS tick “Capture HTTPS CONNECTs” and “Decrypt HTTPS traffic”.",
            "Remove all sessions, then sign in again and repeat what fails.",
            "Then choose File > Export Sessions > All Sessions, with the format “HTTPArchive v1.2”.",
        ),
        "https://docs.telerik.com/fiddler/save-and-load-traffic/tasks/exportarchive",
    ),
    Recipe(
        "proxyman",
        "Proxyman",
        (
            "In Proxyman: turn on SSL proxying for the hosts of the app and of its API, and install its certificate on the "
            "device that is recorded.",
            "Clear the session, then sign in again and repeat what fails.",
            "Then select all requests, right-click, and choose Export > HAR.",
        ),
        "https://docs.proxyman.com/basic-features/import-export",
    ),
    Recipe(
        "http-toolkit",
        "HTTP Toolkit",
        (
            "In HTTP Toolkit: choose what to intercept (a fresh Chrome, an Android device, a terminal), and clear the list.",
            _REPEAT_IN_APP,
            "Then choose “Export all intercepted traffic as HAR” below the list.",
        ),
        "https://httptoolkit.com/docs/reference/view-page/",
    ),
    Recipe(
        "zap",
        "ZAP",
        (
            "In ZAP: choose “Manual Explore”, and open the app in the browser that ZAP launches.",
            _REPEAT,
            "Then select the requests in the History tab, and choose Import/Export > Save Selected Entries as HAR.",
        ),
        "https://www.zaproxy.org/docs/desktop/addons/import-export/",
    ),
    Recipe(
        "burp",
        "Burp",
        (
            "In Burp: install the extension Logger++, and open the app in Burp's own browser.",
            _REPEAT,
            "Then select the requests in Logger++, right-click, and choose Export entries as > HAR.",
        ),
        "https://github.com/nccgroup/LoggerPlusPlus",
    ),
    Recipe(
        "other",
        "any other program",
        (
            "Record with headers and bodies included, from before the sign-in until after the failure; best in a browser.",
            "In Chrome: open devtools (F12), then Settings (the gear), and under Preferences > Network tick “Allow to "
            "generate HAR with sensitive data”.",
            "Go to the Network tab, and tick “Preserve log” and “Disable cache”.",
            _REPEAT,
            "Then long-press Export (the arrow down), and choose “Export HAR (with sensitive data)”.",
        ),
        _DEVTOOLS,
    ),
)
_BY_NAME: Final = {recipe.name: recipe for recipe in RECIPES}
_ALSO: Final = {
    "google-chrome": "chrome", "brave": "chrome", "vivaldi": "chrome", "microsoft-edge": "edge", "iphone": "safari-ios",
    "ipad": "safari-ios", "ios": "safari-ios", "android": "chrome-android", "mitmweb": "mitmproxy",
    "mitmdump": "mitmproxy", "charles-proxy": "charles", "fiddler-classic": "fiddler", "owasp-zap": "zap",
    "burp-suite": "burp", "net-export": "net-log", "netlog": "net-log", "samsung": "samsung-internet",
}  # fmt: skip
_EXPORTERS: Final = {
    "playwright": "playwright",
    "postman": "postman",
    "postman-cli": "postman-cli",
    "newman": "newman",
    "insomnia": "insomnia",
    "netlog": "net-log",
    "charles": "charles",
    "mitmproxy": "mitmproxy",
    "fiddler": "fiddler",
    "proxyman": "proxyman",
    "http-toolkit": "http-toolkit",
    "zap": "zap",
    "burp": "burp",
}
"""Our name of the exporter (``capture.quirks``), or the format of a net log, to the recipe of the program itself."""
_BROWSERS: Final = {
    "Chrome": "chrome",
    "Edge": "edge",
    "Opera": "opera",
    "Samsung Internet": "samsung-internet",
    "Chromium": "chromium",
}


def recipe_named(name: str) -> Recipe:
    """The recipe that ``haranalyze howto`` calls ``name``, case and spaces ignored.

    Raises:
        OptionsError: there is none; the message suggests the nearest name.
    """
    asked = "-".join(name.lower().replace("-", " ").split())
    asked = _ALSO.get(asked, asked)
    if asked not in _BY_NAME:
        hint = did_you_mean(asked, _BY_NAME) or f"; choose one of {', '.join(_BY_NAME)}"
        raise OptionsError(f"there is no recipe for {name!r}{hint}")
    return _BY_NAME[asked]


def recipe_for(exporter: str, browser: str) -> Recipe:
    """The recipe for the program that made a recording.

    Args:
        exporter: our name for it (``Capture.exporter``), ``netlog`` for Chrome's net log.
        browser: our name for the browser, ``""`` when unknown.
    """
    if exporter in _EXPORTERS:
        return _BY_NAME[_EXPORTERS[exporter]]
    if browser in ("Firefox", "Safari"):
        return _BY_NAME[browser.lower()]
    return _BY_NAME[_BROWSERS.get(browser, "chrome") if exporter == "chromium" else "other"]


def how_to_record(exporter: str, browser: str) -> Sentence:
    """The steps of :func:`recipe_for` as one paragraph."""
    return Sentence(recipe_for(exporter, browser).paragraph)
