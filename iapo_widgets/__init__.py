"""Inference-aware prompt optimization: choose the prompt and the number of answers together.

The names here need numpy only, and each is loaded when it is first asked for; ``__init__.pyi`` says where it stands.
Widgets live in ``iapo_widgets.widgets``.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
