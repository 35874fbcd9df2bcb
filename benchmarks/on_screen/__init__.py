"""Measuring the widgets in a real JupyterLab in a real browser; the command is ``python benchmarks/screen.py``."""
