"""Widgets for JupyterLab, Notebook 7, Voila and saved pages; each is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "BoundExplorer": "bound_explorer",
    "BudgetSlider": "budget_slider",
    "ContextSliders": "context_sliders",
    "EliminationView": "elimination_view",
    "LiveLab": "live_lab",
    "PSSTLab": "psst_lab",
    "PolicyTable": "policy_table",
    "ReuseExplorer": "reuse_explorer",
    "ScalingExplorer": "scaling_explorer",
    "StudyExplorer": "study_explorer",
    "TradeoffExplorer": "tradeoff_explorer",
    "html_fragment": "static_page",
    "save_html": "static_page",
}

__all__ = [
    "BoundExplorer",
    "BudgetSlider",
    "ContextSliders",
    "EliminationView",
    "LiveLab",
    "PSSTLab",
    "PolicyTable",
    "ReuseExplorer",
    "ScalingExplorer",
    "StudyExplorer",
    "TradeoffExplorer",
    "html_fragment",
    "save_html",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; known: {', '.join(_HOME)}")


def __dir__() -> list[str]:
    return sorted(__all__)
