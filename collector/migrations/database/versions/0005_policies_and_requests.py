"""Versions of the policy, and the register of requests about personal data with how long it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("request_months", sa.Integer, nullable=False, server_default="36"))
    op.create_table(
        "policies",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("published", sa.DateTime, nullable=False),
        sa.Column("by_owner", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, sa.ForeignKey("sites.domain", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("received", sa.Date, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("extension", sa.Text, nullable=False),
        sa.Column("answered", sa.Date, nullable=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("done", sa.Text, nullable=False),
    )
