"""PSST on a real OpenAI-compatible endpoint, without losing a paid answer or overspending.

Each name is loaded when it is first asked for; ``__init__.pyi`` says where it stands.
"""

from typing import Any

import lazy_loader

_found, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """What the stub names; with ``Endpoint`` comes how a policy is deployed on one, with ``Ledger`` how to pack one."""
    if name == "Endpoint":
        from . import deployment  # noqa: F401  # registers it
    elif name == "Ledger":
        from .records import kept_task  # noqa: F401
    return _found(name)
