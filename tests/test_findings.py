"""Severity and confidence are ordered by what they say, not by their spelling."""

from haranalyze.findings import Confidence, Severity


def test_severities_rank_from_info_to_critical() -> None:
    words = ["high", "info", "critical", "low", "medium"]
    ordered = ["info", "low", "medium", "high", "critical"]
    assert sorted(words, key=lambda word: Severity(word).rank) == ordered


def test_confidences_rank_from_possible_to_certain() -> None:
    words = ["certain", "possible", "likely"]
    assert sorted(words, key=lambda word: Confidence(word).rank) == ["possible", "likely", "certain"]
