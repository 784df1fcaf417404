"""The tables of the store, as SQLAlchemy describes them; the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# One row for each uploaded file, and one for each recording of an uploaded archive (``parent`` names the archive).
# ``place`` is the data folder its file lies in: only the server that works there can read it.
# Times are seconds since 1970. ``state``: accepted, reading, done, failed.
captures = Table(
    "captures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("parent", String(32), ForeignKey("captures.id", ondelete="CASCADE"), index=True),
    Column("parts", Integer, nullable=False, default=0),
    Column("name", String(200), nullable=False),
    Column("ticket", String(80), nullable=False, default=""),
    Column("person", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("idempotency", String(200)),
    Column("place", String(32), nullable=False, default=""),
    Column("state", String(12), nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("finished", Double),
    Column("expires", Double),
    Column("lease_owner", String(40)),
    Column("lease_until", Double),
    Column("leases", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("verdict", String(16), nullable=False, default=""),
    Column("headline", Text, nullable=False, default=""),
    Column("owner", String(24), nullable=False, default=""),
    Column("confidence", String(12), nullable=False, default=""),
    Column("rule", String(80), nullable=False, default=""),
    Column("fingerprint", String(40), nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("browser", String(80), nullable=False, default=""),
    Column("exchanges", Integer, nullable=False, default=0),
    Column("search", Text, nullable=False, default=""),
    UniqueConstraint("person", "idempotency", name="one_capture_per_key"),
    Index("captures_in_order", "created", "id"),
    Index("captures_waiting", "place", "state", "created"),
    Index("captures_by_cause", "fingerprint", "created"),
)

# What was made from a capture: format "json" (the report document), "html" (the page), "sanitized" (the safe copy).
# Bodies are zstd.
documents = Table(
    "documents",
    metadata,
    Column("capture", String(32), ForeignKey("captures.id", ondelete="CASCADE"), primary_key=True),
    Column("format", String(12), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# What lets somebody in. ``kind``: session (cookie), link (signs in once), token (API), share (one report). Only the
# SHA-256 of the secret is stored; it has 192 random bits, so that a salt would add nothing.
grants = Table(
    "grants",
    metadata,
    Column("secret", String(64), primary_key=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("person", String(200), nullable=False),
    Column("label", String(80), nullable=False, default=""),
    Column("capture", String(32), ForeignKey("captures.id", ondelete="CASCADE"), index=True),
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("used", Double),
)
