"""The store: one SQLite file, written by the poller alone and read by every console."""
