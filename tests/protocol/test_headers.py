"""Header lists keep order, repeats and spelling."""

from haranalyze.protocol.headers import Header, Headers, split_list


def test_order_repeats_and_spelling_are_kept() -> None:
    headers = Headers((Header("Set-Cookie", "a=1", 0), Header("X-Y", "1", 1), Header("set-cookie", "b=2", 2)))
    assert [one.name for one in headers] == ["Set-Cookie", "X-Y", "set-cookie"]
    assert [one.value for one in headers.all("set-cookie")] == ["a=1", "b=2"]
    assert len(headers) == 3


def test_a_list_is_split_at_commas_and_trimmed() -> None:
    assert split_list(" rid,  st-auth-mode,,anti-csrf ") == ("rid", "st-auth-mode", "anti-csrf")
    assert split_list("") == ()
