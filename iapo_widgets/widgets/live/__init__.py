"""The lab of a live endpoint."""
