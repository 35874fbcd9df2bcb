"""Imports run one way, and the core is light."""

import ast
import subprocess
import sys
from pathlib import Path

import iapo_widgets

PACKAGE = Path(iapo_widgets.__file__).parent
LAYERS = {"core": 0, "tasks": 1, "live": 1, "study": 2, "plots": 3, "widgets": 4, "course": 5, "cli": 5}
HEAVY = ("ipywidgets", "anywidget", "matplotlib", "scipy", "openai", "pooch", "requests", "joblib", "tqdm", "IPython")


def layer_of(parts):
    """Layer of a module given by its path inside the package, None for the package itself."""
    return LAYERS.get(parts[0].removesuffix(".py")) if parts else None


def test_imports_run_one_way():
    """No module imports one of a higher layer: core, tasks and live, study, plots, widgets, course and command line."""
    seen = 0
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).parts
        mine = layer_of(parts)
        if mine is None:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = parts[: len(parts) - node.level]
                target = layer_of((*base, *(node.module or "").split(".")))
                if target is not None:
                    seen += 1
                    assert target <= mine, f"{path.name} imports {node.module}"
    assert seen > 50


def test_the_package_loads_nothing_heavy():
    """In a fresh interpreter ``import iapo_widgets`` loads numpy and none of the heavy packages."""
    code = f"import sys, iapo_widgets; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
