"""The pages of a batch: what they say without scripts, and that nothing of a ticket can run in them."""

import html
import json
import re
from pathlib import Path

import pytest

from haranalyze.batch.engines import LocalEngine
from haranalyze.batch.run import Wanted, batch
from haranalyze.batch.sources import items
from tests.batch import stories
from tests.hostile import ATTACKS


@pytest.fixture(scope="module")
def out(engine: LocalEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tickets with attacks in every column, beside plain ones; one bad; one group named by a person."""
    folder = tmp_path_factory.mktemp("pages")
    source = stories.tickets(folder / "tickets", 9)
    stories.put(source / "bad.har", b"")
    rows = [{"ticket": one.name, "capture": f"{one.name}/login.har"} for one in sorted(source.glob("T-*"))]
    rows.append({"ticket": ATTACKS[0], "capture": "bad.har"})
    for number, row in enumerate(rows):
        row |= {"customer": ATTACKS[number % len(ATTACKS)], "plan": ("team", ATTACKS[2])[number % 2]}
    stories.put(source / "m.jsonl", "\n".join(map(json.dumps, rows)).encode())
    groups = '[[group]]\nname = "Named <b> by hand"\nfingerprints = ["{}"]\n'
    first = batch(items([str(source / "m.jsonl")]), Wanted(str(folder / "first"), limits=stories.LIMITS), engine)
    (folder / "groups.toml").write_text(groups.format(first.groups[0].id), encoding="utf-8")
    wanted = Wanted(str(folder / "out"), limits=stories.LIMITS, groups=folder / "groups.toml")
    batch(items([str(source / "m.jsonl")]), wanted, engine)
    return folder / "out"


def text_of(page: Path) -> str:
    """What a reader without scripts sees."""
    inside = re.sub(r"<(script|style).*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", inside).split())


def test_the_index_says_how_many_causes_and_lists_each(out: Path) -> None:
    said = text_of(out / "index.html")
    assert "6 of 10 tickets come down to 2 causes." in said
    assert "6 fault" in said
    assert "3 healthy" in said
    assert "Named &lt;b&gt; by hand" in said
    assert "1 ticket could not be read 1 the file is empty" in said


def test_a_group_opens_to_its_tickets_and_they_to_their_reports(out: Path) -> None:
    links = re.findall(r'href="(group/[^"]+)"', (out / "index.html").read_text(encoding="utf-8"))
    assert len(set(links)) == 4  # two causes, the healthy ones, the one that was not read
    for link in links:
        page = out / link
        reports = re.findall(r'<td><a href="\.\./(report/[^"]+)"', page.read_text(encoding="utf-8"))
        assert all((out / report).is_file() for report in reports)
        assert len(reports) == (0 if "not-read" in link else 3)
        assert len((page.with_suffix(".csv")).read_text(encoding="utf-8").splitlines()) == (
            2 if "not-read" in link else 4
        )


def test_the_page_of_a_group_has_why_what_to_do_and_ready_texts(out: Path) -> None:
    page = next(path for path in (out / "group").glob("v1-*.html"))
    said = text_of(page)
    for words in (
        "Do this:",
        "Who must act",
        "Why these are one cause",
        "fingerprint v1:",
        "Reply to the customer",
        "Seen with",
    ):
        assert words in said
    assert "CAUSE · 3 TICKETS · 3 CUSTOMERS" in said


@pytest.mark.parametrize("name", ["index.html", "group/not-read.html", "group/healthy.html"])
def test_nothing_of_a_ticket_is_markup(out: Path, name: str) -> None:
    page = (out / name).read_text(encoding="utf-8")
    body = page[page.index("</style>") :]
    scripts = re.findall(r"<script[^>]*>", body)
    assert scripts == ['<script type="application/json" id="data">', "<script>"]
    for tag in ("<img", "<iframe", "<base", "<form", "<style>@import", " onload=", " onerror="):
        assert tag not in body.split('<script type="application/json"')[0]
    block = body.split('id="data">')[1].split("</script>")[0]
    assert "<" not in block
    assert json.loads(block)
    assert "default-src 'none'" in html.unescape(page)


def test_filters_hold_every_column_of_the_manifest(out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    facets = {one["id"]: one for one in data["facets"]}
    assert list(facets) == ["state", "owner", "host", "browser", "rule", "m.customer", "m.plan"]
    assert len(facets["m.plan"]["values"]) == 2
    assert all(len(one["index"]) == len(data["tickets"]) == 10 for one in facets.values())
    assert sorted(set(data["group"])) == [-1, 0, 1]
