"""Personal data: retention and erasure."""

from importlib import resources

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0007_personal_data.sql").read_text("utf-8")
    )
