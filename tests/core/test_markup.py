"""Tables as HTML: named columns, escaped texts, and a caption, class and style only where they are given."""

from iapo_widgets.core.markup import html_table


def test_a_table_has_its_columns_named_and_its_texts_escaped():
    """Nothing in a head, a caption or a cell is markup."""
    found = html_table(("a<b", "n"), [("<i>", 1), ("&", None)], caption="x > y")
    assert found == (
        '<table><caption>x &gt; y</caption><thead><tr><th scope="col">a&lt;b</th><th scope="col">n</th></tr></thead>'
        "<tbody><tr><td>&lt;i&gt;</td><td>1</td></tr><tr><td>&amp;</td><td>None</td></tr></tbody></table>"
    )


def test_class_text_and_style_are_the_callers():
    """A cell's style may rest on its value, and so may its text."""
    found = html_table(
        ["a"], [[1.5], ["t"]], kind="k", shown=lambda v: f"<{v}>", style=lambda v: "color:red" if v == "t" else ""
    )
    assert found == (
        '<table class="k"><thead><tr><th scope="col">a</th></tr></thead>'
        '<tbody><tr><td>&lt;1.5&gt;</td></tr><tr><td style="color:red">&lt;t&gt;</td></tr></tbody></table>'
    )
