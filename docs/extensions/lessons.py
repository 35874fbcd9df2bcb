"""Brings ``notebooks/`` into the site as ``docs/lessons/``: as committed, not run again.

What a page cannot do is said in it: in place of a widget stands where it lives.  Links that leave ``notebooks/`` lead
to the site's page of that file, or to the repository.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from iapo_widgets.widgets.shared.twin import is_twin

OUTSIDE = re.compile(r"\]\(\.\./([^)\s]+)\)")


def bring(app: Sphinx, config: Config) -> None:
    """Write the site's copies of the lessons, touching only those that changed, and drop those that are gone."""
    source, target = Path(app.srcdir).parent / "notebooks", Path(app.srcdir) / "lessons"
    target.mkdir(exist_ok=True)
    wanted = {path.name: path for path in source.iterdir() if path.suffix in (".ipynb", ".md")}
    for old in set(path.name for path in target.iterdir()) - set(wanted):
        (target / old).unlink()
    for name, path in wanted.items():
        text = path.read_text("utf-8")
        page = notebook_page(text, name, config.lessons_repository) if path.suffix == ".ipynb" else text
        page = OUTSIDE.sub(lambda link: f"]({inside(link[1], config.lessons_repository)})", page)
        if not (target / name).exists() or (target / name).read_text("utf-8") != page:
            (target / name).write_text(page, "utf-8")


def inside(path: str, repository: str) -> str:
    """Where a link to ``path``, seen from the repository's root, leads in the site."""
    return f"../{path.removeprefix('docs/')}" if path.startswith("docs/") else f"{repository}/blob/HEAD/{path}"


def notebook_page(text: str, name: str, repository: str) -> str:
    """The notebook with a link to Binder, alternative texts where MyST-NB looks for them, and no dead widgets."""
    book = json.loads(text)
    link = binder(repository, name)
    for cell in book["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                cell["metadata"].setdefault("mystnb", {})["image"] = {"alt": alt}
            if is_twin(output):
                output["data"] = {"text/html": [absent("".join(data["text/plain"]), link)]}
    first = book["cells"][0]["source"]
    title, *rest = "".join(first).split("\n")
    book["cells"][0]["source"] = "\n".join([title, "", f"*Live: [open this notebook on Binder]({link}).*", *rest])
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def absent(shown: str, link: str) -> str:
    """What stands where JupyterLab shows the widget that says ``shown`` of itself."""
    name, opened = (
        html.escape(shown.partition("(")[0]),
        f'<a href="{html.escape(link)}">open the notebook on Binder</a>',
    )
    page = "elimination.html" if name in ("PSSTLab", "EliminationView") else "widgets.html"
    says = (
        f"A prediction is taken by a kernel: {opened}, or write yours down before you look at what comes."
        if name == "Prediction"
        else f'This widget computes with a kernel: {opened}. A <a href="../{page}">saved one</a> can be moved right '
        "here on the site."
    )
    return f'<div class="admonition note absent-widget"><p class="admonition-title">{name}</p><p>{says}</p></div>'


def binder(repository: str, name: str) -> str:
    """Address that opens this notebook in JupyterLab on Binder."""
    owner, project = repository.split("/")[-2:]
    return f"https://mybinder.org/v2/gh/{owner}/{project}/HEAD?urlpath=lab/tree/notebooks/{name}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Copy before Sphinx looks for its sources."""
    app.add_config_value("lessons_repository", "", "env", types=(str,))
    app.connect("config-inited", bring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
