"""What people taught, and what they are asked to look at."""

from importlib import resources

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0010_learning.sql").read_text("utf-8")
    )
