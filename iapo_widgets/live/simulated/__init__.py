"""An endpoint that needs no key and no model; nothing else here knows it."""
