"""The spine: conversations, runs, approvals, ledger, and what is written down about them."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(resources.files("records").joinpath("migrations/0001_spine.sql").read_text("utf-8"))
