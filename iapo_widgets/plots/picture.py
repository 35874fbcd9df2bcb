"""What every figure here shares: colours that the colour-blind tell apart, markers, and a text beside the picture."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

ORANGE, SKY, GREEN, BLUE, VERMILLION = "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00"  # Okabe-Ito
PURPLE, BLACK, GREY = "#cc79a7", "#000000", "#757575"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, BLACK)
MARKERS = "os^Dv*P"
COLOURS = 256  # of a picture in a notebook


def plain(text: str) -> str:
    """Somebody's text as a figure shows it: a dollar sign is none of mathematics, and half a character is marked."""
    return text.encode("utf-8", "replace").decode().replace("$", r"\$")


class Picture(Figure):
    """A figure that notebooks show without pyplot, sharp on dense screens, with its ``alt`` text."""

    alt = ""

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        raw, buffer = io.BytesIO(), io.BytesIO()
        self.savefig(raw, format="png", dpi=2 * self.dpi)
        picture: Image.Image = Image.open(raw).convert("RGB")
        # Few colours: with a palette the file is a third as large, lines stay as sharp, and no colour moves by more
        # than a few of its 255 steps.
        picture = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        picture.save(buffer, format="png", optimize=True)
        width, height = (int(v * self.dpi) for v in self.get_size_inches())
        about = {"image/png": {"width": width, "height": height, "alt": self.alt}}
        # The first line is what JupyterLab shows of a folded output, and must not tell what is to be predicted.
        words = f"figure, in words:\n{self.alt}" if self.alt else repr(self)
        return {"image/png": buffer.getvalue(), "text/plain": words}, about
