"""Sign-in: logins, and the seats of a workspace."""
