"""What the pages of staff need."""

from importlib import resources

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(resources.files("records").joinpath("migrations/0011_screens.sql").read_text("utf-8"))
