"""What each widget is, in a heading and a sentence: said in one place, so that they read as one."""

from __future__ import annotations

#: Name of a widget -> what it asks, and what it shows.
HEADINGS = {
    "AnswerExplorer": (
        "What did the model say, and who wins?",
        "One question, the answers that a prompt was given, and what a vote or a choice makes of the first N.",
    ),
    "BoundExplorer": (
        "How sure can we be?",
        "What theorem 1 promises of a budget, beside how often PSST really errs.",
    ),
    "BudgetSlider": (
        "What does a budget buy?",
        "Answers, tokens and money of a training budget, and what its first round can ask of each prompt.",
    ),
    "ContextSliders": (
        "What do you want?",
        "How much each objective counts for a user, and how much spending hurts.",
    ),
    "EliminationView": (
        "The race of the prompts",
        "Round by round: what was asked, what each prompt is worth so far, and which arms went out.",
    ),
    "PSSTLab": ("Which prompt, and how many answers?", ""),
    "PolicyTable": (
        "What was learned, and what it is worth",
        "The arm that was chosen for each user, beside what simpler choices would have got.",
    ),
    "ReuseExplorer": (
        "One pull, many samples",
        "What N answers to one question tell about every smaller number of answers.",
    ),
    "ScalingExplorer": (
        "The best prompt depends on N",
        "How often each prompt is right on each question, and what the user gets of N answers.",
    ),
    "StudyExplorer": (
        "Which algorithm makes the most of a budget?",
        "Many trainings of each, at several budgets, with what is left of chance as an interval.",
    ),
    "TradeoffExplorer": (
        "The best arm depends on the user",
        "Prompts and numbers of answers, for every weight of the objectives and of cost.",
    ),
}
