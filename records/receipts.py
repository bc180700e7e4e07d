"""What a conversation may say was done."""

from records import sql
from records.conversations import Conversation
from records.ledger import Entry
from records.sql import Connection


async def of_conversation(conn: Connection, conversation: Conversation) -> list[Entry]:
    """Actions of the conversation that were done for its own customer, without those that were taken back."""
    found = {"conversation": conversation.id, "customer": conversation.customer_id}
    return await sql.fetch_all(conn, Entry, "receipts_of_conversation", **found)
