"""How long proof of consent is kept, and where its hash chains end."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("proof_months", sa.Integer, nullable=False, server_default="36"))
    op.create_table(
        "consent_heads",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("expires", sa.Integer, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
