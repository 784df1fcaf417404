"""``haranalyze howto``: the same words that a report asks with."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from haranalyze.capture.quirks import EXPORTERS
from haranalyze.cli import main
from haranalyze.facts.better_recording import RECIPES, Recipe, recipe_for

SAMPLES = Path(__file__).parents[2] / "samples"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def flowing(text: str) -> str:
    return " ".join(text.split())


def test_without_a_name_all_programs_are_listed() -> None:
    names = [line.split()[0] for line in run("howto").stdout.splitlines()]
    assert names == [recipe.name for recipe in RECIPES]
    assert {"chrome", "edge", "firefox", "safari", "postman", "charles", "mitmproxy"} <= set(names)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_recipe_is_numbered_steps_of_one_sentence_each_that_fit_a_mail(recipe: Recipe) -> None:
    told = run("howto", recipe.name).stdout
    assert max(len(line) for line in told.splitlines()) <= 80
    starts = [line for line in told.splitlines() if line[:1].isdigit()]
    assert len(starts) == len(recipe.steps) >= 2
    assert all(step.endswith(".") and ". " not in step for step in recipe.steps)
    assert flowing(told).endswith(recipe.care)


def test_the_report_asks_in_the_same_words() -> None:
    result = run("analyze", str(SAMPLES / "exported-without-cookies" / "capture.har"), "--format", "json")
    ask = json.loads(result.stdout)["capture"]["quality"]["ask"]
    told = run("howto", "chrome").stdout
    assert ask == flowing(" ".join(part.lstrip("0123456789. ") for part in told.splitlines()))


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Google Chrome", "1. In Chrome: open devtools"),
        ("Samsung Internet", "1. In Samsung Internet: open devtools"),
        ("iPhone", "1. On the iPhone or iPad"),
        ("MITMPROXY", "1. Start mitmdump"),
        ("playwright", "1. In Playwright: record with the mode “full”"),
    ],
)
def test_names_are_taken_as_people_write_them(asked: str, first: str) -> None:
    assert run("howto", asked).stdout.startswith(first)


def test_an_unknown_program_gets_the_nearest_name() -> None:
    result = run("howto", "firefix")
    assert result.exit_code == 2
    assert "did you mean 'firefox'" in result.stderr
    assert "choose one of chrome, edge" in run("howto", "zzzz").stderr


def test_braces_of_a_recipe_reach_the_reader_as_they_are() -> None:
    assert "{ path: 'ticket.har'" in flowing(run("howto", "playwright").stdout)


def test_every_exporter_with_menus_of_its_own_has_a_recipe() -> None:
    known = {ours for _, ours in EXPORTERS}
    asked = {exporter: recipe_for(exporter, "").name for exporter in known}
    assert asked["charles"] == "charles"
    assert asked["chromium"] == "chrome"
    assert asked["pcap2har"] == "other"
    assert recipe_for("chromium", "Edge").name == "edge"
    assert recipe_for("firefox", "Firefox").name == "firefox"
