"""The house: addresses, versions, notebooks, README and the wheel hold together."""

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import address
import iapo_widgets
from iapo_widgets import widgets

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = "00_start_here.ipynb"


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
    pull = urlsplit(re.search(r"https://YOUR-HUB/\S+", readme)[0])
    query = {"repo": "https://github.com/school/iapo-widgets", "urlpath": f"lab/tree/iapo-widgets/notebooks/{FIRST}"}
    assert dict(parse_qsl(pull.query)) == query and pull.path == "/hub/user-redirect/git-pull"
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


def needs_of_binder():
    """What `pip install '.[lab,local]'` asks for, its own extras followed."""
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [*extras["lab"], *extras["local"], *extras["live"]]
    return [*PROJECT["project"]["dependencies"], *(need for need in asked if need != "iapo-widgets[live]")]


def test_binder_pins_everything_exactly():
    """Every line of both requirement files is name==version, and what the package needs is among them."""
    for file in ("binder/requirements.txt", "tests/requirements.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("#")]
        assert lines and all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", line) for line in lines)
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "binder/requirements.txt").read_text().splitlines()
    }
    needed = needs_of_binder()
    assert {re.split(r"[>=]", need)[0] for need in needed} <= pinned


def test_binder_s_files_agree_with_the_project():
    """Its Python is allowed and has a requirements file, its pins meet the lower bounds, the badge's lesson exists."""
    about = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text("utf-8"))["dependencies"]
    python = about[0].removeprefix("python=")
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(f"{python}.0")
    assert about[-1] == {"pip": ["-r requirements.txt"]} and "apt.txt" not in os.listdir(ROOT / "binder")
    lines = [line for line in (ROOT / "binder" / "requirements.txt").read_text().splitlines() if "==" in line]
    pins = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    needed = needs_of_binder()
    for need in map(Requirement, needed):
        assert need.specifier.contains(pins[canonicalize_name(need.name)]), need
    assert (ROOT / address.LESSON.removeprefix("lab/tree/")).is_file()


def test_binder_s_last_step_stops_at_the_first_error_and_fetches_nothing():
    """``postBuild`` is executable, fails where a command does, and installs this package alone, as editable."""
    script = ROOT / "binder" / "postBuild"
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert commands[0] == "set -euo pipefail" and os.access(script, os.X_OK)
    assert [c.split()[:4] for c in commands[1:]] == [["python", "-m", "pip", "install"]]
    assert {"--no-deps", "--no-build-isolation", "-e", "."} <= set(commands[1].split())
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0


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
    # The notebooks, and TEACHING.md.
    main = "import sys; from iapo_widgets.cli import main; sys.exit(main(sys.argv[1:]))"
    assert f"{len(NOTEBOOKS) + 1} files copied" in run("-c", main, "lab", "course", "--copy-only")
    lesson = tmp_path / "course" / NOTEBOOKS[0].name
    assert lesson.read_bytes() == NOTEBOOKS[0].read_bytes()
    lesson.write_text("mine")
    assert "yours left as they are" in run("-c", main, "lab", "course", "--copy-only")
    assert lesson.read_text() == "mine"


def test_every_room_is_named_where_contributors_look():
    """CONTRIBUTING's table names each folder with code or scripts; the walks name files that are there."""
    package = ROOT / "iapo_widgets"
    rooms = {path.parent for path in package.rglob("*.py")} | {package / "widgets" / "js"}
    named = set(re.findall(r"`(iapo_widgets/[\w/]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    halls = {package, package / "widgets"}  # their own files are doors
    assert {str(room.relative_to(ROOT)) for room in rooms - halls} <= named
    assert all((ROOT / name).is_dir() for name in named if "." not in name)
    walks = (ROOT / "docs" / "how_it_is_built.md").read_text("utf-8").split("## One press")[1]
    files = set(re.findall(r"`((?:\w+/)+\w+\.(?:py|js))`", walks))
    assert len(files) > 20
    for file in files:
        assert list(package.rglob(file)), file
