"""What lets somebody in: sessions, one-time links, API tokens, share links. Secrets are stored as digests only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update

from haranalyze.web.store import Store
from haranalyze.web.tables import grants

SECRET_BYTES = 24  # 192 bits: capture-safety.md section 6, U9 asks for 128


class Grants:
    """The grants in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, kind: str, person: str, seconds: float, label: str = "", capture: str | None = None) -> str:
        """A new grant; its secret, which is never told again."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._store.now()
        values = {
            "secret": _digest(secret),
            "id": secrets.token_hex(6),
            "kind": kind,
            "person": person,
            "label": label[:80],
            "capture": capture,
            "created": now,
            "expires": now + seconds,
        }
        with self._store.write() as connection:
            connection.execute(insert(grants).values(values))
        return secret

    def find(self, kinds: Sequence[str], secret: str) -> Row[Any] | None:
        """The grant of a secret while it lasts. Unknown, revoked and expired look the same, also in time."""
        query = select(grants).where(grants.c.secret == _digest(secret), grants.c.kind.in_(kinds))
        with self._store.look() as connection:
            row = connection.execute(query).first()
        return row if row is not None and row.expires > self._store.now() else None

    def use_once(self, kind: str, secret: str) -> Row[Any] | None:
        """The grant of a secret, which is spent by this: of two callers one gets it."""
        here = and_(grants.c.secret == _digest(secret), grants.c.kind == kind)
        with self._store.write() as connection:
            row = connection.execute(select(grants).where(here).with_for_update()).first()
            connection.execute(delete(grants).where(here))
        return row if row is not None and row.expires > self._store.now() else None

    def listed(self, kind: str, person: str | None = None, capture: str | None = None) -> list[Row[Any]]:
        """Grants that last, newest first, without their secrets' digests being of use to anybody."""
        query = select(grants).where(grants.c.kind == kind, grants.c.expires > self._store.now())
        if person is not None:
            query = query.where(grants.c.person == person)
        if capture is not None:
            query = query.where(grants.c.capture == capture)
        with self._store.look() as connection:
            return list(connection.execute(query.order_by(grants.c.created.desc())))

    def revoke(self, kind: str, id: str, *, person: str | None = None, capture: str | None = None) -> bool:  # noqa: A002
        """End a grant by its public id at once; False when there is none."""
        here = [grants.c.kind == kind, grants.c.id == id]
        if person is not None:
            here.append(grants.c.person == person)
        if capture is not None:
            here.append(grants.c.capture == capture)
        with self._store.write() as connection:
            return connection.execute(delete(grants).where(*here)).rowcount > 0

    def end(self, secret: str) -> None:
        """End the grant of a secret (sign out)."""
        with self._store.write() as connection:
            connection.execute(delete(grants).where(grants.c.secret == _digest(secret)))

    def touch(self, secret: str) -> None:
        """Note that a token was used now."""
        with self._store.write() as connection:
            here = grants.c.secret == _digest(secret)
            connection.execute(update(grants).where(here).values(used=self._store.now()))

    def prune(self) -> None:
        """Remove what has expired."""
        with self._store.write() as connection:
            connection.execute(delete(grants).where(grants.c.expires < self._store.now()))

    def end_kind(self, kind: str) -> None:
        """End every grant of a kind (one-time links of a former start)."""
        with self._store.write() as connection:
            connection.execute(delete(grants).where(grants.c.kind == kind))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
