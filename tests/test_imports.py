"""Imports run one way, between folders and between their rooms; nothing runs in a circle; and the core is light."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

import iapo_widgets

PACKAGE = Path(iapo_widgets.__file__).parent
NAME = PACKAGE.name
HEAVY = ("ipywidgets", "anywidget", "matplotlib", "scipy", "openai", "pooch", "requests", "joblib", "tqdm", "IPython")

#: Folders and files of the package, lowest first; what stands beside each other in one row does not know each other.
LAYERS = [["core"], ["live"], ["tasks"], ["study"], ["plots"], ["widgets"], ["course"], ["cli"]]
#: The same inside a folder; modules that are in no row are its hall, above all rooms.
ROOMS = {
    "live": [["settings"], ["errors", "problem", "request", "answer", "background"], ["ledger", "reading", "local"],
             ["endpoint"], ["scoring"], ["records"], ["simulated"]],
    "widgets": [["shared"], ["explorers"], ["race"], ["live"], ["page"]],
}  # fmt: skip
#: Rooms that no other room and no hall of their folder may import.
APART = {"live": ["simulated"]}
#: Pairs (importing module, imported module) that may break the order.
EXCEPTIONS: list[tuple[str, str]] = []


def modules():
    """Dotted name -> file, of every module of the package, a stub in place of the module that it describes."""
    found = {}
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi")]:
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name):
    """Modules of the package that ``name`` imports anywhere: at the top, inside functions, under TYPE_CHECKING."""
    path = MODULES[name]
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                if inner in MODULES or source in MODULES:
                    yield inner if inner in MODULES else source
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)


GRAPH = {name: sorted(set(imports(name))) for name in MODULES}


def row_of(part, rows):
    """The number of the row that holds ``part``; the last row and one more where none does."""
    return next((i for i, row in enumerate(rows) if part in row), len(rows))


def upward(rows, folder=""):
    """Imports, as pairs, from a part of ``folder`` to one in a higher row, or to another one in the same row."""
    start = f"{NAME}.{folder}." if folder else f"{NAME}."
    for name, targets in GRAPH.items():
        for target in targets:
            if not (name.startswith(start) and target.startswith(start)):
                continue
            mine, other = (module.removeprefix(start).split(".")[0] for module in (name, target))
            here, there = row_of(mine, rows), row_of(other, rows)
            if there > here or (there == here < len(rows) and mine != other):
                yield name, target


def test_imports_run_one_way():
    """No module imports one of a higher layer."""
    assert sum(len(targets) for targets in GRAPH.values()) > 400
    assert {name.split(".")[1] for name in MODULES if "." in name} == {part for row in LAYERS for part in row}
    assert set(upward(LAYERS)) == set(EXCEPTIONS)


@pytest.mark.parametrize("folder", ROOMS)
def test_rooms_know_only_what_is_below_them(folder):
    """Inside ``live`` and ``widgets`` no room imports a higher one, or the hall; every room is named here."""
    folders = {path.parent.name for path in (PACKAGE / folder).glob("*/__init__.py")}
    assert folders <= {part for row in ROOMS[folder] for part in row}
    assert set(upward(ROOMS[folder], folder)) == set(EXCEPTIONS)


@pytest.mark.parametrize(("folder", "room"), [(folder, room) for folder, rooms in APART.items() for room in rooms])
def test_a_room_apart_is_known_to_nobody_in_its_folder(folder, room):
    """What is simulated is imported by the folder's own door only, so that nothing real can lean on it."""
    door, inside = f"{NAME}.{folder}", f"{NAME}.{folder}.{room}"
    knowing = {
        name
        for name, targets in GRAPH.items()
        if name.startswith(f"{door}.") and not name.startswith(inside) and any(t.startswith(inside) for t in targets)
    }
    assert knowing == set()


def test_no_modules_import_each_other_in_a_circle():
    """The graph of all imports, those inside functions and under TYPE_CHECKING too, can be sorted."""
    order = list(graphlib.TopologicalSorter(GRAPH).static_order())
    assert set(order) == set(MODULES)


def test_the_package_loads_nothing_heavy():
    """In a fresh interpreter ``import iapo_widgets``, and training on a task, load none of the heavy packages."""
    code = (
        "import sys, iapo_widgets as i; i.train('psst', i.load('math').with_(n_max=2), 100, seed=0);"
        f" print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
