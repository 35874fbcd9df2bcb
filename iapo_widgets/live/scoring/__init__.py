"""From the text of an answer to numbers and votes."""
