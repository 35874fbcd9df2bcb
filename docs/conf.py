"""The site: ``python -m sphinx -W --keep-going -b html docs docs/_build/html`` builds it without network or kernel."""

import re
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS / "extensions"), str(DOCS.parent)]

import iapo_widgets  # noqa: E402

address = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]

project = "iapo-widgets"
author = "The iapo-widgets contributors"
copyright = f"{author}; BSD-3-Clause"
version = release = iapo_widgets.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.viewcode",
              "lessons", "evaluated", "mathml", "docstrings"]  # fmt: skip
exclude_patterns = ["_build", "extensions"]

nb_execution_mode = "off"  # the notebooks are committed with their outputs, and the tests compare these
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autosummary_generate = False
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True

html_theme = "sphinx_book_theme"
html_title = "iapo-widgets"
html_show_search_summary = False  # these are fetched, which browsers refuse to pages opened from files
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "repository_url": address,
    "use_repository_button": True,
    "use_download_button": False,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navbar_persistent": [],  # the sidebar has the search already
}
html_context = {"default_mode": "auto"}
lessons_repository = re.sub(r"/$", "", address)
