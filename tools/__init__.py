"""What the agent can look up and do. One package per business system; `standard` puts them together."""
