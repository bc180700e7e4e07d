"""Billing: payments, refunds, subscriptions."""
