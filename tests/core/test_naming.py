"""What a prompt is called where there is no room for all of it."""

import pytest

from iapo_widgets import Prompt, mv_contexts, train
from iapo_widgets.core.naming import full_name, short_name, told_name
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.live import PromptTemplate, Question
from iapo_widgets.live.records.completion import RecordedCompletion, ScorerNote
from iapo_widgets.live.records.record import Record
from iapo_widgets.widgets import EliminationView, PolicyTable, TradeoffExplorer


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        (Prompt("{query} Answer with one word.", temperature=0.2), "2: Answer with one word. · T=0.2"),
        (Prompt("As a pirate, answer: {query}"), "2: As a pirate, answer:"),
        (Prompt("Frage: {query} Antworte kurz."), "2: Frage: … Antworte kurz."),
        (Prompt("{query}", temperature=0.8), "2: the question alone · T=0.8"),
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
    """In the policy's table and its marks, in the race, in legends; what is copied keeps the number."""
    env = named_record()
    result = train("uniform", env, 120, seed=0)
    arm = result.policy["low"]
    name = short_name(env.prompts[arm.prompt], arm.prompt)
    table = PolicyTable(env, result)
    assert table._scene["rows"][0][1] == name and name.endswith("word. · T=0.5")
    assert any(name in text for line in table._scene["panels"][0]["lines"] for text in line["tell"])
    assert table.to_csv().splitlines()[1].split(",")[1] == str(arm.prompt)
    view = EliminationView(env, 120, result.rounds)
    assert view._about["told"] == [told_name(prompt) for prompt in env.prompts]
    legends = {line["label"] for line in TradeoffExplorer(env)._scene["panels"][0]["lines"]}
    assert short_name(env.prompts[0], 0) in legends
