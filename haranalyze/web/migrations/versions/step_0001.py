"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Captures, their documents, and grants."""
    op.create_table(
        "captures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("parent", sa.String(32), sa.ForeignKey("captures.id", ondelete="CASCADE")),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("ticket", sa.String(80), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("idempotency", sa.String(200)),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("started", sa.Double),
        sa.Column("finished", sa.Double),
        sa.Column("expires", sa.Double),
        sa.Column("lease_owner", sa.String(40)),
        sa.Column("lease_until", sa.Double),
        sa.Column("leases", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("confidence", sa.String(12), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("fingerprint", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("browser", sa.String(80), nullable=False),
        sa.Column("exchanges", sa.Integer, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.UniqueConstraint("person", "idempotency", name="one_capture_per_key"),
    )
    op.create_index("ix_captures_parent", "captures", ["parent"])
    op.create_index("captures_in_order", "captures", ["created", "id"])
    op.create_index("captures_waiting", "captures", ["place", "state", "created"])
    op.create_index("captures_by_cause", "captures", ["fingerprint", "created"])
    op.create_table(
        "documents",
        sa.Column("capture", sa.String(32), sa.ForeignKey("captures.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("format", sa.String(12), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "grants",
        sa.Column("secret", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("capture", sa.String(32), sa.ForeignKey("captures.id", ondelete="CASCADE")),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("expires", sa.Double, nullable=False),
        sa.Column("used", sa.Double),
    )
    op.create_index("ix_grants_capture", "grants", ["capture"])
