"""Articles and passages: what is read, how it is cut, and what a broken file is told."""

from pathlib import Path

import pytest

from knowledge.articles import ArticleInvalid, load_articles, passages_of
from knowledge.passages import WORDS, cut, plain
from tests.knowledge_world import ARTICLES, help_centre, write_article

GOOD = "---\ntitle: Refunds\naudience: public\nupdated: 2025-03-01\n---\n"


def test_articles_are_read_in_order_with_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text(f"{GOOD}Text of b.\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.md").write_text(f"{GOOD}Text of x.\n")

    articles = load_articles(tmp_path)

    assert [article.id for article in articles] == ["a/x", "b"]
    assert (articles[0].language, articles[0].url, articles[0].updated.isoformat()) == ("en", "", "2025-03-01")


@pytest.mark.parametrize(
    ("source", "line", "field", "says"),
    [
        ("No front matter.\n", 1, "", "front matter between two --- lines"),
        ("---\ntitle: [\n---\nText.\n", 3, "", "not YAML"),
        ("---\n- title\n---\nText.\n", 2, "", "`key: value` lines"),
        (GOOD.replace("public", "everyone") + "Text.\n", 3, "audience", "'public' or 'internal'"),
        (GOOD.replace("audience: public\n", "") + "Text.\n", 1, "audience", "this field is missing"),
        (GOOD.replace("2025-03-01", "2025-13-41") + "Text.\n", 4, "updated", "valid date"),
        (GOOD.replace("title:", "author: me\ntitle:") + "Text.\n", 2, "author", "there is no such field"),
        (GOOD.replace("updated", "audience: internal\nupdated") + "Text.\n", 4, "audience", "given twice"),
        (GOOD.replace("Refunds", "[a, b]") + "Text.\n", 2, "title", "valid string"),
        (GOOD.replace("title", "url: javascript:x\ntitle") + "Text.\n", 2, "url", "pattern"),
        (GOOD, 6, "", "no text below"),
    ],
)
def test_a_broken_article_names_file_line_and_field(
    tmp_path: Path, source: str, line: int, field: str, says: str
) -> None:
    (tmp_path / "broken.md").write_text(source)

    with pytest.raises(ArticleInvalid) as caught:
        load_articles(tmp_path)

    assert (caught.value.file, caught.value.line, caught.value.field) == ("broken.md", line, field)
    assert says in caught.value.message
    assert str(caught.value).startswith(f"broken.md:{line}")


def test_an_article_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(GOOD.encode() + b"caf\xe9\n")

    with pytest.raises(ArticleInvalid, match=r"latin\.md:0: the file is not UTF-8"):
        load_articles(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleInvalid, match="no such folder"):
        load_articles(tmp_path / "nowhere")


def test_passages_keep_heading_title_url_and_audience(tmp_path: Path) -> None:
    passages = {passage.id: passage for passage in help_centre(tmp_path)}

    passage = passages["billing/refunds#duplicate-charges-1"]

    assert (passage.title, passage.heading, passage.audience) == ("Refunds", "Duplicate charges", "public")
    assert passage.url == "https://help.example.com/billing/refunds"
    assert passage.text == "If you were charged twice, we return the second payment in full."
    assert passage.indexed().startswith("Refunds. Duplicate charges. If you were")
    assert passages["staff/goodwill#introduction-1"].audience == "internal"


def test_ids_stay_when_another_section_changes(tmp_path: Path) -> None:
    before = {passage.id for passage in help_centre(tmp_path)}
    title, audience, body = ARTICLES["billing/refunds"]

    write_article(tmp_path, "billing/refunds", title=title, audience=audience, body=f"New words. {body}")

    assert {passage.id for article in load_articles(tmp_path) for passage in passages_of(article)} == before


def test_a_long_section_is_cut_between_paragraphs_and_keeps_its_heading() -> None:
    paragraph = "A word and another one make sentences here. " * 8

    pieces = cut("## Long\n\n" + "\n\n".join([paragraph.strip()] * 6))

    assert [piece.anchor for piece in pieces] == ["long-1", "long-2", "long-3"]
    assert {piece.heading for piece in pieces} == {"Long"}
    assert all(len(piece.text.split()) <= WORDS for piece in pieces)


def test_a_paragraph_over_the_limit_is_cut_between_sentences_and_loses_no_word() -> None:
    paragraph = " ".join(f"Sentence number {number} says a little something more." for number in range(60))

    pieces = cut(paragraph)

    assert len(pieces) > 2
    assert all(piece.text.endswith(".") for piece in pieces)
    assert " ".join(piece.text for piece in pieces).split() == paragraph.split()


def test_sections_of_one_name_get_running_numbers() -> None:
    pieces = cut("# Steps\nfirst\n# Steps\nsecond\n# !?\nthird")

    assert [piece.anchor for piece in pieces] == ["steps-1", "steps-2", "introduction-1"]


def test_a_hash_inside_a_code_fence_is_no_heading() -> None:
    pieces = cut("# Install\n```sh\n# not a heading\nmake\n```\nDone.")

    assert [(piece.heading, "# not a heading" in piece.text) for piece in pieces] == [("Install", True)]


def test_plain_text_has_words_only() -> None:
    markdown = "- **Bold** and [a link](https://x.example/y)\n![alt](pic.png)\n<br> `code` 2 * 3"

    assert plain(markdown) == "Bold and a link code 2 3"
