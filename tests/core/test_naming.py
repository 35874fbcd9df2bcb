"""What a prompt is called where there is no room for all of it."""

from dataclasses import replace

import numpy as np
import pytest

from iapo_widgets import Arm, Policy, Prompt, mv_contexts, train
from iapo_widgets.core.naming import full_name, said_name, short_name, told_name, without_shared
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.live import PromptTemplate, Question
from iapo_widgets.live.records.completion import RecordedCompletion, ScorerNote
from iapo_widgets.live.records.record import Record
from iapo_widgets.plots import describe, elimination, figure2, q_curves
from iapo_widgets.widgets import EliminationView, PolicyTable, TradeoffExplorer


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        (Prompt("{query} Answer with one word.", temperature=0.2), "2: Answer with one word. · temperature 0.2"),
        (Prompt("As a pirate, answer: {query}"), "2: As a pirate, answer:"),
        (Prompt("Frage: {query} Antworte kurz."), "2: Frage: … Antworte kurz."),
        (Prompt("{query}", temperature=0.8), "2: the question alone · temperature 0.8"),
        (Prompt("{query}", system="You are\nan expert."), "2: You are an expert."),
        (Prompt("{query} Be brief.", system="Count."), "2: Count. | Be brief."),
        (Prompt("{query}", examples=(("1+1?", "2"),), top_p=0.5), "2: the question alone · 1 example · top p=0.5"),
        (Prompt("stand-in prompt 7"), "prompt 2"),
        (Prompt("prompt 2"), "prompt 2"),
    ],
)
def test_a_short_name_tells_number_words_and_settings(prompt, name):
    """The question's place is an ellipsis or nothing; a generated prompt, without words, has its number alone."""
    assert short_name(prompt, 2) == name


@pytest.mark.parametrize(
    ("prompt", "said", "short"),
    [
        (Prompt("Go. {query}", temperature=0.2), "prompt 3 (Go. · temperature 0.2)", "3: Go. · temperature 0.2"),
        (Prompt("prompt B"), "prompt B", "prompt B"),
        (Prompt("stand-in prompt 7"), "prompt 3", "prompt 3"),
    ],
)
def test_in_a_sentence_the_words_stand_behind_the_number(prompt, said, short):
    """A worked example's letter is a name of its own, and a prompt that nobody knows has its number alone."""
    assert said_name(prompt, 3) == said and short_name(prompt, 3) == short and said_name(None, 3) == "prompt 3"


def test_a_long_prompt_is_cut_and_kept_on_one_line():
    """Whatever a prompt holds, its name is one line of bounded length; the full name has all of it."""
    prompt = PromptTemplate("\x1b[2Jword\n" * 400 + "{query}", "system " * 50, max_tokens=5)
    name = short_name(prompt, 0)
    assert name.isprintable() and len(name) < 70 and "…" in name and told_name(prompt, 10).startswith("system")
    assert prompt.text in full_name(prompt) and prompt.system in full_name(prompt)


def named_record():
    """A record of three prompts with words and six completions each."""
    prompts = [
        PromptTemplate(f"{{query}} {word} word.", max_tokens=9, temperature=0.5) for word in ("One", "Any", "No")
    ]
    pool = [
        RecordedCompletion("lima", 1, "stop", (1.0,), "lima", 0),
        RecordedCompletion("x", 1, "stop", (0.0,), "x", 1),
    ]
    return Record(
        prompts, [Question("Capital of Peru?", "lima")] * 4, [[pool * 3] * 4] * 3,
        scorers=[ScorerNote("correct", "c", "1")], contexts=mv_contexts(), strategy=STRATEGIES["majority-vote"],
        n_max=4, call_cost=0.0, token_cost=0.1, cost_unit="kilotokens",
    )  # fmt: skip


def test_prompts_with_words_are_named_by_them_on_screen():
    """In the policy's table and its marks, in the race, in legends; comma-separated values have number and words."""
    env = named_record()
    result = train("uniform", env, 120, seed=0)
    arm = result.policy["low"]
    name = short_name(env.prompts[arm.prompt], arm.prompt)
    table = PolicyTable(env, result)
    assert table._table["rows"][0]["prompt"] == name and name.endswith("word. · temperature 0.5")
    said = said_name(env.prompts[arm.prompt], arm.prompt)
    assert any(said in text for line in table.scene().panels[0].lines for text in line.tell)
    assert table.to_csv().splitlines()[1].split(",")[1:3] == [str(arm.prompt), told_name(env.prompts[arm.prompt])]
    view = EliminationView(env, 120, result.rounds)
    assert view._about["told"] == [told_name(prompt) for prompt in env.prompts]
    legends = {line["label"] for line in TradeoffExplorer(env)._scene["panels"][0]["lines"]}
    assert short_name(env.prompts[0], 0) in legends
    explorer = TradeoffExplorer(env)
    best = int(explorer.q(explorer.share, explorer.cost_weight).max(axis=1).argmax())
    assert said_name(env.prompts[best], best) in explorer.summary
    assert said_name(env.prompts[best], best) in explorer._scene["panels"][0]["stars"][0]["label"]
    cells = explorer._scene["panels"][1]["cells"]
    wins, told = cells["labels"], cells["tell"][0][-1]
    winner, n = np.unravel_index(explorer.q(1.0, 0.0).argmax(), (len(env.prompts), env.n_max))
    assert told == f"correct 1.0, cost 0.0: {said_name(env.prompts[winner], winner)}, N = {n + 1}"
    assert {f"{short_name(prompt, p, 24)} wins" for p, prompt in enumerate(env.prompts)} <= set(wins)
    markdown, literal = table.to_markdown(), table.to_python()
    assert f"| {name} |" in markdown and f"({arm.prompt}, {arm.n}),  # {told_name(env.prompts[arm.prompt])}" in literal


def test_figures_and_their_words_name_prompts():
    """The race, Q against N and figure 2 name a prompt by its words in the picture and in what is read aloud."""
    env = named_record()
    result = train("uniform", env, 120, seed=0)
    arm = result.policy["low"]
    said, short = (name(env.prompts[arm.prompt], arm.prompt) for name in (said_name, short_name))
    figure = elimination(result.rounds, "low", prompts=env.prompts)
    assert said in figure.alt and said in figure.get_suptitle()
    assert figure.alt.count("prompt 0 (One word. · temperature 0.5)") > 0
    rows = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert rows == [short_name(prompt, p, 24) for p, prompt in enumerate(env.prompts)]
    assert f"Recommended: {said} with" in describe(result.rounds, "low")
    curves, two = q_curves(env, "low"), figure2(env, env)
    assert short in [line.get_label() for line in curves.axes[0].lines] and said_name(env.prompts[0], 0) in curves.alt
    assert f"{said_name(env.prompts[0], 0)} leads" in two.alt


def test_a_policy_to_be_read_names_its_prompts():
    """As text and as a table; its repr stays short, and a policy that knows no prompts has their numbers."""
    env = named_record()
    result = train("uniform", env, 120, seed=0)
    for name, arm in result.policy.items():
        shown = short_name(env.prompts[arm.prompt], arm.prompt)
        assert f"{name:<4}  N = {arm.n:<6}  {shown}" in str(result) and f"<td>{shown}</td>" in result._repr_html_()
    assert str(result).endswith(f"spent {result.spent} completions in {len(result.rounds)} rounds")
    bare = Policy([env.contexts[0]], [Arm(2, None)])
    assert str(bare) == "low  N = random  prompt 2" and repr(bare) == "Policy({'low': Arm(prompt=2, n=None)})"


def test_what_all_prompts_share_is_told_once():
    """A temperature or top p that every prompt has tells none apart; one that some lack, or that differs, stays."""
    prompts = [Prompt("{query} Be brief.", 1.0, 0.9), Prompt("{query} Be kind.", 1.0, 0.5)]
    named, shared = without_shared(prompts)
    assert [told_name(prompt) for prompt in named] == [
        told_name(replace(prompt, temperature=None)) for prompt in prompts
    ]
    assert shared == "temperature 1" and "top p=0.9" in told_name(named[0])
    assert without_shared(prompts[:1])[1] == "temperature 1 and top p 0.9"
    assert without_shared([prompts[0], Prompt("{query}")]) == ([prompts[0], Prompt("{query}")], "")
