"""What a prompt is called where there is no room for all of it."""

import pytest

from iapo_widgets import Prompt
from iapo_widgets.core.naming import full_name, short_name, told_name
from iapo_widgets.live import PromptTemplate


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
    prompt = PromptTemplate("word\n" * 400 + "{query}", "system " * 50, max_tokens=5)
    name = short_name(prompt, 0)
    assert "\n" not in name and len(name) < 70 and "…" in name and told_name(prompt, 10).startswith("system")
    assert prompt.text in full_name(prompt) and prompt.system in full_name(prompt)
