"""One idea each, moved by hand: a scene as data, drawn in the browser."""
