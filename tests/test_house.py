"""The house: addresses, versions, notebooks, README and the wheel hold together."""

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

import address
import iapo_widgets
from iapo_widgets import widgets

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def command_of(section):
    """The one command in the code block of that README section."""
    part = (ROOT / "README.md").read_text("utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    return re.search(r"```\n(.*?)\n```", part, re.S).group(1)


def test_the_address_is_the_same_everywhere():
    """Badge, citation and links carry the address that stands in pyproject.toml."""
    assert address.main(check=True) == 0
    repository = PROJECT["project"]["urls"]["Repository"]
    assert repository in (ROOT / "CITATION.cff").read_text() and repository in (ROOT / "README.md").read_text()


def test_another_address_fills_badge_citation_and_links(tmp_path, monkeypatch):
    """Changing the one place changes every other, and a second filling changes nothing."""
    for name in ("README.md", "CITATION.cff", "CONTRIBUTING.md", "CHANGELOG.md"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    old = PROJECT["project"]["urls"]["Repository"]
    (tmp_path / "pyproject.toml").write_text(project.replace(old, "https://github.com/school/iapo-widgets"), "utf-8")
    monkeypatch.setattr(address, "ROOT", tmp_path)
    assert address.main(check=True) == 1 and address.main(check=False) == 0 and address.main(check=True) == 0
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "mybinder.org/v2/gh/school/iapo-widgets/" in readme and old not in readme
    assert 'repository-code: "https://github.com/school/iapo-widgets"' in (tmp_path / "CITATION.cff").read_text()


def test_versions_agree():
    """Package, citation and changelog name the same version."""
    assert f"version: {iapo_widgets.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {iapo_widgets.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_gate_runs_the_readme_s_test_command():
    """What .ci/run takes from README.md is its test command, with Binder's pins and every test."""
    script = (ROOT / ".ci" / "run").read_text()
    extract = re.search(r"command=\$\((.*)\)\n", script).group(1)
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.strip() == command_of("Test")
    assert "-c binder/requirements.txt" in found and found.strip().endswith("-m pytest")


def test_binder_pins_everything_exactly():
    """Every line of both requirement files is name==version, and what the package needs is among them."""
    for file in ("binder/requirements.txt", "tests/requirements.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("#")]
        assert lines and all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", line) for line in lines)
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "binder/requirements.txt").read_text().splitlines()
    }
    needed = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["lab"]
    assert {re.split(r"[>=]", need)[0] for need in needed} <= pinned


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_clean(path):
    """Run from top to bottom, no error, no widget state, no path of a machine, cells short, pictures described."""
    book = json.loads(path.read_text("utf-8"))
    assert "widgets" not in book["metadata"]
    counts = [cell["execution_count"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    for cell in book["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            longest = 15 if any(f"{name}(" in source for name in widgets.__all__) else 10
            assert len(source.splitlines()) <= longest and max(map(len, source.splitlines())) <= 88
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error" and output.get("name") != "stderr"
            if "image/png" in output.get("data", {}):
                assert output["metadata"]["image/png"]["alt"]
    assert not re.search(r"/(home|root|work|Users|tmp)/", path.read_text("utf-8"))


def test_the_wheel_is_whole_and_works_in_a_clean_environment(tmp_path):
    """Built, installed and used from there: the lessons are copied and never overwritten, the lab runs, JS is in."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}

    def run(*arguments, **more):
        done = subprocess.run([python, *arguments], cwd=tmp_path, env=clean, capture_output=True, text=True, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "pip", "install", "-q", "-c", str(ROOT / "binder" / "requirements.txt"), str(wheel))
    code = """
import iapo_widgets, json
from iapo_widgets.widgets import PSSTLab
lab = PSSTLab(iapo_widgets.load("math"), seconds_per_round=0.0)
lab.run(); lab.join(60)
print(json.dumps([iapo_widgets.__file__, lab.state, lab.view.n_frames, "export default" in lab.view._esm]))
"""
    file, state, frames, script = json.loads(run("-c", code))
    assert str(tmp_path) in file and (state, frames, script) == ("finished", 10, True)
    main = "import sys; from iapo_widgets.cli import main; sys.exit(main(sys.argv[1:]))"
    assert f"{len(NOTEBOOKS)} files copied" in run("-c", main, "lab", "course", "--copy-only")
    lesson = tmp_path / "course" / NOTEBOOKS[0].name
    assert lesson.read_bytes() == NOTEBOOKS[0].read_bytes()
    lesson.write_text("mine")
    assert "yours left as they are" in run("-c", main, "lab", "course", "--copy-only")
    assert lesson.read_text() == "mine"
