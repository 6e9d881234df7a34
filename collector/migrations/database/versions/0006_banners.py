"""The banner of a site, and the cookies that a site declares."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "banners",
        sa.Column("site", sa.Text, sa.ForeignKey("sites.domain", ondelete="CASCADE"), primary_key=True),
        sa.Column("settings", sa.JSON, nullable=False),
    )
    op.create_table(
        "declared_cookies",
        sa.Column("site", sa.Text, sa.ForeignKey("sites.domain", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("third_party", sa.Boolean, nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
    )
