"""One small HTTP and HTTPS server on the loopback interface that answers what a scenario asks for.

URLs name their answer in the query member ``k`` ("17.2": the second answer of scenario 17). Header lines go out as
they are, so that broken ones can be tried; nothing is cached.
"""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.oracle.scenario import Answer

_PAGE = """<!doctype html><meta charset=utf-8><title>%s</title><link rel=icon href=data:,><body><script>
async function call(c) {
  if (c.how === 'fetch') {
    try {
      const answer = await fetch(c.url, c.init);
      const read = {};
      if (answer.type !== 'opaque') for (const name of c.reads) read[name] = answer.headers.get(name);
      await answer.text().catch(() => '');
      return {resolved: true, type: answer.type, status: answer.status, read};
    } catch (error) { return {resolved: false, error: String(error)}; }
  }
  if (c.how === 'link') { const a = document.createElement('a'); a.href = c.url; document.body.append(a); a.click();
    return {}; }
  if (c.how === 'form') { const f = document.createElement('form'); f.action = c.url; f.method = c.method;
    const i = document.createElement('input'); i.type = 'hidden'; i.name = 'field'; i.value = '1'; f.append(i);
    document.body.append(f); f.submit(); return {}; }
  const element = document.createElement({image: 'img', script: 'script', frame: 'iframe'}[c.how]);
  if (c.name) element.name = c.name;
  const over = new Promise(done => { element.onload = () => done(true); element.onerror = () => done(false); });
  element.src = c.url; document.body.append(element);
  return {loaded: await Promise.race([over, new Promise(done => setTimeout(() => done(null), 3000))])};
}
</script>"""
_PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_BODIES = {
    "page": ("text/html; charset=utf-8", b""),
    "image": ("image/gif", _PIXEL),
    "script": ("text/javascript", b"window.ran = 1;"),
    "json": ("application/json", b'{"ok":true}'),
}


def key_of(target: str) -> str:
    """The answer a request target (or URL) names, ``""`` for none."""
    query = target.partition("#")[0].partition("?")[2]
    return next((part[2:] for part in query.split("&") if part.startswith("k=")), "")


class Server:
    """Answers of all scenarios; ``http`` and ``https`` are the ports it listens on."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.http = self.https = 0
        self._servers: list[asyncio.Server] = []

    async def start(self, folder: Path) -> None:
        """Listen on two free loopback ports; the certificate is made in ``folder``."""
        for context in (None, _tls(folder)):
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
            self._servers.append(server)
        self.http, self.https = (server.sockets[0].getsockname()[1] for server in self._servers)

    async def stop(self) -> None:
        """Listen no longer."""
        for server in self._servers:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ", 2)
                for line in lines:
                    if line.lower().startswith("content-length:"):
                        await reader.readexactly(int(line.partition(":")[2]))
                writer.write(self._reply(method, target))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, ssl.SSLError):
            pass
        finally:
            writer.close()

    def _reply(self, method: str, target: str) -> bytes:
        key = key_of(target)
        answer = self.answers.get((key, method)) or self.answers.get((key, "*")) or Answer(404)
        kind, body = _BODIES.get(answer.body, ("text/plain", b""))
        if answer.body == "page":
            body = (_PAGE % key).encode()
        if answer.status == 204:
            body = b""
        lines = [f"HTTP/1.1 {answer.status} Status", f"Content-Type: {kind}", "Cache-Control: no-store"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.status != 204:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
        return head if method == "HEAD" else head + body


def _tls(folder: Path) -> ssl.SSLContext:
    """A context with a fresh self-signed certificate; the browser is told not to mind."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "oracle.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("oracle.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "oracle.pem"
    path.write_bytes(private + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.set_alpn_protocols(["http/1.1"])
    return context
