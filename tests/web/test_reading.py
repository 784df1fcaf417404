"""What the store keeps of a report, made in several threads at once."""

import subprocess
import sys

import haranalyze
from haranalyze.web.reading import reading_of, report_of
from tests.web.conftest import LOOP, SAMPLES

TOGETHER = """
import sys, threading
from pathlib import Path
from haranalyze.web.reading import report_of
sys.setswitchinterval(1e-6)
document, gate = Path(sys.argv[1]).read_bytes(), threading.Barrier(4)
def read():
    gate.wait()
    report_of(document)
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_a_reading_says_what_lists_show() -> None:
    report = haranalyze.analyze_file(LOOP)
    reading = reading_of({"json": haranalyze.render(report, "json").encode()})
    assert (reading.verdict, reading.rule, reading.owner) == ("fault", "foreign-401", "api")
    assert reading.headline == report.verdict.headline
    assert "api.example.com" in reading.search
    assert reading.search == reading.search.lower()


def test_a_document_becomes_the_report_it_was_made_from() -> None:
    report = haranalyze.analyze_file(LOOP)
    assert report_of(haranalyze.render(report, "json").encode()) == report


def test_threads_that_read_their_first_reports_together_do_not_crash() -> None:
    """A decoder of msgspec made in each thread ends the process with SIGSEGV here, most of the times."""
    document = str(SAMPLES / "refresh-loop-foreign-401" / "expected.json")
    ends = [subprocess.run([sys.executable, "-c", TOGETHER, document], check=False).returncode for _ in range(2)]
    assert ends == [0, 0]
