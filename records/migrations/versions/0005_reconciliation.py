"""Reconciliation: undo, reopened runs."""

from importlib import resources

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0005_reconciliation.sql").read_text("utf-8")
    )
