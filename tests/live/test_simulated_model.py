"""The simulated model: text in, text out, and exact distributions behind it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets import mv_contexts, voting_environment
from iapo_widgets.live.problem import PromptTemplate
from iapo_widgets.live.simulated.model import SimulatedModel, answer_name
from iapo_widgets.live.simulated.prompts import example_prompts
from iapo_widgets.live.simulated.questions import find_sum, make_questions
from iapo_widgets.live.simulated.text import asks_for_a_grade, tokens

PLAIN, ONLY, STEPS, HASTY, SHORTCUT, OWN_WAY = range(6)


@given(seed=st.integers(0, 10_000), choices=st.sampled_from([0.0, 0.5, 1.0]))
def test_questions_say_what_their_right_answer_is(seed, choices):
    """Each generated question is read back from its text alone, inside any prompt, to its gold answer; none repeats."""
    questions = make_questions(12, seed, choices=choices)
    assert len({q.text for q in questions}) == 12
    for question in questions:
        for prompt in example_prompts():
            total = find_sum(prompt.messages(question.text)[0]["content"])
            assert answer_name(total, total.value) == question.gold


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("What is 2+3*4?", 14),
        ("12 \u00d7 12 = ?", 144),
        ("10 - 4 - 3", 3),
        ("5 * 2 * 3 + 1 is", 31),
        ("First 1+1. Now 7*8", 56),
    ],
)
def test_sums_of_one_s_own_are_read(text, value):
    """Products come first, minus goes from left to right, and the last sum of a message counts."""
    assert find_sum(text).value == value


@pytest.mark.parametrize("text", ["How are you?", "version 1.2.3", "3", "a-b", "1.5 + 2"])
def test_what_is_no_sum_is_not_answered(text):
    """Without a sum the model says what it is and gives no answer."""
    model, messages = SimulatedModel(0), [{"role": "user", "content": text}]
    assert find_sum(text) is None
    assert model.distribution(messages) == {"": 1.0}
    assert "simulated model" in model.complete(messages, key=()).text


@given(st.text())
def test_tokens_give_the_text_back_and_are_at_most_its_bytes(text):
    """Joined, the tokens are the text; none is empty, so there are never more than UTF-8 bytes."""
    pieces = tokens(text)
    assert "".join(pieces) == text and all(pieces) and len(pieces) <= len(text.encode("utf-8", "surrogatepass"))


@given(seed=st.integers(0, 50), prompt=st.integers(0, 5), heat=st.sampled_from([None, 0.0, 0.3, 1.7]),
       top_p=st.sampled_from([None, 0.5, 1.0]))  # fmt: skip
def test_distributions_are_distributions(seed, prompt, heat, top_p):
    """Probabilities are at least 0 and sum to 1, at every temperature and top_p."""
    question = make_questions(1, seed)[0]
    probs = SimulatedModel(seed).distribution(example_prompts()[prompt].messages(question.text), heat, top_p)
    assert min(probs.values()) >= 0 and sum(probs.values()) == pytest.approx(1)


@pytest.mark.parametrize("prompt", range(6))
def test_texts_follow_the_distribution(prompt):
    """Of 2,000 texts, each answer's share lies within four standard errors of its probability."""
    model, question = SimulatedModel(1), make_questions(1, 5, choices=0.0)[0]
    messages = example_prompts()[prompt].messages(question.text)
    probs = model.distribution(messages)
    texts = [model.complete(messages, key=(i,)).text for i in range(2_000)]
    last = [t.rstrip(".").split()[-1] if t.rstrip(".") else "" for t in texts]
    for answer, p in probs.items():
        if answer:
            share = np.mean([word == answer for word in last])
            assert abs(share - p) <= 4 * np.sqrt(p * (1 - p) / 2_000) + 1e-3


@pytest.fixture(scope="module")
def accuracy():
    """Exact accuracy of the example prompts by majority vote, shape (prompts, N), and mean tokens."""
    model, questions = SimulatedModel(0), make_questions(150, 0)
    rows, length = [], []
    for prompt in example_prompts():
        each = [model.distribution(prompt.messages(q.text)) for q in questions]
        rows.append([[d.get(q.gold, 0.0), *sorted((p for a, p in d.items() if a != q.gold), reverse=True)]
                     for d, q in zip(each, questions, strict=True)])  # fmt: skip
        length.append(np.mean([model.complete(prompt.messages(q.text), key=(0,)).n_tokens for q in questions]))
    size = max(len(r) for row in rows for r in row)
    probs = np.array([[r + [0.0] * (size - len(r)) for r in row] for row in rows])
    gold, cost = np.zeros(len(questions), int), np.zeros(len(rows))
    env = voting_environment(probs, gold, cost, contexts=mv_contexts({"any": 0.0}), n_max=16)
    return env.exact_q()[0], np.array(length)


def test_the_deceptive_prompt_wins_once_and_does_not_scale(accuracy):
    """The shortcut is best at N = 1, a vote of 16 moves it by less than 0.03, and step by step passes it by 0.1."""
    q, _ = accuracy
    assert q[:, 0].argmax() == SHORTCUT and q[:, 15].argmax() == STEPS
    assert abs(q[SHORTCUT, 15] - q[SHORTCUT, 0]) < 0.03
    assert q[STEPS, 15] - q[SHORTCUT, 15] > 0.1


def test_scattered_errors_are_outvoted(accuracy):
    """Own way is below the shortcut by 0.2 at N = 1, gains more than 0.3 by voting, and ends above it."""
    q, _ = accuracy
    assert q[SHORTCUT, 0] - q[OWN_WAY, 0] > 0.2
    assert q[OWN_WAY, 15] - q[OWN_WAY, 0] > 0.3 and q[OWN_WAY, 15] > q[SHORTCUT, 15]


def test_length_depends_on_the_prompt(accuracy):
    """Only the number is shortest, plain is longer, step by step longer still, own way longest."""
    _, length = accuracy
    assert length[ONLY] < length[SHORTCUT] < length[PLAIN] < length[STEPS] < length[OWN_WAY]
    assert length[HASTY] < length[PLAIN]


@pytest.mark.parametrize(
    ("user", "form"),
    [
        ("{query} Put it in \\boxed{}.", "\\boxed{%s}"),
        ("{query} End with ####", "#### %s"),
        ("{query}", "answer is %s."),
    ],
)
def test_the_answer_takes_the_form_that_the_prompt_asks_for(user, form):
    """Boxed, after ####, or in a sentence."""
    question = make_questions(1, 3, choices=0.0)[0]
    text = SimulatedModel(0).complete(
        PromptTemplate(user, max_tokens=99).messages(question.text), key=(), temperature=0
    )
    assert form % question.gold in text.text


def test_the_longest_text_is_cut_at_max_tokens():
    """A cut text is the beginning of the whole one, has max_tokens tokens and says length."""
    messages = example_prompts()[STEPS].messages(make_questions(1)[0].text)
    whole, cut = (SimulatedModel(0).complete(messages, key=(1,), max_tokens=m) for m in (None, 7))
    assert whole.finish_reason == "stop" and cut.finish_reason == "length"
    assert whole.text.startswith(cut.text) and len(tokens(cut.text)) == cut.n_tokens == 7


def test_the_simulated_judge_prefers_right_answers():
    """Over 40 questions a right response is graded higher than a wrong one on average by more than 3 of 10."""
    model, scores = SimulatedModel(0), {True: [], False: []}
    for i, question in enumerate(make_questions(40, 2)):
        for right in scores:
            given = question.gold if right else "A" if question.gold != "A" and question.gold.isalpha() else "7"
            asked = "End with 'Score: ' and a whole number from 0 to 10."
            content = f"{asked}\nQuestion: {question.text}\nResponse to grade: The answer is {given}."
            assert asks_for_a_grade(content)
            text = model.complete([{"role": "user", "content": content}], key=(i,)).text
            scores[right].append(int(text.rsplit(" ", 1)[1]))
    assert np.mean(scores[True]) - np.mean(scores[False]) > 3
    assert min(map(min, scores.values())) >= 0 and max(map(max, scores.values())) <= 10
