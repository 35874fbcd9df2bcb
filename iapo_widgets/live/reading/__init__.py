"""Question and prompt files of any layout that is common, read as what they are or refused with the reason."""

from .prompts import prompts_from as prompts_from
from .prompts import read_prompts as read_prompts
from .questions import questions_from as questions_from
from .questions import read_questions as read_questions
from .reading import Reading as Reading
