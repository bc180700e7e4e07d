"""What a message says, before any record is read: its requests, the move it is, and how it is said."""
