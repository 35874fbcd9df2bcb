"""Question and prompt files of any layout that is common, read as what they are or refused with the reason."""

from .prompts import prompts_from, read_prompts
from .questions import questions_from, read_questions
from .reading import Reading
from .source import GUESSED, text_of

__all__ = ["GUESSED", "Reading", "prompts_from", "questions_from", "read_prompts", "read_questions", "text_of"]
