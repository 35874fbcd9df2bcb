"""Fill the repository's address, which stands in pyproject.toml alone, into the files that show it.

``python tools/address.py`` writes; ``--check`` only tells which files differ, and exits with 1 where any does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
LESSON = "lab/tree/notebooks/00_start_here.ipynb"


def replacements(address: str) -> dict[str, list[tuple[str, str]]]:
    """File -> patterns and what they become."""
    owner, name = address.rstrip("/").split("/")[-2:]
    binder = f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?urlpath={LESSON}"
    checkout = quote(f"lab/tree/{name}/{LESSON.removeprefix('lab/tree/')}", safe="")
    pull = f"https://YOUR-HUB/hub/user-redirect/git-pull?repo={quote(address.rstrip('/'), safe='')}&urlpath={checkout}"
    return {
        "README.md": [
            (r"https://YOUR-HUB/[^)\s]*", pull),
            (r"https://mybinder\.org/v2/gh/[^)\s]*", binder),
            (r"https://github\.com/[^/\s)]+/iapo-widgets(?=[\s/.)]|$)", address),
        ],
        "CITATION.cff": [(r"(?m)^repository-code: .*$", f'repository-code: "{address}"')],
        "CONTRIBUTING.md": [(r"https://github\.com/[^/\s)]+/iapo-widgets(?=[\s/.)]|$)", address)],
        "CHANGELOG.md": [(r"https://github\.com/[^/\s)]+/iapo-widgets(?=[\s/.)]|$)", address)],
    }


def main(check: bool) -> int:
    """Bring every file to the address; returns the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    different = []
    for name, patterns in replacements(project["project"]["urls"]["Repository"]).items():
        path = ROOT / name
        text = new = path.read_text("utf-8")
        for pattern, value in patterns:
            new = re.sub(pattern, lambda _, value=value: value, new)
        if new != text:
            different.append(name)
            if not check:
                path.write_text(new, "utf-8")
    for name in different:
        print(f"{name}: {'differs' if check else 'filled'}")
    return int(check and bool(different))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
