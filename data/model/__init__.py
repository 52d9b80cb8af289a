"""The types that every other part speaks in; this package imports nothing of the house."""
