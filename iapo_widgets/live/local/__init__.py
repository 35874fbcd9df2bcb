"""A real language model on this machine: its weights, its process, and a handle like the simulated endpoint's."""
