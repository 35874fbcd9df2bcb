"""Logs of other tools become records: what is told in them is kept, what isn't is said, and nothing foreign gets in."""

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo_widgets.live import Brevity, LiveWarning, PromptTemplate, Question, Record, import_questions, import_record
from iapo_widgets.live.records.forms import importing, inspect_logs

DATA = Path(__file__).parent.parent / "data" / "forms"
LINES = [
    {"prompt": "Think. {query}", "question": "2 + 3?", "texts": ["The answer is 5.", "6", "5"], "gold": "5"},
    {"prompt": "{query}", "question": "2 + 3?", "texts": ["5", "6"], "answer": 5, "id": 3},
    {"prompt": "Think. {query}", "question": "4 + 3?", "text": "7", "answer": "7", "tokens": 4,
     "finish_reason": "max_tokens"},
    {"prompt": "{query}", "question": "4 + 3?", "text": "8", "answer": "7"},
    {"prompt": "{query}", "question": "4 + 4?", "text": "8", "answer": "8"},
]  # fmt: skip


def written(folder, name, lines):
    """A file of JSON lines."""
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """An archive of these texts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return file.getvalue()


def inspect_log(samples=None, **eval_fields):
    """A log of inspect as values."""
    sample = {
        "id": 1, "epoch": 1, "input": "2 + 3?", "target": "5",
        "messages": [{"role": "user", "content": "Say: 2 + 3?"}, {"role": "assistant", "content": "5"}],
        "output": {"choices": [{"message": {"role": "assistant", "content": "5"}, "stop_reason": "stop"}]},
    }  # fmt: skip
    run = {"task": "sums", "model": "some/model", "created": "2026-01-02T03:04:05", **eval_fields}
    return {"version": 2, "status": "success", "eval": run, "plan": {}, "samples": samples or [sample]}


def sample(**changed):
    """A sample of such a log, with other fields."""
    return {**inspect_log()["samples"][0], **changed}


def refused(path, *words, **options):
    """Importing it fails, and the message has these words in it."""
    with pytest.raises(ValueError) as caught:
        import_record(path, **options)
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert len(said) < 1_500 and said.isprintable()


def test_plain_lines_become_a_record_and_come_back_from_its_file(tmp_path):
    """Prompts, questions, right answers, texts, tokens and endings are kept; what is left out or estimated is said."""
    record = import_record(written(tmp_path, "sums.jsonl", LINES))
    assert [prompt.text for prompt in record.prompts] == ["Think. {query}", "{query}"]
    assert record.questions == (Question("2 + 3?", "5"), Question("4 + 3?", "7"))
    assert record.counts.tolist() == [[3, 1], [2, 1]] and record.n_max == 1 and record.name == "sums"
    assert [c.text for c in record.completions(0, 0)] == ["The answer is 5.", "6", "5"]
    assert [c.score for c in record.completions(0, 0)] == [(1.0,), (0.0,), (1.0,)]
    assert record.completions(0, 1)[0].tokens == 4 and record.completions(0, 1)[0].finish_reason == "length"
    assert record.made["tokens"] == "6 of 7 estimated, one for 4 bytes of text"
    assert record.made["left out"].startswith("1 question") and "'id'" in record.made["ignored"]
    assert record.strategy.name == "majority-vote" and record.cost_unit == "kilotokens"
    record.pack(tmp_path / "sums.rec")
    again = Record.read(tmp_path / "sums.rec")
    assert again.pairs == record.pairs and again.prompts == record.prompts and again.made == record.made


def test_a_prompt_with_all_its_settings_becomes_a_template(tmp_path):
    """Where max_tokens is told, the prompt can be sent again."""
    line = {"prompt": "{query}", "system": "Be brief.", "temperature": 0.5, "max_tokens": 9, **LINES[0]}
    record = import_record(written(tmp_path, "a.jsonl", [line]))
    assert record.prompts == (PromptTemplate("Think. {query}", "Be brief.", 0.5, max_tokens=9),)


def test_without_right_answers_scorers_are_asked_for(tmp_path):
    """ExactMatch needs them; with other scorers the best of N is taken, and the record is whole."""
    path = written(tmp_path, "a.jsonl", [{"prompt": "{query}", "question": "Why?", "texts": ["So.", "Thus."]}])
    refused(path, "give scorers")
    record = import_record(path, [Brevity()], name="why", n_max=2)
    assert (record.strategy.name, record.name, record.n_max) == ("best-of-n", "why", 2)
    assert record.questions == (Question("Why?"),)


def test_files_and_folders_are_joined_by_their_questions(tmp_path):
    """Each file's prompts stand beside each other; the same prompt in two files is one, with the answers of both."""
    written(tmp_path, "a.jsonl", LINES[::2])
    written(tmp_path, "b.jsonl", [*LINES[1::2], LINES[0]])
    (tmp_path / "notes.txt").write_text("mine")
    record = import_record(tmp_path)
    assert len(record.prompts) == 2 and record.counts.tolist() == [[6, 1], [2, 1]]
    assert record.made["files"] == "a.jsonl, b.jsonl"
    assert len(import_questions([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])) == 3


def test_files_without_a_common_question_are_refused(tmp_path):
    """So are two right answers to one question, and a folder without logs."""
    one, two = written(tmp_path, "a.jsonl", LINES[:1]), written(tmp_path, "b.jsonl", LINES[3:4])
    refused([one, two], "no question was answered under each")
    other = written(tmp_path, "c.jsonl", [{**LINES[0], "gold": "6", "prompt": "x"}])
    refused([one, other], "'5' in one place and '6' in another")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "no files .eval, .json, .jsonl")
    with pytest.raises(FileNotFoundError):
        import_record(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({**LINES[0], "texts": "5"}, ["line 1", "list of texts"]),
        ({**LINES[0], "texts": [5]}, ["line 1", "list of texts"]),
        ({**LINES[0], "text": "5"}, ["either texts"]),
        ({**LINES[0], "tokens": [1, 2]}, ["3 texts and 2 of tokens"]),
        ({**LINES[0], "tokens": 7}, ["one number of tokens for 3 texts"]),
        ({**LINES[0], "tokens": [1, 2, -3]}, ["whole number from 0"]),
        ({**LINES[0], "tokens": [1, 2, 1e400]}, ["tokens"]),
        ({**LINES[0], "prompt": 4}, ["prompt must be text"]),
        ({**LINES[0], "question": "  "}, ["names no question"]),
        ({**LINES[0], "gold": {"x": 1}}, ["right answer"]),
        ({**LINES[0], "answer": "6"}, ["a gold and an answer that differ"]),
        ({**LINES[0], "question": "\ud800", "gold": None}, ["give scorers"]),
        ({"input": "a", "output": "b"}, ["no plain JSON lines", "input, output", '"texts"']),
        ([1, 2], ["no object with named fields"]),
    ],
)  # fmt: skip
def test_a_line_that_is_not_right_is_refused_with_its_place(tmp_path, line, words):
    """The message says what was found, and what would be right."""
    refused(written(tmp_path, "a.jsonl", [line]), *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["it is empty"]),
        (b"question,answer\n2,3\n", ["begins as no JSON", "question,answer"]),
        (b'{"prompt": "a", "question"', ["cannot be imported"]),
        (json.dumps(LINES[0]).encode() + b'\n{"prompt": "a", ', ["line 2", "cut short"]),
        (b"PAR1abc", ["Parquet"]),
        (b"\x1f\x8b123", ["gzip"]),
        (b"\xff\xfe{", ["cannot be imported"]),
        (b"[" * 100_000, ["nested too deeply"]),
        (b"PK\x03\x04 and no more", ["cut short or broken"]),
        (zipped([("sheet1.xml", "<a/>")]), ["no log of inspect", "sheet1.xml"]),
        (zipped([("header.json", "{}"), ("samples/1_epoch_1.json", "{")]), ["is not JSON"]),
        (zipped([("header.json", "[]")]), ["fields with names"]),
        (zipped([("header.json", "{}"), ("samples/1_epoch_1/sample.json", "{}")]), ["in parts", "inspect log convert"]),
        (json.dumps({"results": {"results": [{"promptIdx": None}]}}).encode(), ["lacks promptIdx"]),
        (json.dumps({"eval": {}, "status": "success"}).encode(), ["holds no samples"]),
        (json.dumps(inspect_log()).encode() + b"\n{}", ["something follows"]),
    ],
)
def test_foreign_and_broken_files_are_refused(tmp_path, content, words):
    """Whatever the file's name says."""
    path = tmp_path / "log.eval"
    path.write_bytes(content)
    refused(path, "log.eval", *words)


def test_an_archive_cannot_unpack_to_more_than_is_read(tmp_path, monkeypatch):
    """Nor is a file read that is longer than it may be."""
    monkeypatch.setattr(inspect_logs, "PART_BYTES", 1_000)
    path = tmp_path / "bomb.eval"
    path.write_bytes(zipped([("header.json", " " * 1_000_000)]))
    refused(path, "more than 1,000 bytes")
    monkeypatch.setattr(importing, "FILE_BYTES", 10)
    refused(path, "longer than 10 bytes")


def test_an_archive_that_python_cannot_unpack_says_what_to_do(tmp_path):
    """Newer ones use zstd; the tool's own command writes JSON."""
    content = zipped([("header.json", json.dumps(inspect_log()))], zipfile.ZIP_STORED)
    path = tmp_path / "new.eval"
    for at in (content.index(b"PK\x03\x04") + 8, content.index(b"PK\x01\x02") + 10):
        content = content[:at] + (99).to_bytes(2, "little") + content[at + 2 :]  # a method that nobody has
    path.write_bytes(content)
    refused(path, "inspect log convert", "--to json")


SUMS = (
    Question("A shop has 3 boxes of 4 pens and sells 5 of the pens. How many pens are left?", "7"),
    Question("A hall has 6 rows of 7 seats and 8 more at the back. How many seats does it have?", "50"),
    Question("In a class 5 pupils each read 6 pages a day. How many pages do they read in 3 days?", "90"),
)
STEPS, QUICK = (
    "Think step by step.\n{query}\nEnd with the answer: a number.",
    "{query}\nAnswer quickly with only the number.",
)


def test_logs_that_inspect_wrote_are_read_with_everything_they_tell():
    """An archive and JSON beside each other: templates with their settings, epochs, right answers, tokens, endings."""
    record = import_record([DATA / "inspect_steps.json", DATA / "inspect_quick.eval"])
    assert record.prompts == (
        PromptTemplate(STEPS, "You are a careful teacher.", 0.8, max_tokens=200),
        PromptTemplate(QUICK, temperature=0.8, max_tokens=40),
    )
    assert record.questions == (SUMS[0], Question(SUMS[1].text, ("50", "fifty")), SUMS[2])
    assert record.counts.tolist() == [[4] * 3] * 2 and record.n_max == 4
    assert record.completions(0, 0)[0].text.endswith("The final answer is 7.")
    assert [c.tokens for c in record.completions(0, 0)][:2] == [35, 8]
    assert {c.finish_reason for row in record.pairs for pool in row for c in pool} == {"stop"}
    assert record.query_call_cost[0].round(3).tolist() == [0.042, 0.043, 0.043]
    assert record.made["tokens"] == record.made["prompt tokens"] == "as the log tells"
    assert record.made["model"] == "openai-api/sim/simulated-arithmetic-1" and record.made["date"] == "2026-11-26"


def test_choices_that_inspect_asked_are_part_of_the_question():
    """The template is what stood around question and choices, and the right answer is the letter."""
    path = DATA / "inspect_options.json"
    assert import_questions(path) == [
        Question("What is 3 + 4 * 2?\nA) 11\nB) 14\nC) 10\nD) 9", "A"),
        Question("What is 2 * 3 + 1?\nA) 8\nB) 7\nC) 6\nD) 5", "B"),
    ]
    record = import_record(path)
    assert record.prompts[0].text.endswith("one of A,B,C,D.\n\n{query}") and record.counts.tolist() == [[2, 2]]


def test_an_archive_as_inspect_writes_it_now():
    """It is packed by zstd: read where Python can, else refused with the command that helps."""
    path = DATA / "inspect_zstd.eval"
    if sys.version_info >= (3, 14):
        assert import_questions(path) == import_questions(DATA / "inspect_options.json")
    else:
        refused(path, "zstd", "inspect log convert")


def test_results_that_promptfoo_wrote_are_read_with_everything_they_tell():
    """Templates with the provider's settings, repeats, right answers, tokens and endings; other checks are told."""
    record = import_record(DATA / "promptfoo_one.json")
    steps, quick = (text.replace("\n", " ") for text in (STEPS, QUICK))
    assert record.prompts == tuple(PromptTemplate(text, temperature=0.8, max_tokens=200) for text in (steps, quick))
    assert record.questions == SUMS and record.counts.tolist() == [[3] * 3] * 2
    assert [c.tokens for c in record.completions(1, 0)] == [1, 1, 8]
    assert record.completions(0, 0)[0].finish_reason == "stop" and record.completions(0, 0)[0].score == (1.0,)
    assert record.made["tokens"] == "as the log tells" and "contains" in record.made["ignored"]


def test_prompts_under_several_providers_of_promptfoo_are_prompts_of_their_own():
    """Each names its model; where a provider counts no tokens they are estimated, which is said."""
    with pytest.warns(LiveWarning, match="says the same"):  # the providers answer by a rule
        record = import_record(DATA / "promptfoo_two.json")
    assert [prompt.options["model"] for prompt in record.prompts] == ["rule", "rule", "echo", "echo"]
    assert record.questions == SUMS and record.counts.tolist() == [[3] * 3] * 4
    assert record.made["tokens"].startswith("18 of 36 estimated") and record.query_call_cost.min() > 0


def test_samples_that_lm_eval_wrote_are_joined_by_task():
    """A folder of two tasks, one of them run under two seeds: repeats, right answers, settings; scores are told."""
    with pytest.warns(LiveWarning) as told:
        record = import_record(DATA / "lm_eval")
    settings = {"temperature": 0.8, "max_tokens": 200, "stop": ["\n\n"]}
    assert record.prompts == (PromptTemplate(QUICK, **settings), PromptTemplate(STEPS, **settings))
    assert [question.text for question in record.questions] == [question.text for question in SUMS]
    assert record.questions[0].gold == "12 - 5 = 7 #### 7" and record.completions(1, 0)[0].score == (1.0,)
    assert record.counts.tolist() == [[4] * 3, [8] * 3] and record.made["tokens"].startswith("estimated")
    for words in ("exact_match", "filter first-number", "setting do_sample"):
        assert words in record.made["ignored"]
    assert any("sums_quick says the same" in str(warning.message) for warning in told)  # the tool sends one seed
    assert record.made["repeats"] == "the same text each time under sums_quick"
    assert record.made["model"] == "simulated-arithmetic-1"


def test_the_same_prompt_of_two_models_stands_there_twice(tmp_path):
    """Their answers are never put together; each prompt names its model."""
    for model in ("one", "two"):
        (tmp_path / model).mkdir()
        for file in (DATA / "lm_eval").glob("*T05-48*"):
            text = file.read_text("utf-8").replace("simulated-arithmetic-1", model)
            (tmp_path / model / file.name).write_text(text, "utf-8")
    files = sorted(tmp_path.glob("*/samples_sums_steps_*"))
    with pytest.warns(LiveWarning, match="says the same"):
        record = import_record(files)
    assert [prompt.options["model"] for prompt in record.prompts] == ["one", "two"]
    assert record.counts.tolist() == [[4] * 3] * 2 and record.made["model"] == "one, two"
    for summary in tmp_path.glob("one/results_*"):
        summary.write_text("{")
    with pytest.warns(LiveWarning, match="says the same"):
        told = import_record(files, n_max=1).made["ignored"]
    assert "summary beside" in told and "max_tokens of prompts" in told


def test_a_prompt_with_changing_examples_stands_under_its_name():
    """What stood around the questions is not one text, as with examples of lm-eval."""
    with pytest.warns(LiveWarning, match="says the same"):
        record = import_record(DATA / "lm_eval_examples.jsonl", [Brevity()], name="sums")
    assert record.prompts[0].text == "lm_eval_examples" and record.made["prompts"].startswith("1 of 1")
    assert record.completions(0, 0)[0].text == "lol" and record.n_queries == 3


def test_inspect_s_failed_and_foreign_samples_are_counted(tmp_path):
    """Samples without an answer, of several turns and of pictures are told in the record."""
    turns = [*sample()["messages"], {"role": "user", "content": "Sure?"}, {"role": "assistant", "content": "6"}]
    log = inspect_log([
        sample(), sample(error={"message": "no"}), sample(output={}), sample(messages=turns),
        sample(input=[{"role": "user", "content": [{"type": "image", "image": "x"}]}]),
        sample(scores={"match": {"value": float("nan")}}),
    ])  # fmt: skip
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log, indent=1))
    with pytest.warns(LiveWarning, match="says the same"):
        record = import_record(path)
    told = record.made["ignored"]
    for words in ("1 samples that failed", "1 samples without an answer", "1 samples of several turns", "image",
                  "own scores: match", "no single question"):  # fmt: skip
        assert words in told
    assert record.counts.tolist() == [[3]] and record.prompts[0].text == "Say: {query}"


def test_choices_of_inspect_are_part_of_the_question(tmp_path):
    """They are lettered as in question files, and found in what was sent."""
    asked = "Which?\n\nA) x\nB) y"
    log = inspect_log([
        sample(input="Which?", choices=["x", "y"], target=["B"],
               messages=[{"role": "user", "content": f"Choose.\n{asked}"}, {"role": "assistant", "content": "B"}])
    ])  # fmt: skip
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log))
    assert import_questions(path) == [Question("Which?\nA) x\nB) y", "B")]
    assert import_record(path).prompts[0].text == "Choose.\n{query}"


def test_likelihoods_of_lm_eval_are_no_texts(tmp_path):
    """Only what a model wrote can be read; a line given twice is refused."""
    line = {
        "doc_id": 0,
        "doc": {"question": "2 + 3?"},
        "target": "5",
        "resps": [["5", "6"]],
        "filter": "none",
        "arguments": {"gen_args_0": {"arg_0": "Q: 2 + 3? A:", "arg_1": {"max_gen_toks": 9, "until": ["\n"]}}},
    }
    record = import_record(written(tmp_path, "a.jsonl", [line]))
    assert record.prompts == (PromptTemplate("Q: {query} A:", temperature=None, max_tokens=9, stop=["\n"]),)
    assert record.questions == (Question("2 + 3?", "5"),) and record.counts.tolist() == [[2]]
    refused(written(tmp_path, "d.jsonl", [{**line, "resps": [[]]}]), "holds no answer")
    refused(written(tmp_path, "b.jsonl", [line, line]), "question 0 stands in the file twice")
    refused(written(tmp_path, "c.jsonl", [{**line, "resps": [[[-1.5, False]]]}]), "likelihoods", "generate_until")


def test_variables_and_checks_of_promptfoo_become_questions_and_right_answers(tmp_path):
    """A check that names a variable means its value; several variables are the question together."""

    def result(number, values, output="5"):
        check = [{"type": "equals", "value": "{{ answer }}"}, {"type": "llm-rubric", "value": "polite"}]
        return {"promptIdx": number, "prompt": {"raw": "?", "label": f"p{number}"}, "provider": {"id": "echo"},
                "vars": values, "testCase": {"assert": check}, "response": {"output": output}}  # fmt: skip

    values = {"question": "2 + 3?", "answer": "5"}
    content = {"results": {"version": 3, "results": [result(0, values), result(1, values, {"a": 5}),
                                                     {**result(0, values), "response": {"error": "x"}}]}}  # fmt: skip
    path = tmp_path / "out.json"
    path.write_text(json.dumps(content))
    record = import_record(path)
    assert record.questions == (Question("2 + 3?", "5"),) and [p.text for p in record.prompts] == ["p0", "p1"]
    assert record.completions(1, 0)[0].text == '{"a": 5}' and record.made["prompts"].startswith("2 of 2")
    assert "1 answers that failed" in record.made["ignored"] and "llm-rubric" in record.made["ignored"]
    several = {"language": "French", "phrase": "Good day", "answer": "Bonjour"}
    content["results"]["results"] = [result(0, several)]
    path.write_text(json.dumps(content))
    assert import_questions(path) == [Question("language: French\nphrase: Good day", "Bonjour")]


def test_half_a_character_in_an_answer_is_replaced_and_told(tmp_path):
    """One such answer does not cost the whole log."""
    record = import_record(written(tmp_path, "a.jsonl", [{**LINES[0], "texts": ["5 \ud83d", "5"]}]))
    assert record.completions(0, 0)[0].text == "5 \ufffd" and "half a character" in record.made["ignored"]


def test_another_form_than_there_are_is_refused(tmp_path):
    """And one that the file is not of."""
    path = written(tmp_path, "a.jsonl", LINES)
    refused(path, "form must be one of", form="csv")
    refused(path, "cannot be imported", form="lm-eval")
    assert import_record(path, form="plain").n_queries == 2


PIECES = [
    json.dumps(LINES[0]).encode(),
    json.dumps(inspect_log()).encode(),
    zipped([("header.json", "{}")]),
    zipped([("header.json", json.dumps(inspect_log())), ("samples/a_epoch_1.json", json.dumps(sample()))]),
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(PIECES), st.floats(0, 1), st.data())
def test_any_content_gives_a_record_or_a_value_error(noise, piece, where, data):
    """Bytes alone, bytes in the middle of a log, and logs in which one field is something else."""
    lines = data.draw(st.sampled_from([LINES[0], inspect_log(), {"doc_id": 0, "doc": {}, "resps": [["5"]]},
                                       {"results": {"results": [{"promptIdx": 0, "vars": {"a": "b"}}]}}]))  # fmt: skip
    changed = json.loads(json.dumps(lines))
    at = changed
    while isinstance(at, (dict, list)) and at:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], (dict, list)) or data.draw(st.booleans()):
            at[key] = data.draw(VALUES)
            break
        at = at[key]
    cut = int(where * len(piece))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.json"
        for content in (noise, piece[:cut] + noise + piece[cut:], json.dumps(changed).encode()):
            path.write_bytes(content)
            try:
                assert repr(import_record(path, [Brevity()]))
            except ValueError as error:
                assert str(error).isprintable()
