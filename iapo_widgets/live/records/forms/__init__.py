"""Logs of other tools as records and questions: one module a form."""
