"""``python -m tests.oracle [--seed N] [--cookies N] [--cors N]``: Chromium and our engines side by side.

Prints the agreement per area and every kind of disagreement with an example. Ends with 1 when more than 1 of 100
answers of an area differ without a reason in known.toml.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.oracle.chromium import Chromium
from tests.oracle.comparison import cookie_checks, full_site_checks
from tests.oracle.cookie_scenarios import cookie_scenarios
from tests.oracle.cors_comparison import cors_checks
from tests.oracle.cors_scenarios import cors_scenarios
from tests.oracle.figures import Figures
from tests.oracle.full_sites import full_site_scenarios
from tests.oracle.recording import Recording
from tests.oracle.scenario import Scenario


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="makes the scenarios; the same seed, the same run")
    parser.add_argument("--cookies", type=int, default=500, help="scenarios about cookies")
    parser.add_argument("--cors", type=int, default=200, help="scenarios about CORS")
    parser.add_argument("--only", action="append", help="one scenario, e.g. c17 or o3; its traffic is printed")
    parser.add_argument("--firefox", action="store_true", help="ask Firefox which cookies it sends, not Chromium")
    parser.add_argument("--save", type=Path, help="folder for the HAR of each scenario that is compared")
    parser.add_argument("-v", "--verbose", action="store_true", help="three examples of each disagreement, with story")
    options = parser.parse_args(arguments)
    scenarios = cookie_scenarios(options.seed, options.cookies) + cors_scenarios(options.seed, options.cors)
    scenarios += full_site_scenarios() if options.cookies else []
    scenarios = [one for one in scenarios if one.name in (options.only or (one.name,))]
    if options.firefox:
        return firefox(options.seed, [one for one in scenarios if one.area == "cookies"], verbose=options.verbose)
    begun = time.monotonic()
    chromium = Chromium()
    recordings = asyncio.run(chromium.play(scenarios))
    took = time.monotonic() - begun
    policy = f"third-party cookies {chromium.third_party}"
    print(f"{chromium.version}, {policy}, seed {options.seed}, {len(scenarios)} scenarios in {took:.0f} s")
    figures = Figures({scenario.name: scenario for scenario in scenarios})
    for scenario in scenarios:
        recording = recordings[scenario.name]
        for trouble in recording.troubles:
            print(f"{scenario.name}: {trouble}; {scenario.story}")
        if options.only:
            print("\n".join(told(scenario, recording)))
        if options.save:
            recording.save(options.save, scenario.name)
        figures.add(_JUDGES[scenario.area](scenario, recording))
    print("\n".join(figures.lines(examples=3 if options.verbose else 1)))
    return 0 if figures.are_good else 1


_JUDGES = {"cookies": cookie_checks, "cors": cors_checks, "full": full_site_checks}


def firefox(seed: int, scenarios: list[Scenario], *, verbose: bool) -> int:
    """The cookie scenarios in Firefox; what it sends is all that its protocol tells."""
    from tests.oracle.firefox import Firefox, sent_checks

    begun, browser = time.monotonic(), Firefox()
    recordings = asyncio.run(browser.play(scenarios))
    print(f"{browser.version}, seed {seed}, {len(scenarios)} scenarios in {time.monotonic() - begun:.0f} s")
    figures = Figures({scenario.name: scenario for scenario in scenarios}, browser="Firefox")
    for scenario in scenarios:
        for trouble in recordings[scenario.name].troubles:
            print(f"{scenario.name}: {trouble}; {scenario.story}")
        figures.add(sent_checks(scenario, recordings[scenario.name]))
    print("\n".join(figures.lines(examples=3 if verbose else 1)))
    return 0 if figures.are_good else 1


def told(scenario: Scenario, recording: Recording) -> list[str]:
    """The traffic of one scenario, with what the browser said about cookies."""
    lines = [f"{scenario.name} {scenario.story}"]
    for index, hop in enumerate(recording.hops):
        lines.append(f"  #{index} {hop.request['method']} {hop.url} {hop.type} {hop.status} {hop.cors_error}")
        lines.append(f"      Cookie: {hop.cookie_header}")
        for cookie, reasons in hop.associated():
            lines.append(f"      {cookie['name']} {cookie['domain']} {cookie['path']}: {reasons or 'sent'}")
        lines += [f"      Set-Cookie: {line[:150]}" for line in hop.set_cookies]
        lines += [f"      blocked {line[:60]}: {reasons}" for line, reasons in hop.blocked().items()]
    return [*lines, f"  {recording.results}"]


if __name__ == "__main__":
    sys.exit(main())
