"""What the screen says about where data comes from: simulated things say so."""

from __future__ import annotations

from ...core.protocol import Environment


def note(env: Environment) -> str:
    """The environment's note, marked where its data is generated."""
    text = getattr(env, "note", "")
    return f"Simulated: {text}." if "generated" in text else text
