"""A real Asterisk for tests: fetched, started and called on the loopback, with no root and nothing installed."""
