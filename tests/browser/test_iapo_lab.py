"""``iapo lab``: one command from an installed package to an open course."""

import json
import os
import subprocess
import sys
import urllib.request

from browser.jupyter import address_of


def test_iapo_lab_copies_the_course_and_serves_it(tmp_path):
    """The lessons lie in the folder, and the server that the command starts offers the first one."""
    runtime = tmp_path / "runtime"
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    main = "import sys; from iapo_widgets.cli import main; sys.exit(main(sys.argv[1:]))"
    options = [
        "--no-browser",
        "--jupyter=--allow-root",
        "--jupyter=--ServerApp.port=0",
        "--jupyter=--IdentityProvider.token=",
    ]
    with (tmp_path / "log").open("w") as log:
        command = [sys.executable, "-c", main, "lab", str(tmp_path / "course"), *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = address_of(runtime, server, tmp_path / "log")
            with urllib.request.urlopen(url + "api/contents/00_start_here.ipynb", timeout=10) as answer:
                assert json.load(answer)["type"] == "notebook"
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.url.endswith("/lab/tree/00_start_here.ipynb")
        finally:
            for file in runtime.glob("jpserver-*.json"):
                os.kill(json.loads(file.read_text())["pid"], 15)
            server.wait(30)
    assert "files copied to" in (tmp_path / "log").read_text()
