"""Limits on use."""

from importlib import resources

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(resources.files("records").joinpath("migrations/0006_limits.sql").read_text("utf-8"))
