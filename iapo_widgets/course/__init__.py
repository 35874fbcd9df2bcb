"""The notebook course: its files, and later the checks of its exercises."""
