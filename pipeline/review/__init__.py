"""The review app: server-rendered pages and a JSON API over the store, in one process."""
