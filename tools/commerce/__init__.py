"""The shop: orders and parcels."""
