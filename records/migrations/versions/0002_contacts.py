"""Several contacts about one matter: conversations joined to an earlier one, and the page a message was written on."""

from importlib import resources

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0002_contacts.sql").read_text("utf-8")
    )
