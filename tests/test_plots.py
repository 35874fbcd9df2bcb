"""Static figures: what they say and show."""

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import psst
from iapo_widgets.plots import describe, elimination, q_curves, trimming_rounds


@pytest.fixture(scope="module")
def rounds():
    """All rounds of a small run."""
    return list(psst(small_environment(0, prompts=4, n_max=6), 300, seed=0))


def test_trimming_rounds_follow_from_the_survivors(rounds):
    """An arm trimmed in round r is alive in the rounds before and in none after."""
    trimmed = trimming_rounds(rounds, len(rounds), 0)
    for r, done in enumerate(rounds, 1):
        assert np.array_equal(done.active[0], (trimmed == 0) | (trimmed > r))


def test_the_figure_has_axes_legend_and_words(rounds):
    """Both axes are labelled with what they show, the legend explains every mark, and alt says it in words."""
    figure = elimination(rounds, "mid", 2, note="a note")
    heat, curves = figure.axes[:2]
    assert (heat.get_xlabel(), heat.get_ylabel()) == ("N, completions per query", "prompt")
    assert curves.get_ylabel() == "estimated Q" and "a note" in figure.get_suptitle()
    labels = [text.get_text() for text in (*heat.get_legend().get_texts(), *curves.get_legend().get_texts())]
    assert {"trimmed, with its round", "recommended", "largest scale alive", "trimmed"} <= set(labels)
    assert figure.alt == describe(rounds, "mid", 2) and "After round 2" in figure.alt


def test_a_notebook_gets_a_picture_with_its_text(rounds):
    """The rich output is a PNG of twice the density, with alt text in its metadata."""
    data, metadata = elimination(rounds, "low")._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG") and "Recommended" in metadata["image/png"]["alt"]
    width = int.from_bytes(data["image/png"][16:20], "big")
    assert width == 2 * metadata["image/png"]["width"]


def test_bad_rounds_contexts_and_prompts_are_named(rounds):
    """Each error says what there is."""
    with pytest.raises(ValueError, match="round 99 is not among"):
        elimination(rounds, "low", 99)
    with pytest.raises(KeyError, match="known: low, mid, high"):
        elimination(rounds, "cheap")
    env = small_environment(0)
    with pytest.raises(ValueError, match="known: low, mid, high"):
        q_curves(env, "cheap")
    with pytest.raises(ValueError, match=r"0 \.\. 2"):
        q_curves(env, "low", [5])


def test_q_curves_mark_the_best_arm():
    """The star lies on the largest exact Q among the prompts shown."""
    env = small_environment(0)
    q = env.exact_q()[1]
    axes = q_curves(env, "mid").axes[0]
    x, y = (float(values[0]) for values in axes.lines[-1].get_data())
    assert y == pytest.approx(q.max()) and q[:, int(x) - 1].max() == pytest.approx(y)
