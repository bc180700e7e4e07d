"""Truth in replies: what a reasoner's words may say, how records are put into them, and what never leaves.

`slots` and `render` put records into a text, `claims` finds what a text says without one, `guard` judges what a reasoner
wrote, `leaks` is the last filter before a customer, `oracle` compares sent messages with the ledger on its own.
"""
