"""What of a preset is shown where there is little room."""

import pytest

from tuidl.charts.palette import DEFAULT
from tuidl.preset.library import shipped
from tuidl.tui.previews.preview import Preview
from tuidl.tui.previews.preview_lines import preview_lines
from tuidl.tui.previews.samples import Samples


@pytest.mark.parametrize("width", [38, 76, 116])
def test_no_heading_stands_above_nothing(width: int) -> None:
    """At any height; what is there before examples are read counts as well."""
    preview = Preview.of(shipped()["recommend"])
    assert preview.preset is not None
    for samples in (None, Samples.of(preview.preset)):
        preview.samples = samples
        for height in range(4, 40):
            lines = preview_lines(preview, DEFAULT, width, height, True)
            assert len(lines) <= height
            told = [line.plain.strip() for line in lines if line.plain.strip()]
            assert not told[-1].endswith("──"), (height, told)
