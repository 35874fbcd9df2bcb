"""Build what Binder builds, in a clean virtual environment, and walk the course in it within Binder's limits.

``python tools/binder_walk.py`` clones the last commit, installs ``binder/requirements.txt``, runs ``binder/postBuild``,
opens lesson 00 in a real JupyterLab until its first widget is on screen, loads the local model's engine, and executes
every notebook: on one core, with its proxies leading nowhere, ended where the processes together hold more than 2 GB.
Lessons run on records, and fetch no weights.  Prints a Markdown table, and exits
with 1 where anything failed.  Needs the test requirements; the browser runs beside it, without limits, as a learner's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import yaml  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from browser.jupyter import CHROMIUM_FLAGS, NotebookPage, address_of  # noqa: E402
from chromium import find  # noqa: E402
from process_tree import Watch, confined, end  # noqa: E402

LESSON = "00_start_here.ipynb"
NOWHERE = "http://127.0.0.1:9"  # the port "discard": nothing listens


class Row(NamedTuple):
    """One line of the table."""

    what: str
    seconds: float
    peak_mb: float | None
    verdict: str


def python_of(repository: Path) -> str:
    """The interpreter that ``binder/environment.yml`` asks for.  Raises ``SystemExit`` where it is not at hand."""
    wanted = yaml.safe_load((repository / "binder" / "environment.yml").read_text("utf-8"))["dependencies"][0]
    name = wanted.replace("=", "", 1)
    found = shutil.which(name)
    if not found:
        raise SystemExit(f"binder/environment.yml asks for {wanted}; put {name} on the PATH")
    return found


def build(folder: Path) -> tuple[Path, Path, float]:
    """Clone and install as repo2docker does; returns the clone, the environment's folder and the seconds it took."""
    repository, environment = folder / "repository", folder / "environment"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(repository)], check=True)
    start = time.monotonic()
    subprocess.run([python_of(repository), "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(repository / "binder" / "requirements.txt")], check=True, env=clean(environment))
    subprocess.run(["bash", "binder/postBuild"], check=True, env=clean(environment), cwd=repository, stdout=sys.stderr)
    return repository, environment, time.monotonic() - start


def clean(environment: Path, **more: str) -> dict[str, str]:
    """Environment variables with that environment first, and nothing of the one that runs this."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "JUPYTER"))}
    return {**kept, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}


def offline(environment: Path, folder: Path) -> dict[str, str]:
    """As ``clean``, with every proxy leading nowhere and Jupyter's own files in ``folder``."""
    proxies = {name: NOWHERE for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    jupyter = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "RUNTIME")}
    return clean(environment, **proxies, no_proxy="127.0.0.1,localhost", **jupyter)


def first_widget(repository: Path, environment: Path, folder: Path, limit: float) -> list[Row]:
    """From the start of JupyterLab to the first widget on screen, in a browser that has never seen the page."""
    log = folder / "lab.log"
    command = [environment / "bin" / "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
               "--ServerApp.port=0", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]  # fmt: skip
    start = time.monotonic()
    with log.open("w") as out:
        server = subprocess.Popen(
            confined([str(part) for part in command]), cwd=repository / "notebooks", stdout=out, stderr=out,
            env=offline(environment, folder), start_new_session=True,
        )  # fmt: skip
    try:
        with Watch(server.pid, limit) as watch, sync_playwright() as playwright:
            address = address_of(folder / "runtime", server, log)
            rows = [Row("JupyterLab answers", time.monotonic() - start, watch.peak_mb, "ok")]
            browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_FLAGS)
            notebook = NotebookPage(browser.new_page(viewport={"width": 1600, "height": 1400}), address, LESSON)
            rows.append(Row("lesson 00 is open, its kernel idle", time.monotonic() - start, watch.peak_mb, "ok"))
            notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
            # JupyterLab draws only what is near the screen, so the widget is looked for where it is
            notebook.show("lab = PSSTLab(")
            lab = notebook.page.locator(".iapo-race-lab").first
            lab.locator(".iapo-leads").first.wait_for(state="visible", timeout=120_000)
            lab.get_by_role("button", name="Play").click(timeout=30_000)
            rows.append(Row("first race is on screen, and plays", time.monotonic() - start, watch.peak_mb, "ok"))
            browser.close()
        return rows
    finally:
        end(server.pid)


def executed(what: str, command: list[str], at: Path, environment: Path, folder: Path, limit: float) -> Row:
    """Run a command of that environment in the folder ``at``; what it says last stands in the row where it fails."""
    log, start = folder / "command.log", time.monotonic()
    with log.open("w") as out:
        run = subprocess.Popen(
            confined([str(environment / "bin" / command[0]), *command[1:]]), cwd=at, stdout=out, stderr=out,
            env=offline(environment, folder), start_new_session=True,
        )  # fmt: skip
    with Watch(run.pid, limit) as watch:
        code = run.wait()
    lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
    verdict = f"more than {limit:,.0f} MB" if watch.exceeded else "ok" if code == 0 else lines[-1]
    return Row(what, time.monotonic() - start, watch.peak_mb, verdict)


def show(row: Row) -> None:
    """Print one line of the table as soon as it is known."""
    peak = "" if row.peak_mb is None else f"{row.peak_mb:,.0f}"
    print(f"| {row.what} | {row.seconds:,.1f} | {peak} | {row.verdict} |", flush=True)


def main() -> int:
    """Walk; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build Binder's environment and walk the course in it.")
    parser.add_argument("--memory-mb", type=float, default=2048, help="limit on all processes together (2048)")
    limit = parser.parse_args().memory_mb
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout:
        print("uncommitted changes are not walked: Binder clones what is committed", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| step | seconds | peak MB | |\n|---|---|---|---|")
        repository, environment, seconds = build(folder)
        show(Row("environment built", seconds, None, "ok"))
        rows = first_widget(repository, environment, folder, limit)
        for row in rows:
            show(row)
        commands = {"the local model's engine loads": ["python", "-c", "import xllamacpp"]}
        for path in sorted((repository / "notebooks").glob("*.ipynb")):
            commands[path.name] = ["jupyter", "execute", "--timeout=300", path.name]
        for what, command in commands.items():
            rows.append(executed(what, command, repository / "notebooks", environment, folder, limit))
            show(rows[-1])
    return int(any(row.verdict != "ok" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
