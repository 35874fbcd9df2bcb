"""Prompt files: text divided by rules, lists with settings, and where the question goes."""

import json

import pytest

from iapo_widgets.live import PromptTemplate, prompts_from, read_prompts


def template(user, system="", temperature=1.0, top_p=None, max_tokens=50):
    """A template with what the tests leave out."""
    return PromptTemplate(user, system, temperature, top_p, max_tokens=max_tokens)


TWO = [template("Think. {query}"), template("{query}", "Be brief.", 0.5, None, 20)]
LISTED = [
    {"prompt": "Think. {query}"},
    {"prompt": "{query}", "system": "Be brief.", "temperature": 0.5, "max_tokens": 20},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LISTED),
        "\n".join(map(json.dumps, LISTED)),
        json.dumps({"version": 1, "prompts": LISTED}, indent=1),
        "- prompt: Think. {query}\n- prompt: |\n    {query}\n"
        "  system: Be brief.\n  temperature: 0.5\n  max_tokens: 20\n",
        "prompt,system,temperature,max_tokens\nThink. {query},,,\n{query},Be brief.,0.5,20\n",
        "User prompt;System prompt;temperature;maxTokens\nThink. {query}\n{query};Be brief.;0.5;20\n",
        "| prompt | system | temperature | max_tokens |\n|--|--|--|--|\n| Think. {query} | | | |\n"
        "| {query} | Be brief. | 0.5 | 20 |\n",
    ],
)
def test_lists_of_prompts_bring_their_settings(text):
    """JSON, JSON lines, YAML and tables say the same; what is not set is as the call says."""
    assert prompts_from(text, max_tokens=50) == TWO
    assert prompts_from("\ufeff" + text, max_tokens=50) == TWO == prompts_from(text.encode("utf-16"), max_tokens=50)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeffsystem: Be brief.\r\n{query}\r\n---\r\nThink. {query}",
         [template("{query}", "Be brief."), template("Think. {query}")]),
        ("system: Be brief.\nuser: {query}", [template("{query}", "Be brief.")]),
        ("System: Be brief.\nAnd kind.\nUser: {query}\nNow.", [template("{query}\nNow.", "Be brief.\nAnd kind.")]),
        ("system: Answer {query}", [template("{query}", "Answer {query}")]),
        ('["Think. {query}", "{query}"]', [template("Think. {query}"), template("{query}")]),
        ("prompts:\n  - 'Think. {{query}}'\n", [template("Think. {query}")]),
        ("- Think. {query}\n- Be brief. {query}\n", [template("Think. {query}"), template("Be brief. {query}")]),
        ('[{"role": "developer", "content": "S"}, {"role": "user", "content": [{"type": "text", "text": "{query}"}]}]',
         [template("{query}", "S")]),
        ('{"messages": [{"role": "user", "content": "{query}"}], "temperature": null, "top_p": 0.5}',
         [template("{query}", "", None, 0.5)]),
        # texts that look like a structure and are prompts
        ('{"task": "answer", "question": "{query}"}', [template('{"task": "answer", "question": "{query}"}')]),
        ("Question: {query}\nAnswer:", [template("Question: {query}\nAnswer:")]),
        ("Text: {query}\nLabel, answer:", [template("Text: {query}\nLabel, answer:")]),
        ("{query}\n\n1. Think, then\n2. be brief; go", [template("{query}\n\n1. Think, then\n2. be brief; go")]),
        ("### Question\n{query}\n**Answer:**", [template("### Question\n{query}\n**Answer:**")]),
        ("The **system** is 50% {query} <b>x</b>", [template("The **system** is 50% {query} <b>x</b>")]),
        ("Prompt\n{query} or\nnot", [template("Prompt\n{query} or\nnot")]),
    ],
)  # fmt: skip
def test_texts_and_messages_become_templates(text, expected):
    """System and user parts are found by their labels and roles; every other text is sent as it is."""
    assert prompts_from(text, max_tokens=50) == expected


@pytest.mark.parametrize(
    "written",
    ["{query}", "{question}", "{{query}}", "{{ question }}", "${query}", "{input}", "{{{input}}}", "{problem}"],
)
def test_the_place_of_the_question_is_found_as_other_tools_write_it(written):
    """The question stands there and nowhere else, and the reading says what was taken for the place."""
    found = read_prompts(f"Solve {written}, in {{as JSON}} or \\text{{input}}.", max_tokens=50)
    (message,) = found.prompts[0].messages("2 + 3?")
    assert message["content"] == "Solve 2 + 3?, in {as JSON} or \\text{input}."
    assert found.notes == (() if written == "{query}" else (f"{written} was read as {{query}}",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{query}\n---\nThink hard", r"prompt 1 \('Think hard'\) does not hold \{query\}"),
        ("Answer {foo} and <question>", r"does not hold .*; it holds \{foo\}, <question>"),
        ("{question} {input}", r"holds \{question\}, \{input\}: only one"),
        ("{query} {text}", "only one can be the place"),
        ("<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n{query}<|im_end|>", "own marks of roles.* 'system:'"),
        ("<s>[INST] <<SYS>>\nS\n<</SYS>>\n{query} [/INST]", "own marks of roles"),
        ("<start_of_turn>user\n{query}<end_of_turn>", "own marks of roles"),
        ('[{"prompt": "[INST] {query} [/INST]"}]', r"prompt 0 \(item 1\) holds '\[INST\]'"),
        ("{% if system %}{{ system }}{% endif %} {{ question }}", "a template's commands"),
        ('{{role "system"}}\nS\n{{role "user"}}\n{{question}}', "a template's commands"),
        ("**System:** S\n**User:** {query}", "a system part that is marked otherwise"),
        ("### System\nS\n### User\n{query}", "a system part that is marked otherwise"),
        ("---\n", "no prompts"), ("", "no prompts"), ("[]", "no prompts"), ("prompt,system\n", "none below its header"),
        ('[{"id": 1, "body": "{query}"}]', r"prompt 0 \(item 1\): names no prompt; .* it has id, body"),
        ('[{"prompt": "{query}", "temperature": "hot"}]', "temperature must be a number, not 'hot'"),
        ("prompt;temperature\n{query};0,5\n", r"prompt 0 \(line 2\): temperature must be a number, not '0,5'"),
        ('[{"prompt": "{query}", "max_tokens": 0}]', "max_tokens must be a whole number of at least 1"),
        ('[{"prompt": "{query}", "max_tokens": 1.5}]', "max_tokens must be a whole number"),
        ('[{"prompt": "{query}", "max_tokens": ' + "9" * 5000 + "}]", "max_tokens must be"),
        ('[{"prompt": ["{query}"]}]', "must be text"), ('[{"prompt": "{query}",}]', "line 1 is not JSON"),
        ('[{"prompt": ' * 50_000, "nested too deeply"), ("{query} \ud800", "half a character"), (b"%PDF-1.7", "a PDF"),
        ("version https://git-lfs.github.com/spec/v1", "git-lfs"),
        ('{"messages": [{"role": "user", "content": "1 + 1?"}, {"role": "assistant", "content": "2"}, '
         '{"role": "user", "content": "{query}"}]}', "the messages are user, assistant, user; .* examples cannot"),
        ("user: 1 + 1?\nassistant: 2\nuser: {query}", "the messages are user, assistant, user"),
        ('[{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]', "no text: image_url"),
    ],
)  # fmt: skip
def test_what_is_no_prompt_is_refused_by_its_number(text, message):
    """The message names the prompt, and what was found in it."""
    with pytest.raises(ValueError, match=message):
        prompts_from(text, max_tokens=50)


def test_used_and_ignored_fields_are_told():
    """Fields that are no setting are named; braces that will be sent are named, too."""
    found = read_prompts(json.dumps([{"id": 1, "prompt": "{query} {style}", "top_p": 0.9}]), max_tokens=50)
    assert found.used == {"prompt": "prompt", "top_p": "top_p"} and found.ignored == ("id",)
    assert found.notes == ("sent as they are: {style}",) and "1 prompt from JSON" in str(found)
