"""Approvals: terms, budgets."""

from importlib import resources

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0004_approvals.sql").read_text("utf-8")
    )
