"""What becomes an item: folders, globs, manifests, lists, archives; and what is told about the rest."""

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from haranalyze.batch.sources import Item, items
from haranalyze.errors import OptionsError
from tests.batch import stories

HAR = stories.recording(stories.HEALTHY, "a")


def found(*sources: object, stdin: str = "") -> list[tuple[str, str]]:
    listed = items([str(one) for one in sources], io.BytesIO(stdin.encode()))
    return [(one.ticket, one.capture) for one in listed]


def test_the_folder_that_holds_a_recording_is_its_ticket(tmp_path: Path) -> None:
    for name in (
        "4711/a.har",
        "4711/b.HAR.gz",
        "2026/4712/c.zip",
        "4713.har",
        "5/d.proxymanlogv2",
        "4711/screen.png",
        "4711/notes.json",
    ):
        stories.put(tmp_path / name, HAR)
    assert found(tmp_path) == [
        ("4713", "4713.har"),
        ("2026/4712", "c.zip"),
        ("4711", "a.har"),
        ("4711", "b.HAR.gz"),
        ("5", "d.proxymanlogv2"),
    ]


def test_a_glob_takes_files_of_any_name(tmp_path: Path) -> None:
    stories.put(tmp_path / "x" / "1" / "a.json", HAR)
    stories.put(tmp_path / "x" / "2" / "b.json", HAR)
    assert found(f"{tmp_path}/x/**/*.json") == [("1", "a.json"), ("2", "b.json")]
    with pytest.raises(OptionsError, match="no file matches"):
        found(f"{tmp_path}/x/*.none")


def test_an_archive_is_a_ticket(tmp_path: Path) -> None:
    assert found(stories.put(tmp_path / "4711.zip", HAR)) == [("4711", "4711.zip")]


def test_the_members_of_a_tar_archive_are_recordings_of_its_ticket(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "4711.tar.gz", "w:gz") as archive:
        for name in ("b/two.har", "one.har", "readme.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(HAR)
            archive.addfile(member, io.BytesIO(HAR))
    listed = list(items([str(tmp_path / "4711.tar.gz")]))
    assert [(one.ticket, one.capture) for one in listed] == [
        ("4711", "4711.tar.gz/b/two.har"),
        ("4711", "4711.tar.gz/one.har"),
    ]
    stories.put(tmp_path / "bad.tar", b"no archive")
    (bad,) = items([str(tmp_path / "bad.tar")])
    assert bad.problem == "the tar archive is damaged"


def test_a_csv_manifest_carries_its_columns(tmp_path: Path) -> None:
    stories.put(tmp_path / "files" / "a.har", HAR)
    manifest = stories.put(
        tmp_path / "m.csv", b"\xef\xbb\xbfTicket, capture, plan\n7,files/a.har,team\n8,files/none.har,\n"
    )
    one, two = items([str(manifest)])
    assert (one.ticket, one.capture, one.columns, one.problem) == ("7", "files/a.har", {"plan": "team"}, "")
    assert Path(one.location) == tmp_path / "files" / "a.har"
    assert two.problem == "it does not exist"


def test_a_json_lines_manifest_may_name_a_folder(tmp_path: Path) -> None:
    stories.put(tmp_path / "4711" / "a.har", HAR)
    stories.put(tmp_path / "4711" / "more" / "b.har", HAR)
    row = {"ticket": "T", "path": "4711", "customer": "Acme", "seats": 5, "note": None}
    manifest = stories.put(tmp_path / "m.jsonl", json.dumps(row).encode() + b"\n\n")
    listed = list(items([str(manifest)]))
    assert [(one.ticket, one.capture) for one in listed] == [("T", "a/a.har"), ("T", "more/b.har")]
    assert listed[0].columns == {"customer": "Acme", "seats": "5", "note": ""}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ticket,plan\n1,team\n", "line 2: there is no column capture, path, file or url"),
        (b"ticket,capture\n1,\n", "line 2: the column capture is empty"),
        (b"ticket,capture\n1,a.har,more\n", "line 2: more fields"),
        (b"ticket\xff\n", "not UTF-8 text, at byte 6"),
    ],
)
def test_a_wrong_manifest_names_its_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        found(stories.put(tmp_path / "m.csv", content))


def test_wrong_json_lines_name_their_line(tmp_path: Path) -> None:
    for content, words in (
        (b'{"path": "a"}\n{"', "line 2: this is not JSON"),
        (b'{"path":"a"}\n[1]', "not a JSON object"),
    ):
        with pytest.raises(OptionsError, match=words):
            found(stories.put(tmp_path / "m.jsonl", content))


def test_standard_input_is_a_manifest_or_a_list_of_paths(tmp_path: Path) -> None:
    path = stories.put(tmp_path / "4711" / "a.har", HAR)
    assert found("-", stdin=f"{path}\n\n{path.parent}\n") == [("a", "a.har"), ("a", "a.har")]
    assert found("-", stdin=f'ticket,url\n9,"{path}"\n') == [("9", str(path))]
    assert found("-", stdin=json.dumps({"ticket": "9", "file": str(path)})) == [("9", str(path))]


def test_links_and_devices_in_a_folder_are_not_opened(tmp_path: Path) -> None:
    stories.put(tmp_path / "real.txt", HAR)
    (tmp_path / "link.har").symlink_to(tmp_path / "real.txt")
    (tmp_path / "broken.har").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe.har")
    (tmp_path / "outside").symlink_to(Path("/"), target_is_directory=True)
    assert {one.ticket: one.problem for one in items([str(tmp_path)])} == {
        "link": "it is a link, and links are not followed",
        "broken": "it is a link, and links are not followed",
        "pipe": "it is not a regular file",
    }


def test_a_source_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OptionsError, match="does not exist"):
        found("/no/such/folder")
    with pytest.raises(OptionsError, match="is not a kind of URL"):
        found("nosuch://bucket/x")


def test_other_file_systems_are_read_by_url() -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("/week/1/a.har", "/week/2/b.har", "/week/2/c.txt", "/week/m.csv"):
        memory.pipe_file(name, b"ticket,capture,plan\nT,1/a.har,team\n" if name.endswith("csv") else HAR)
    assert list(items(["memory://week"])) == [
        Item("1", "a.har", "memory:///week/1/a.har"),
        Item("2", "b.har", "memory:///week/2/b.har"),
    ]
    assert found("memory://week/*/a.har") == [("1", "a.har")]
    assert list(items(["memory://week/m.csv"])) == [Item("T", "1/a.har", "memory://week/1/a.har", {"plan": "team"})]
    with pytest.raises(OptionsError, match="no recordings"):
        found("memory://nowhere")
