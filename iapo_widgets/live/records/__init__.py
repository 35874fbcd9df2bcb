"""Records: what a model answered, with every text, as an environment and as one small file."""
