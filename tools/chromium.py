"""Make sure that the browser tests find a Chromium: Debian's own, or else the one that Playwright fetches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Path of a Chromium on this machine: the one that IAPO_CHROMIUM names, or one on the PATH."""
    return os.environ.get("IAPO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install Debian's Chromium where apt-get is at hand and allowed, Playwright's elsewhere."""
    apt = shutil.which("apt-get")
    sudo = [] if not hasattr(os, "geteuid") or os.geteuid() == 0 else ["sudo", "-n"]
    if apt and (not sudo or shutil.which("sudo")):
        for step in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            if subprocess.run([*sudo, apt, *step], env=environment, check=False).returncode:
                break
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=True)


if __name__ == "__main__":
    if not find():
        install()
    print(f"Chromium: {find() or 'Playwright keeps its own'}")
