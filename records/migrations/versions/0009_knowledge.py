"""The help centre as the search has it."""

from importlib import resources

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0009_knowledge.sql").read_text("utf-8")
    )
