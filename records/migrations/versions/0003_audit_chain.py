"""The audit log as a chain of hashes, with seals."""

from importlib import resources

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        resources.files("records").joinpath("migrations/0003_audit_chain.sql").read_text("utf-8")
    )
