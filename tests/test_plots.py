"""Static figures: what they say and show."""

import numpy as np
import pytest
from matplotlib.text import Text
from scipy.stats import binom

from cases import small_environment
from iapo_widgets import Arm, Context, Policy, Prompt, load, psst
from iapo_widgets.plots import (
    Rows,
    describe,
    elimination,
    error_bound,
    figure2,
    figure3,
    figure4,
    figure5,
    q_curves,
    table1,
    trimming_rounds,
)  # fmt: skip
from iapo_widgets.plots.curves import success_curves
from iapo_widgets.plots.scene import Bar, Cells, Panel, Rule, Scene, Star
from iapo_widgets.plots.twin import draw
from iapo_widgets.study.certainty import ErrorRate
from iapo_widgets.study.table import Table
from iapo_widgets.tasks.catalogue import GENERATED
from iapo_widgets.widgets import PolicyTable


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
    assert curves.get_ylabel() == "estimated Q" and "a note" in figure.get_supxlabel()
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


def test_figure_2_shades_who_leads():
    """The words name the leader at every N, as exact Q has it, and (b) and (c) show two users of one environment."""
    voting, rewards = small_environment(1, n_max=6), load("helpful-harmless")
    figure = figure2(voting, rewards)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[1:] == ["(b) helpful-harmless, context w1=0.1 mid", "(c) helpful-harmless, context w1=0.9 mid"]
    for letter, q in (("(a)", voting.exact_q()[0]), ("(c)", rewards.exact_q()[25])):
        words = figure.alt.split(letter)[1].split(".\n")[0].split(". (")[0]
        for p in set(q.argmax(axis=0).tolist()):
            assert f"prompt {p} leads" in words
    assert all(axes.get_legend() and axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)


def test_figure_3_is_the_closed_form_of_a_coin():
    """Majority voting follows the binomial tail with split ties, best-of-N follows 1 - (1 - theta)^N."""
    theta = np.array([0.0, 0.2, 0.5, 0.9, 1.0])
    vote, best = (success_curves(s, theta, 5) for s in ("majority-vote", "best-of-n"))
    n = np.arange(1, 6)
    assert best == pytest.approx(1 - (1 - theta[:, None]) ** n)
    tail = binom.sf(n / 2, n, theta[:, None]) + 0.5 * binom.pmf(n / 2, n, theta[:, None])
    assert vote == pytest.approx(tail)
    figure = figure3((1, 5))
    assert [line.get_label() for line in figure.axes[0].lines[:2]] == ["N = 1", "N = 5"]
    assert "0.4 becomes 0.32" in figure.alt
    with pytest.raises(ValueError, match="a scale must be a whole number of at least 1"):
        figure3((0,))
    with pytest.raises(ValueError, match="one to 7 scales"):
        figure3(())


@pytest.mark.parametrize("figure", [figure4, figure5])
def test_figures_4_and_5_show_the_stored_table(figure):
    """One panel an environment; every point of PSST is the mean of the table, with its standard error."""
    table = Table.read()
    drawn = figure()
    assert "generated stand-ins" in drawn.get_suptitle()
    assert [axes.get_title() for axes in drawn.axes] == list(GENERATED)
    for axes in drawn.axes:
        bars = {c.get_label(): c for c in axes.containers}
        x, y = bars["psst"][0].get_data()
        cells = [table.cell(axes.get_title(), "psst", int(b)) for b in x]
        assert len(cells) >= 5 and y == pytest.approx([c.acr for c in cells])
        low, high = np.array(bars["psst"][2][0].get_segments())[:, :, 1].T
        assert (high - low) / 2 == pytest.approx([c.acr_sem for c in cells])
    for environment in GENERATED:
        assert f"{environment} at the largest budget: " in drawn.alt


def test_the_bound_is_drawn_beside_the_truth():
    """Both curves, the part where the bound says nothing shaded, and both numbers in words."""
    rates = [ErrorRate(10, 50, 0.4, 0.07, 3.0), ErrorRate(100, 50, 0.02, 0.02, 0.25)]
    figure = error_bound(rates)
    labels = {t.get_text() for t in figure.axes[0].get_legend().get_texts()}
    assert labels == {"bound of theorem 1", "measured, 50 runs", "bound of 1 or more: says nothing"}
    assert "0.020" in figure.alt and "0.250" in figure.alt
    with pytest.raises(ValueError, match="no error rates"):
        error_bound([])


def test_table_1_has_the_paper_s_sizes():
    """Prompts, N_max, queries and contexts as in the paper; every row says what it is; HTML is escaped."""
    table = table1()
    sizes = {row[0]: row[1:6] for row in table.rows}
    assert sizes == {
        "synth-bernoulli": ("MV", 32, 32, 520, 3),
        "math": ("MV", 25, 32, 316, 3),
        "commonsense-qa": ("MV", 48, 32, 1500, 3),
        "synth-categorical": ("BoN", 32, 32, 512, 27),
        "helpful-harmless": ("BoN", 20, 32, 500, 27),
        "summarization": ("BoN", 20, 32, 500, 27),
    }
    assert all("generated" in row[6] for row in table.rows)
    assert "<caption>" in table._repr_html_() and str(table).count("\n") == 7
    assert "a &lt; b" in Rows("a < b", ("head",), ((1,),))._repr_html_()


ODD = ["two $ signs $", r"$\badcommand$", "$x$", r"a\$b", "$", r"\$ 5 and $ 6", "50 $"]


@pytest.mark.parametrize("name", ODD)
def test_a_dollar_sign_in_a_name_is_a_dollar_sign(name):
    """Names of contexts, prompts and tasks are drawn as they were written, in every kind of figure."""
    env = small_environment(0, prompts=2, n_max=3, contexts=[Context(name, (1.0,)), Context("b", (1.0,), 0.5)])
    env.prompts, env.name, env.note = (Prompt(name), Prompt("other")), name, name
    rounds = list(psst(env, 60, seed=0))
    table = PolicyTable(env, Policy(env.contexts, [Arm(0, 1)] * 2))
    figures = [q_curves(env, name), figure2(env, env), elimination(rounds, name, note=name), table.figure()]
    seen = name.encode("utf-8", "replace").decode()
    for figure in figures:
        figure.canvas.draw()
        texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
        drawn = [text._preprocess_math(text.get_text()) for text in texts]
        assert all(math is False for _, math in drawn)
        assert "$" not in name or any(seen in words for words, _ in drawn)


def test_the_twin_of_a_scene_shows_bars_shades_and_a_ring():
    """Bars end where they say, a cell is so much of its colour and the rest white, a ring has no face."""
    cells = Cells([[0, 1], [-1, 0]], [0.0, 1.0], [0.0, 1.0], ["#0072b2", "#d55e00"], ["a wins", "b wins"],
                  shades=[[0.5, 1.0], [1.0, 0.0]], ramp=[("N = 1", 0.5)], markers=["o", "s"])  # fmt: skip
    scene = Scene(
        [Panel("map", "x", "y", cells=cells, stars=[Star(0.0, 0.0, "user", ring=True)]),
         Panel("bars", "x", "y", bars=[Bar(1.0, 0.5, 2.0, "#000000", "all", note="2.0"), Bar(2.0, 0.0, -1.0, "#000000",
               "all", open=True)]),
         Panel("ruler", "x", "y", wide=True, rules=[Rule(0.5, "here")])],
        "what is seen", title="a title", change="what would change it",
    )  # fmt: skip
    figure = draw(scene)
    chart, bars, ruler = figure.axes
    (image,) = chart.get_images()
    seen = np.asarray(image.get_array())
    blue = np.array([0x00, 0x72, 0xB2]) / 255
    assert seen[0, 0] == pytest.approx(1 - 0.5 * (1 - blue))
    assert seen[1].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert seen[0, 1] == pytest.approx(np.array([0xD5, 0x5E, 0x00]) / 255)
    assert [line.get_markerfacecolor() for line in chart.lines] == ["none"]
    words = [text.get_text() for text in chart.get_legend().get_texts()]
    assert words == ["a wins", "b wins", "N = 1", "user"]
    assert sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars.patches) == [(0.0, -1.0), (0.5, 2.0)]
    assert [text.get_text() for text in bars.texts] == ["2.0"]
    assert figure.alt == "what is seen what would change it" and figure.get_suptitle() == "a title"
    figure.canvas.draw()
    assert ruler.get_position().width > 0 and ruler.bbox.width > 1.5 * bars.bbox.width
