"""Every suite of vectors: no failures, and few deviations, each with a reason."""

import pytest

from tests.conformance.runner import HERE, Tally, counts, deviations, load, run

SUITES = load(HERE / "vectors")


@pytest.fixture(scope="module", params=sorted(SUITES))
def tally(request: pytest.FixtureRequest) -> Tally:
    return run(request.param, SUITES[request.param])


def test_no_vector_fails(tally: Tally) -> None:
    assert tally.failures == {}


def test_a_listed_deviation_is_one_and_has_a_reason(tally: Tally) -> None:
    assert tally.needless == []
    assert all(tally.deviations.values())


def test_few_vectors_deviate(tally: Tally) -> None:
    assert tally.total > 0
    assert tally.is_good


def test_every_listed_deviation_names_a_vector() -> None:
    for suite, vectors in SUITES.items():
        known = {vector["id"] for vector in vectors if counts(vector)}
        assert set(deviations(suite)) <= known, suite
