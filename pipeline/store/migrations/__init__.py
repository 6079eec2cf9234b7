"""Migrations of the store, run by `open_store`."""
