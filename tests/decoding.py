"""What the browser reads of a frame."""

import numpy as np

from iapo_widgets.widgets.race.frames import UNKNOWN


def decoded(frame, shape):
    """The estimates of a frame as the browser reads them."""
    code = np.frombuffer(frame["q"], "<u2").reshape(shape)
    return np.where(code == UNKNOWN, np.nan, frame["low"] + frame["step"] * code)


def decoded_errors(frame, shape):
    """The standard errors of a frame, (W, P, N_max), as the browser reads them."""
    code = np.frombuffer(frame["errors"], np.uint8).astype(float).reshape(shape)
    return np.where(code == 0, np.nan, frame["error_step"] * (code - 1))
