"""The elimination, live and replayed."""
