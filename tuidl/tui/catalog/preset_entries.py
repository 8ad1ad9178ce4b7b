"""The order in which Home lists the presets: the order in which to learn."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tuidl.core.errors import PresetError
from tuidl.plane.presets import START
from tuidl.preset.schema import Preset

CATALOG: dict[str, dict[str, str]] = {
    "Regression": {
        "linear_regression": "a line",
        "linear_regression_gd": "a line",
    },
    "Classification": {
        "logistic_regression": "tumours",
        "mlp_xor": "a riddle",
    },
    "Images": {
        "cnn_digits": "digits",
        "mnist_mlp_dropout": "digits",
        "mnist_cnn": "digits",
        "simple_cnn": "digits",
        "cifar10_cnn": "photos",
        "cifar10_cnn_logits": "photos",
    },
    "Sequences": {
        "rnn_sine": "a wave",
        "gru_sine": "a wave",
        "series_bakery": "daily sales",
        "lstm_rows": "digits",
    },
    "Text": {
        "names_bigram": "names",
        "names_mlp": "names",
        "names_gpt": "names",
        "char_rnn": "a manual",
        "tiny_gpt": "a manual",
        "shakespeare_char": "plays",
        "word_vectors": "a manual",
        "sms_spam": "messages",
        "sms_transformer": "messages",
        "date_formats": "dates",
        "grokking": "sums",
    },
    "Generate": {
        "autoencoder_digits": "digits",
        "denoising": "digits",
        "autoencoder_mnist": "digits",
        "vae_mnist": "digits",
        "gan_points": "points",
        "gan_digits": "digits",
    },
    "What goes wrong": {
        "overfitting": "half moons",
        "vanishing_gradients": "digits",
        "vanishing_gradients_cured": "digits",
        "mode_collapse": "points",
    },
}
"""Preset -> what its data is, in a word."""

LIVE = "Build it live"
OTHERS, FILES = "More", "Your files"


@dataclass(frozen=True)
class Entry:
    """A preset in the list. ``word``: its data, in a word, which is left out before the title is
    cut, unless the entry ``keeps_word``."""

    section: str
    title: str
    path: Path
    word: str = ""
    keeps_word: ClassVar[bool] = False

    def fits(self, wanted: str) -> bool:
        """Whether each word of the filter is somewhere in its title, file name, data or section."""
        words = f"{self.title} {self.path.stem} {self.word} {self.section}".lower()
        return all(part in words for part in wanted.lower().split())


def entries(presets: dict[str, Path], recent: Iterable[Path]) -> list[Entry]:
    """The playground, shipped presets by section, those that are in none, the user's own files."""
    made = [Entry(LIVE, "2D playground", START, "points")]
    made += [
        Entry(section, title_of(presets[name]), presets[name], word)
        for section, known in CATALOG.items()
        for name, word in known.items()
        if name in presets
    ]
    placed = {entry.path for entry in made}
    made += [Entry(OTHERS, title_of(p), p) for p in presets.values() if p not in placed]
    return made + [Entry(FILES, path.name, path, path.parent.name) for path in recent]


def title_of(path: Path) -> str:
    """The preset's own name, or its file's where it cannot be read."""
    try:
        return Preset.load(path).name
    except PresetError:
        return path.stem
