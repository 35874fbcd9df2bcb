"""PSST on a real OpenAI-compatible endpoint."""
