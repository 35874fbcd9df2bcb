"""What was paid for, and what may be spent; knows no endpoint."""
