"""Pieces of transcripts: a proxy's recording of a browser and of the server that renders pages for it."""

MITM = "* exporter: mitmproxy\n"
BROWSER = "> User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
NODE = "> User-Agent: node"
SESSION = "> Cookie: sAccessToken={token}"
REFUSED = '< 401\n<\n< {"message": "unauthorised"}\n'


def visit(path: str, answer: str, *lines: str, took: int = 400) -> str:
    """A page request of the browser that takes a while, because the server fetches data for it."""
    extra = "\n".join(lines)
    return f"""
    * +1000 ms
    > GET https://app.example.com{path}
    * type: document
    {BROWSER}
    > Sec-Fetch-Mode: navigate
    > Sec-Fetch-Dest: document
    > Accept: text/html
    {extra}
    * took: {took} ms
    {answer}
    """


def inner(path: str, answer: str, *lines: str, at: int = 1100, agent: str = NODE) -> str:
    """A call of the API that starts ``at`` ms."""
    extra = "\n".join(lines)
    return f"""
    * +{at} ms
    > GET https://api.example.com{path}
    {agent}
    {extra}
    {answer}
    """
