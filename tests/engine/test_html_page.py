"""Tests of engine.html_page: the parts that no report's own test looks at."""

import pytest

from engine.html_page import bars, page, picture, side_by_side


def test_names_in_bars_and_pictures_are_text() -> None:
    """What comes from strangers never becomes markup."""
    text = bars([("<b>x</b>", "0.5", 0.5, "#123456")]) + picture(b"\x89PNG...", '"><script>', "<i>")
    assert "<b>x" not in text
    assert "<script>" not in text
    assert "<i>" not in text.split("</div>")[-1]
    assert "width: 50.0%; background: #123456" in text


@pytest.mark.parametrize(("data", "kind"), [(b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff", "jpeg")])
def test_a_picture_is_held_in_the_page(data: bytes, kind: str) -> None:
    """With the kind that it has."""
    assert f'src="data:image/{kind};base64,' in picture(data, "x")


def test_the_page_forbids_every_connection() -> None:
    """Its policy lets nothing in; an empty row of pictures leaves nothing."""
    text = page("<title>", [side_by_side("", "")])
    assert "default-src 'none'" in text
    assert "&lt;title&gt;" in text
    assert 'class="row"' not in text
