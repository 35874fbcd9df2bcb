"""Real front ends of Jupyter in a real browser, for the tests."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from process_tree import end

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                  "--disable-background-networking", "--disable-component-update"]  # fmt: skip


#: Script that measures how a widget looks: ``complaintsOf(root)``, ``svgContrast(root)``.
LAYOUT = Path(__file__).with_name("layout.js")

#: How each front end is started; JupyterLab and Notebook write down where they answer, Voila and marimo do not.
COMMANDS = {
    "lab": ["jupyterlab", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token=",
            "--ServerApp.password=", "--LabApp.expose_app_in_browser=True", "--no-browser"],
    "notebook": ["notebook", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
                 "--IdentityProvider.token=", "--ServerApp.password=",
                 "--JupyterNotebookApp.expose_app_in_browser=True", "--no-browser"],
    "voila": ["voila", "--show_tracebacks=True", "--Voila.ip=127.0.0.1", "--no-browser"],
    "marimo": ["marimo", "run", "--host=127.0.0.1", "--headless", "--no-token"],
}  # fmt: skip


@contextmanager
def served(kind: str, folder: Path, *more: str) -> Iterator[str]:
    """Serve ``folder`` by that front end, one of ``COMMANDS``, on a free port; yields its address."""
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{name}"] = str(folder / f".{kind}-{name.lower()}")
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(folder / f".{kind}-settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / f".{kind}-workspaces")
    quiet = folder / f".{kind}-settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True, exist_ok=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    command = [sys.executable, "-m", *COMMANDS[kind]]
    port = _free_port() if kind in ("voila", "marimo") else None
    if port:
        command.append(f"--port={port}")
    command += more
    log = folder / f"{kind}.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=folder)
        try:
            if port:
                yield _listening(port, server, log)
            else:
                yield address_of(Path(environment["JUPYTER_RUNTIME_DIR"]), server, log)
        finally:
            end(server.pid, 20)


@contextmanager
def jupyter_server(folder: Path) -> Iterator[str]:
    """Serve ``folder`` by JupyterLab on a free port; yields its address."""
    with served("lab", folder, f"--ServerApp.root_dir={folder}") as address:
        yield address


def address_of(runtime: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server says in ``runtime`` where it is, and answers."""

    def look() -> str | None:
        for file in runtime.glob("jpserver-*.json"):
            url = json.loads(file.read_text())["url"]
            urllib.request.urlopen(url + "api", timeout=5).read()
            return str(url)
        return None

    return _wait(look, server, log)


def _listening(port: int, server: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the port is open.  Asking for the page would already run the notebook once."""

    def look() -> str:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return f"http://127.0.0.1:{port}/"

    return _wait(look, server, log)


def _wait(look: Callable[[], str | None], server: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> str:
    """What ``look`` finds; ``OSError`` and unfinished JSON mean not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended:\n{log.read_text()[-3000:]}")
        try:
            if found := look():
                return found
        except (OSError, json.JSONDecodeError):
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {seconds} s:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class NotebookPage:
    """A notebook open in JupyterLab."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        # A workspace of its own: the usual one would open what another test left open, in front of this.
        page.goto(f"{address}lab/workspaces/{name.partition('.')[0]}/tree/{name}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        page.wait_for_function(
            "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
        )

    def run_all(self) -> None:
        """Run every cell and wait until all have run."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            """() => jupyterapp.shell.currentWidget.content.widgets.every(
                 (cell) => cell.model.type !== 'code' || cell.model.executionCount > 0)""",
            timeout=120_000,
        )

    def show(self, source: str) -> None:
        """Scroll to the cell that holds that source; JupyterLab lays out only what is near the screen."""
        self.page.evaluate(
            """async (source) => {
                 const notebook = jupyterapp.shell.currentWidget.content;
                 const index = notebook.widgets.findIndex((cell) => cell.model.sharedModel.source.includes(source));
                 notebook.activeCellIndex = index;
                 await notebook.scrollToItem(index, 'start');
               }""",
            source,
        )

    def outputs(self, kind: str) -> list[dict[str, object]]:
        """Outputs of that kind (``error``, ``stream`` ...) in the notebook."""
        return self.page.evaluate(
            """(kind) => jupyterapp.shell.currentWidget.content.model.toJSON().cells
                 .flatMap((cell) => cell.outputs ?? []).filter((output) => output.output_type === kind)""",
            kind,
        )

    def wait_for(self, code: str, seconds: float = 60) -> None:
        """Wait until a Python expression is true in the kernel; the screen is ahead of it by a message or two."""
        end = time.monotonic() + seconds
        while not self.ask(f"bool({code})"):
            assert time.monotonic() < end, f"not true within {seconds} s: {code}"
            time.sleep(0.05)

    def ask(self, code: str) -> object:
        """Value of a Python expression in the notebook's kernel.

        It comes with the kernel's reply, not as printed: what is printed while a thread works may go to another cell.
        """
        told = self.page.evaluate(
            """async (code) => {
                 const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                 const asked = {code: '', store_history: false, user_expressions: {it: code}};
                 const late = new Promise((_, fail) => setTimeout(() => fail(Error(`no answer to ${code}`)), 60000));
                 const reply = await Promise.race([kernel.requestExecute(asked).done, late]);
                 return reply.content.user_expressions?.it ?? reply.content;
               }""",
            f"__import__('json').dumps({code})",
        )
        assert told["status"] == "ok", f"{code}: {told.get('ename')}: {told.get('evalue')}"
        return json.loads(ast.literal_eval(told["data"]["text/plain"]))
