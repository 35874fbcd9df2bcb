"""Runs over splits, budgets and algorithms."""
