"""Pieces of transcripts: calls of an API behind AWS API Gateway, and what the gateway itself answers."""

from tests.rules.stories import CORS, asks

GATEWAY = "abc123.execute-api.eu-west-1.amazonaws.com"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/eu-west-1/execute-api/aws4_request, Signature=0f0f"


def aws_call(path: str, answer: str, sent: str = "", *, method: str = "GET", host: str = GATEWAY) -> str:
    """A call of the page to the gateway, with the Authorization value ``sent`` and an answer."""
    lines = (f"> Authorization: {sent}",) if sent else ()
    return asks(method, path, *lines, host=host) + answer


def said(status: int, error: str = "", body: str = "", *marks: str) -> str:
    """An answer the gateway made: status, error type, body; a mark stands at the error type, else at the status."""
    mark = f"   # want: {marks[0]}" if marks else ""
    typed = f"< x-amzn-errortype: {error}{mark}\n" if error else ""
    first = f"< {status}{'' if error else mark}\n"
    return f"{first}{CORS}\n< x-amzn-requestid: 1\n< x-amz-apigw-id: 2\n{typed}<\n< {body}\n"


SERVED = f'< 200\n{CORS}\n< x-amzn-requestid: 1\n< x-amz-apigw-id: 2\n<\n< {{"ok": true}}\n'
NO_ROUTE = '{"message": "Missing Authentication Token"}'
