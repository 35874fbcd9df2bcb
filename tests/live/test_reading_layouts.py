"""Records as public data sets, test tools and data frames lay them out; every row is of our own making."""

import json

import pytest

from iapo_widgets.live import Question, questions_from, read_questions

GASES = ["oxygen", "carbon dioxide", "neon"]
LABELLED = [{"label": label, "text": text} for label, text in zip("ABC", GASES, strict=True)]
LETTERED = "Which gas?\nA) oxygen\nB) carbon dioxide\nC) neon"
TWO = "Pick one.\nA) left\nB) right"

#: One record -> its question and right answer.
RECORDS = [
    ({"question": "2 + 3?", "answer": "2 + 3 = 5\n#### 5"}, "2 + 3?", "2 + 3 = 5\n#### 5"),
    ({"problem": "2 + 3?", "solution": "It is \\boxed{5}.", "level": "1"}, "2 + 3?", "It is \\boxed{5}."),
    ({"problem": "2 + 3?", "solution": "long", "answer": "5", "unique_id": "x"}, "2 + 3?", "5"),
    ({"question": "2 + 3?", "answer": None, "answer_number": 5}, "2 + 3?", "5"),
    ({"question": "2 + 3?", "solution": ["long"], "final_answer": ["5"], "context": None}, "2 + 3?", "5"),
    ({"ID": "1", "Body": "Two pens, three pens.", "Question": "How many?", "Answer": 5.0},
     "Two pens, three pens.\n\nHow many?", "5.0"),
    ({"instruction": "Add.", "input": "2, 3", "output": "5"}, "Add.\n\n2, 3", "5"),
    ({"instruction": "Name a colour.", "input": "", "output": "red", "text": "Name ... red"}, "Name a colour.", "red"),
    ({"instruction": "How many?", "context": "Five pens.", "response": "5"}, "Five pens.\n\nHow many?", "5"),
    ({"prompt": "2 + 3?", "completion": " 5"}, "2 + 3?", "5"),
    # several right answers
    ({"question": "2 + 3?", "answer": ["5", "five", "5"]}, "2 + 3?", ("5", "five")),
    ({"question": "Capital?", "answer": {"value": "Bern", "aliases": ["Bern", "Berne"], "normalized_value": "bern"}},
     "Capital?", ("Bern", "Berne")),
    ({"context": "Five pens.", "question": "How many?", "answers": {"text": ["5", "five"], "answer_start": [0, 0]}},
     "Five pens.\n\nHow many?", ("5", "five")),
    ({"passage": "Five pens.", "question": "How many?", "answers_spans": {"spans": ["5"], "types": ["number"]}},
     "Five pens.\n\nHow many?", "5"),
    ({"question": "Why?", "best_answer": "so", "correct_answers": ["so", "thus"], "incorrect_answers": ["no"]},
     "Why?", ("so", "thus")),
    ({"question": "Job?", "possible_answers": '["cook", "chef"]'}, "Job?", ("cook", "chef")),
    ({"passage": "Two is even.", "question": "Is two even?", "answer": True},
     "Two is even.\n\nIs two even?", ("yes", "true")),
    ({"question": "Can it?", "answer": False, "facts": ["It cannot."]}, "Can it?", ("no", "false")),
    ({"question": "Does it?", "context": {"contexts": ["It does.", "Often."]}, "final_decision": "yes"},
     "It does.\nOften.\n\nDoes it?", "yes"),
    ({"question": "Who?", "context": {"title": ["T"], "sentences": [["Ann did.", "Bo saw."]]}, "answer": "Ann"},
     "Ann did.\nBo saw.\n\nWho?", "Ann"),
    ({"question": "When?", "answer": {"number": "", "date": {"day": "3", "month": "May", "year": "2001"}, "spans": []}},
     "When?", "3 May 2001"),
    ({"question": "How many?", "answer": {"number": "5", "date": {"day": "", "month": "", "year": ""}, "spans": []}},
     "How many?", "5"),
    ({"pregunta": "2 + 3?", "Respuesta correcta": "5"}, "2 + 3?", "5"),
    ({"question": "2 + 3?", "Bonne réponse": "5"}, "2 + 3?", "5"),
    ({"question": "2 + 3?", "reference_solution": "5"}, "2 + 3?", "5"),
    ({"prompt": [{"role": "user", "content": "2 + 3?"}], "reward_model": {"style": "rule", "ground_truth": "5"}},
     "2 + 3?", "5"),
    ({"prompt": "2 + 3?", "reward_model": {"ground_truth": "5"}}, "2 + 3?", "5"),
    ({"passage_text": "P.", "question_text": "?", "answer": "5"}, "P.\n\n?", "5"),
    ({"flores_passage": "P.", "question": "?", "answer": "5"}, "P.\n\n?", "5"),
    ({"dialogue": ["M: hi", "W: hello"], "question": "?", "answer": "5"}, "M: hi\nW: hello\n\n?", "5"),
    # choices in one list
    ({"question": "Which gas?", "subject": "s", "choices": GASES, "answer": 1}, LETTERED, "B"),
    ({"question": "Which gas?", "choices": {"text": GASES, "label": list("ABC")}, "answerKey": "B"}, LETTERED, "B"),
    ({"question": "Which gas?", "choices": {"text": GASES, "label": ["1", "2", "3"]}, "answerKey": "2"}, LETTERED, "B"),
    ({"question": {"stem": "Which gas?", "choices": LABELLED},
      "answerKey": "B"}, LETTERED, "B"),
    ({"question_stem": "Which gas?", "choices": {"text": GASES, "label": list("ABC")}, "answerKey": "C", "fact1": "f"},
     LETTERED, "C"),
    ({"question": "Which gas?", "options": dict(zip("ABC", GASES, strict=True)), "answer": "neon", "answer_idx": "C"},
     LETTERED, "C"),
    ({"question": "Which gas?", "options": ["A)oxygen", "B)carbon dioxide", "C)neon"], "correct": "B", "why": "r"},
     LETTERED, "B"),
    ({"Problem": "Which gas?", "options": "a ) oxygen , b ) carbon dioxide , c ) neon", "correct": "c"}, LETTERED, "C"),
    ({"question": "Which gas?", "options": "oxygen|carbon dioxide|neon", "answer": "neon"}, LETTERED, "C"),
    ({"question": "Which gas?", "options": ["(A) oxygen", "(B) carbon dioxide", "(C) neon"], "label": "(B)"},
     LETTERED, "B"),
    ({"ctx": "Which gas?", "endings": GASES, "label": "0", "ind": 4}, LETTERED, "A"),
    ({"context": "C.", "question": "Which gas?", "answers": GASES, "label": 2}, "C.\n\n" + LETTERED, "C"),
    ({"question": "Which gas?", "answers": [{"text": t, "is_correct": t == "neon"} for t in GASES]}, LETTERED, "C"),
    ({"question": "Which gas?", "mc1_targets": {"choices": GASES, "labels": [0, 1, 0]}}, LETTERED, "B"),
    ({"input": "Which gas?", "target_scores": {"oxygen": 0, "carbon dioxide": 0, "neon": 1}}, LETTERED, "C"),
    ({"inputs": "Which gas?", "targets": ["neon"], "multiple_choice_targets": GASES}, LETTERED, "C"),
    ({"input": "Which gas?", "choices": GASES, "target": "B", "id": 1}, LETTERED, "B"),
    ({"question": "Which gas?", "choices": GASES, "answer": ["A", "C"]}, LETTERED, ("A", "C")),
    # lists that are choices because something says which is right
    ({"question": "Which gas?", "answers": GASES, "correct_answer_id": 2}, LETTERED, "C"),
    ({"question": "Which gas?", "answers": GASES, "correct_idx": 1}, LETTERED, "B"),
    ({"question": "Which gas?", "answers": GASES, "correctOption": "neon"}, LETTERED, "C"),
    ({"question": "Which gas?", "possible_answers": GASES, "correct_answer": "neon"}, LETTERED, "C"),
    ({"question": "Which gas?", "possible_answers": GASES, "answers": ["neon"]}, LETTERED, "C"),
    ({"question": "Which gas?", "choice": GASES, "answer": "B"}, LETTERED, "B"),
    ({"question": "Which gas?", "answer_options": GASES, "answer": "neon"}, LETTERED, "C"),
    ({"question": "Which gas?", "multiple_choice": GASES, "answer": "neon"}, LETTERED, "C"),
    ({"question": "Which gas?", "answers": GASES, "incorrect_answers": ["argon"]}, "Which gas?", tuple(GASES)),
    ({"question": "5?", "answer": "5", "answer_id": 17}, "5?", "5"),
    ({"input": "How many?", "target_scores": {"3": 0, "4": 1, "5": 0}}, "How many?\nA) 3\nB) 4\nC) 5", "B"),
    ({"input": "Last?", "target_scores": {"x": 0, "y": 1}}, "Last?\nA) x\nB) y", "B"),
    ({"question": "Which gas?", "choices": GASES, "answer": -1}, LETTERED, None),
    ({"question": "Is it?", "choices": ["True", "False"], "answer": True}, "Is it?\nA) True\nB) False", "A"),
    ({"question": "How many?", "choices": ["1", "2", "3", "4"], "answer": 2}, "How many?\nA) 1\nB) 2\nC) 3\nD) 4", "C"),
    # choices in fields of their own
    ({"goal": "Pick one.", "sol1": "left", "sol2": "right", "label": 0}, TWO, "A"),
    ({"sentence": "Pick one.", "option1": "left", "option2": "right", "answer": "2"}, TWO, "B"),
    ({"premise": "It rained.", "question": "effect", "choice1": "wet", "choice2": "dry", "label": 0},
     "It rained.\n\neffect\nA) wet\nB) dry", "A"),
    ({"question": "Pick one.", "opa": "left", "opb": "right", "cop": 0, "exp": "because"}, TWO, "A"),
    ({"question": "Pick one.", "answerA": "left", "answerB": "right", "label": "2"}, TWO, "B"),
    ({"question": "Pick one.", "ans0": "left", "ans1": "right", "label": 1}, TWO, "B"),
    ({"question": "Pick one.", "mc_answer1": "left", "mc_answer2": "right", "correct_answer_num": "2"}, TWO, "B"),
    ({"question": "Pick one.", "(a)": "left", "(b)": "right", "Ans": "b"}, TWO, "B"),
    ({"frage": "Pick one.", "Antwortmöglichkeit A": "left", "Antwortmöglichkeit B": "right", "Antwort": "B"}, TWO, "B"),
    ({"问题": "Pick one.", "选项A": "left", "选项B": "right", "答案": "B"}, TWO, "B"),
    ({"startphrase": "Pick one.", "ending0": "left", "ending1": "right", "label": 1, "sent2": "Pick"}, TWO, "B"),
    # test tools
    ({"input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 3?"}], "ideal": "5"},
     "Be brief.\n\n2 + 3?", "5"),
    ({"vars": {"question": "2 + 3?"}, "assert": [{"type": "equals", "value": "5"}]}, "2 + 3?", "5"),
    ({"vars": {"question": "2 + 3?"}, "assert": [{"type": "llm-rubric", "value": "is kind"}]}, "2 + 3?", None),
    ({"inputs": {"question": "2 + 3?"}, "outputs": {"answer": "5"}, "metadata": {}}, "2 + 3?", "5"),
    ({"inputs": {"query": "2 + 3?"}, "outputs": {"text": "5"}}, "2 + 3?", "5"),
    ({"input": {"question": "2 + 3?"}, "expectedOutput": {"answer": "5"}}, "2 + 3?", "5"),
    ({"inputs": {"question": "2 + 3?"}, "expectations": {"expected_response": "5"}}, "2 + 3?", "5"),
    ({"input": "2 + 3?", "expected_output": "5", "actual_output": "6"}, "2 + 3?", "5"),
    ({"doc_id": 0, "doc": {"question": "2 + 3?", "answer": "5"}, "target": "5", "resps": []}, "2 + 3?", "5"),
    ({"question": "2 + 3?", "answer": float("nan")}, "2 + 3?", None),
]  # fmt: skip


@pytest.mark.parametrize(("record", "text", "gold"), RECORDS, ids=[str(i) for i in range(len(RECORDS))])
def test_a_record_is_read_alike_in_json_json_lines_and_a_list(record, text, gold):
    """Context and choices are in the question, the right answer is apart, in all three writings."""
    expected = [Question(text, gold)]
    for written in (json.dumps(record), json.dumps([record], indent=2), json.dumps({"rows": [{"row": record}]})):
        assert questions_from(written) == expected


@pytest.mark.parametrize(
    "held",
    [
        {"name": "x", "examples": "HERE"}, {"data": {"test": "HERE"}},
        {"version": 1, "tests": "HERE", "prompts": ["{q}"]},
        {"features": [{"name": "question"}], "rows": "HERE"}, {"results": "HERE", "response_code": 0},
    ],
)  # fmt: skip
def test_an_object_that_holds_the_list_gives_the_list(held):
    """Whatever the list is called and however deep it stands; what stands beside it is told as ignored."""
    rows = [{"question": "a?", "answer": "1"}, {"question": "b?", "answer": "2"}]
    text = json.dumps(held).replace('"HERE"', json.dumps(rows))
    found = read_questions(text)
    assert list(found.questions) == [Question("a?", "1"), Question("b?", "2")]
    assert set(found.ignored) == {name for name in held if name not in ("examples", "data", "tests", "rows", "results")}


@pytest.mark.parametrize(
    "frame",
    [
        {"question": ["a?", "b?"], "answer": ["1", "2"]},
        {"question": {"0": "a?", "1": "b?"}, "answer": {"0": "1", "1": "2"}},
        {"columns": ["question", "answer"], "index": [0, 1], "data": [["a?", "1"], ["b?", "2"]]},
        {"first": {"question": "a?", "answer": "1"}, "second": {"question": "b?", "answer": "2"}},
        [["question", "answer"], ["a?", "1"], ["b?", "2"]],
    ],
)
def test_frames_and_columns_are_turned_into_rows(frame):
    """As data frames are written in five ways."""
    assert questions_from(json.dumps(frame)) == [Question("a?", "1"), Question("b?", "2")]


def test_questions_under_their_passage_get_it():
    """Articles with paragraphs with questions, and passages with a list of questions, in JSON and in JSON lines."""
    asked = [{"id": "1", "question": "How many?", "answers": [{"text": "5", "answer_start": 0}]}, {"question": "Who?"}]
    nested = {"version": "1", "data": [{"title": "T", "paragraphs": [{"context": "Five pens.", "qas": asked}]}]}
    expected = [Question("Five pens.\n\nHow many?", "5"), Question("Five pens.\n\nWho?")]
    assert questions_from(json.dumps(nested)) == expected
    flat = json.dumps({"article": "Five pens.", "questions": asked})
    assert questions_from(f"{flat}\n{flat}") == expected * 2 and questions_from(flat) == expected


def test_places_of_right_choices_are_counted_alike_in_the_whole_file():
    """A nought says that the file counts from 0, the number of choices that it counts from 1; the notes say which."""
    rows = [{"question": "?", "choices": ["x", "y", "z"], "answer": place} for place in (1, 2)]
    for last, golds in ((0, ["B", "C", "A"]), (3, ["A", "B", "C"])):
        found = read_questions(json.dumps([*rows, {"question": "?", "choices": ["x", "y", "z"], "answer": last}]))
        assert [q.gold for q in found.questions] == golds
        assert f"right choices are counted from {int(last == 3)}" in found.notes


def test_wrong_answers_beside_the_right_one_become_choices_in_an_order_that_gives_nothing_away():
    """The letter is that of the right text and differs from question to question; the file's order plays no part."""
    letters = set()
    for i in range(12):
        record = {
            "Question": "?",
            "Correct Answer": f"right {i}",
            "Incorrect Answer 1": f"no {i}",
            "Incorrect Answer 2": f"nor {i}",
        }
        (question,) = questions_from(json.dumps(record))
        assert f"{question.gold}) right {i}" in question.text.split("\n")
        letters.add(question.gold)
        listed = {"question": "?", "correct_answer": f"right {i}", "incorrect_answers": [f"nor {i}", f"no {i}"]}
        assert questions_from(json.dumps(listed)) == [question]
    assert letters == set("ABC")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            {"question": "?", "choices": ["x", "y"], "answer": "z"},
            "right answer 'z' is none of the choices: A) x, B) y",
        ),
        ({"question": "?", "choices": ["x", "y"], "answer": 5}, "none of the choices"),
        ({"question": "?", "choices": ["1", "2", "3"], "answer": "2"}, "text of one choice and the place of another"),
        ({"question": "?", "choices": ["B", "A"], "answer": "A"}, "text of one choice and the place of another"),
        ({"question": "?", "choices": ["x"], "answer": "x"}, "1 choices; 2 to 26"),
        ({"question": "?", "choices": "x or y", "answer": "x"}, "choices is no list of choices: 'x or y'"),
        ({"question": "?", "choices": ["x", ""], "answer": "A"}, "a choice is empty"),
        ({"question": "?", "answer1": "x", "answer2": "y"}, "answer1, answer2 may be choices or right answers"),
        ({"question": "?", "context": {"html": "x"}}, "the context is no text"),
        ({"question": "?", "answers": ["x", "y"], "the_correct_one": 1}, "answers is a list beside thecorrectone"),
        ({"question": "?", "possible_answers": ["x", "y"], "correct_answer": "z"}, "none of the choices"),
        ({"question": "?", "answer": {"year": 1}}, "an object with year"),
        ({"question": "a", "Question": "b"}, "names both 'question' and 'Question'"),
        ({"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "x"}]}, "user, assistant"),
        ({"turns": ["a", "b"]}, "one text, not a list of 2"),
        (
            {"story": "S", "questions": ["a?"], "answers": ["1"]},
            "it has story, questions, answers; questions is a list",
        ),
        ({"premise": "p", "hypothesis": "h", "label": 0}, "names no question; .* it has premise, hypothesis, label"),
        ({"train": [{"question": "a"}], "test": [{"question": "b"}]}, "several lists of questions: test, train"),
        ({"question": "2 + 3? \ud83d"}, "half a sign"),
        ({"question": "2 + 3?", "answer": "\udc00"}, "half a sign"),
    ],
)
def test_what_cannot_be_read_surely_is_refused_with_what_was_found(record, message):
    """The message has the place and names the columns or the choices."""
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        questions_from(json.dumps(record))


def test_used_and_ignored_columns_are_told():
    """Every column is in one of the two, and the words of the reading name both."""
    row = {"id": 7, "passage": "P.", "question": "?", "choices": ["x", "y"], "answer": 1, "explanation": "y, as P says"}
    found = read_questions(json.dumps(row))
    assert found.used == {"passage": "context", "question": "question", "choices": "choices", "answer": "right answer"}
    assert found.ignored == ("id", "explanation") and "as P says" not in found.questions[0].text
    assert "not used: id, explanation" in str(found) and "1 question from JSON" in str(found)
