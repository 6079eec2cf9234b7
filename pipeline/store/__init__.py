"""The store: SQL for ledger, listings and candidates; a lake of Parquet files for what is large and written once."""
