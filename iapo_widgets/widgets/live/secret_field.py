"""A field to type a key into: its value is no trait, goes to no file, and is held in the kernel's memory only."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from ...live.endpoint.secret import Secret
from ..shared.assets import packed, styles

SHARED = (
    "This notebook runs on Binder, a public service on machines of other people. Do not type a key here: use the "
    "simulated endpoint, or run the notebook on a machine of your own."
)


class SecretField(anywidget.AnyWidget):
    """Hands a typed key to ``secret``; the browser sends it once, by a custom message, and wipes its field.

    Traits to read: ``held`` (whether there is a key), ``said`` (what is shown about it, never the key), ``warning``.
    ``names``: environment variables to take the key from at first.
    """

    _esm = packed("shared/canvas", "live/secret_field")
    _css = styles("shared/theme", "live/secret_field")
    label = t.Unicode("Key").tag(sync=True)
    held = t.Bool(False, read_only=True).tag(sync=True)
    said = t.Unicode(read_only=True).tag(sync=True)
    warning = t.Unicode(read_only=True).tag(sync=True)

    def __init__(self, names: tuple[str, ...] = ("IAPO_API_KEY",), **traits: Any) -> None:
        self._names = names
        self._secret: Secret | None = None
        self._changed: Callable[[], None] = lambda: None
        super().__init__(**traits)
        self.set_trait("warning", SHARED if on_binder() else "")
        self.on_msg(self._message)
        self.forget()

    @property
    def secret(self) -> Secret | None:
        """The key, ``None`` without one."""
        return self._secret

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` whenever a key comes or goes."""
        self._changed = callback

    def forget(self) -> None:
        """Drop a typed key; one of the environment stays in force."""
        try:
            found = Secret.from_environment(*self._names)
        except ValueError as error:
            self._hold(None, str(error))
            return
        where = next((name for name in self._names if os.environ.get(name, "").strip()), "")
        none = f"No key. Type one, or set {' or '.join(self._names)} before the notebook starts."
        self._hold(found, f"A key was found in {where}." if found else none)

    def _hold(self, secret: Secret | None, said: str) -> None:
        self._secret = secret
        with self.hold_sync():
            self.set_trait("held", secret is not None)
            self.set_trait("said", said)
        self._changed()

    def _message(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("forget"):
            self.forget()
        typed = content.pop("secret", None)
        if typed is None:
            return
        try:
            self._hold(Secret(typed), "A key is held in this kernel's memory, and nowhere else.")
        except ValueError as error:
            self._hold(self._secret, str(error))
        finally:
            typed = None

    def __repr__(self) -> str:
        return f"SecretField(held={self.held})"


def on_binder() -> bool:
    """Whether this is a public Binder, where nobody should type a key."""
    return any(name.startswith("BINDER_") for name in os.environ)
