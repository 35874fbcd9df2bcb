"""The site: whole, linked, titled, described, and fed from one source."""

import importlib
import pkgutil
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.util.inventory import InventoryFile

import evaluated
import iapo_widgets
import lessons
import mathml
from iapo_widgets import mv_contexts, voting_environment
from iapo_widgets.core.theory import complexity

TYPED = str.maketrans({"…": "...", "\u2019": "'"})  # what typography makes of them
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def pages(site):
    """Path -> parsed page, for every page of the site."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in paths}


def test_every_page_has_one_title(pages):
    """Every page has a language, a title and exactly one first heading in its text, and that says something."""
    assert len(pages) > 20
    for path, page in pages.items():
        assert page.html["lang"] == "en" and page.title.text.strip(), path
        headings = {heading.text.strip("# \n") for heading in page.select("main h1")} - {""}
        assert len(headings) == 1, f"{path}: {headings}"


def test_every_link_of_the_site_leads_somewhere(site, pages):
    """Every internal link has its file, and its anchor where it names one."""
    anchors = {path: {tag["id"] for tag in page.select("[id]")} for path, page in pages.items()}
    seen = 0
    for path, page in pages.items():
        for tag in page.select("a[href], link[href], script[src], img[src]"):
            link = urlsplit(tag.get("href") or tag.get("src"))
            if link.scheme or link.netloc or tag.get("rel") == ["search"]:
                continue
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            assert target.is_file() and target.is_relative_to(site), f"{path.name}: {link.geturl()}"
            # a page of source code leads back to the right page, but by the name of the module that it was found in
            if link.fragment and target in anchors and "_modules" not in path.parts:
                assert unquote(link.fragment) in anchors[target] | {"top"}, f"{path.name}: {link.geturl()}"
            seen += 1
    assert seen > 500


def test_no_page_loads_anything_from_elsewhere(site, pages):
    """Scripts, styles, pictures and fonts all lie in the site; only links that a reader follows lead out."""
    for path, page in pages.items():
        for tag in page.select("script[src], img[src], iframe[src], link[rel=stylesheet], link[rel=preload]"):
            assert not urlsplit(tag.get("src") or tag.get("href")).netloc, f"{path.name}: {tag}"
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import )[\"']?https?:", style.read_text("utf-8")), style


def test_every_picture_is_described(pages):
    """Images and drawings have an alternative text, those of the notebooks the one that the notebook gives."""
    seen = 0
    for path, page in pages.items():
        for tag in page.select("img:not(.toggler)"):
            assert len(tag.get("alt", "")) > 20, f"{path.name}: {tag}"
            seen += 1
        for tag in page.select("[role=img]"):
            assert len(tag.get("aria-label", "")) > 20, path
    assert seen > 5


def test_every_public_name_is_documented(site):
    """What a package's ``__all__`` names stands in the site's index of objects."""
    data = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    known = {name for kind, names in data.items() if kind.startswith("py:") for name in names}
    packages = ["iapo_widgets", *(m.name for m in pkgutil.walk_packages(iapo_widgets.__path__, "iapo_widgets."))]
    missing = []
    for package in packages:
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", []):
            value = getattr(module, name)
            home = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
            if not {f"{package}.{name}", f"iapo_widgets.{name}", home} & known:
                missing.append(f"{package}.{name}")
    assert not missing and "iapo_widgets.CategoricalEnvironment.exact_q" in known


def test_every_lesson_is_in_the_course_in_order(pages, site):
    """The sidebar lists every notebook, sorted by name, and each page links to itself on Binder."""
    links = [a["href"] for a in pages[site / "index.html"].select("nav a[href^='lessons/']")]
    names = [n.stem for n in NOTEBOOKS]
    shown = [Path(link).stem for link in links if link.endswith(".html") and Path(link).stem in names]
    assert shown[: len(names)] == names
    for notebook in NOTEBOOKS:
        page = pages[site / "lessons" / f"{notebook.stem}.html"]
        assert page.select(f"a[href^='https://mybinder.org/'][href$='notebooks/{notebook.name}']")


def test_no_dead_widget_is_left_in_a_lesson(pages, site):
    """Where a notebook shows a widget, its page says where it lives and links to one that moves."""
    page = pages[site / "lessons" / "00_start_here.html"]
    notes = [note for note in page.select(".admonition") if "PSSTLab" in note.text]
    assert notes and notes[0].select("a[href='../elimination.html']")
    assert not page.select("script[type*='widget-view']")


def test_the_table_from_paper_to_code_has_one_source(pages, site):
    """The page shows README's table, row by row, no file of docs/ holds a copy, and every file it names exists."""
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.search(r"\| paper \| code \|\n\|---\|---\|\n((?:\|.*\n)+)", readme)[1].splitlines()
    shown = pages[site / "paper_to_code.html"].select_one("table").select("tbody tr")
    assert len(shown) == len(rows) > 15
    for row, cells in zip(rows, shown, strict=True):
        assert cells.text.translate(TYPED).split() == row.replace("|", " ").replace("`", "").split()
    assert not [path for path in (ROOT / "docs").glob("*.md") if "| paper | code |" in path.read_text("utf-8")]
    for name in re.findall(r"`((?:core|study|tasks|plots)/[\w./]*)`", "\n".join(rows)):
        assert (ROOT / "iapo_widgets" / name).exists(), name


def test_the_numbers_of_the_summary_are_true():
    """The method on one page prints what the code computes: the two prompts, both worked examples, theorem 1."""
    text = (ROOT / "docs" / "summary.md").read_text("utf-8")
    right = np.array([[0.40, 0.90], [0.62, 0.62]])
    outcomes = np.stack([right, 1 - right], axis=2)
    q = voting_environment(outcomes, [0, 0], [0, 0], contexts=mv_contexts({"free": 0.0}), n_max=10).exact_q()[0]
    for prompt, row in zip("AB", q, strict=True):
        once, ten = (f"{row[n - 1]:.3f}" for n in (1, 10))
        assert re.search(rf"\| {prompt} \|.*\| \**{once}\** \| \**{ten}\** \|", text)
    assert "R = 0.9 - 0.03 = 0.87" in text and max(0.2, 0.9, 0.5) - 1 * 3 * 0.01 == pytest.approx(0.87)
    assert "R = 1/2 - 0.02 = 0.48" in text and pytest.approx(0.48) == 1 / 2 - 0.2 * 10 * 0.01
    hardness = complexity(np.array([[[1.0, 0.75], [0.25, 0.0]]]))  # the smallest gap is 0.25, N_max is 2
    h1, h2, budget = hardness.h1, hardness.h2, hardness.required_budget(0.05)
    assert (
        f"H_1 = {h1:g}$, $H_2 = {h2:g}$, an error of 5 % asks for $T = {budget}$" in " ".join(text.split())
        and hardness.n_rounds == 2
    )


def test_a_page_s_code_must_give_what_is_to_be_shown():
    """The build runs a page's code and takes its last line; one that is no expression is refused."""
    assert evaluated.evaluate("a = 2\na * 21") == 42
    for source in ("a = 2", ""):
        with pytest.raises(ValueError, match="last line must be an expression"):
            evaluated.evaluate(source)


def test_formulas_are_mathml():
    """A formula becomes MathML, the bars of a size take no space, and one that cannot be read stays as it was typed."""
    size = mathml.mathml(nodes.math(text=r"|P| \le N_{\max}"), block=False)
    assert size.startswith("<math") and size.count('lspace="0"') == 2
    assert "nonsense" in mathml.mathml(nodes.math(text=r"\nonsense{x}"), block=True)


def test_links_out_of_the_notebooks_are_led_home():
    """From a lesson, docs/ is the site itself and any other file is the repository's."""
    assert lessons.inside("docs/summary.md", "https://host/o/p") == "../summary.md"
    assert lessons.inside("README.md", "https://host/o/p") == "https://host/o/p/blob/HEAD/README.md"
