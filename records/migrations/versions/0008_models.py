"""Language models: what they were sent."""

from importlib import resources

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(resources.files("records").joinpath("migrations/0008_models.sql").read_text("utf-8"))
