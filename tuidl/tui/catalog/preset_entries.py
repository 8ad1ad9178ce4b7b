"""The order in which Home lists the presets: the order in which to learn."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from tuidl.core.errors import DataError
from tuidl.core.own_files import FileError, read_bounded
from tuidl.data.paths import Stamp, stamp
from tuidl.plane.presets import START
from tuidl.preset.schema import LARGEST_FILE

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
        "diffusion_points": "points",
    },
    "Pictures as answers": {
        "segment_shapes": "shapes",
        "detect_shape": "shapes",
    },
    "Group": {
        "kmeans_points": "points",
        "deep_clusters": "digits",
    },
    "Recommend": {
        "recommend": "ratings",
        "movielens": "film ratings",
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
    """The preset's own name, or its file's where it cannot be read.

    Nothing else of the file is looked at: what its data is may take a second to find out.
    """
    try:
        return _name_in(path, stamp(str(path))) or path.stem
    except (DataError, FileError):
        return path.stem


@lru_cache(maxsize=256)
def _name_in(path: Path, written: Stamp) -> str:
    """What a preset's TOML has as ``name``, empty where there is none; remembered until the file
    changes. Raises FileError."""
    try:
        table = tomllib.loads(read_bounded(path, LARGEST_FILE, follow=True).decode("utf-8-sig"))
    except (ValueError, RecursionError):  # no TOML, no UTF-8
        return ""
    name = table.get("name")
    return name if isinstance(name, str) else ""
