"""Tries a company's policy on written tasks: what a task does rightly must be allowed, what is wrong with it refused."""
