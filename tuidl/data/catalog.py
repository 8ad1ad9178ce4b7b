"""Every source of examples by the ``source`` that names it in a preset."""

from typing import Any

from tuidl.core.config import by_kind
from tuidl.data.array_source import Npy, Npz
from tuidl.data.cifar import Cifar10
from tuidl.data.classics import BreastCancer, Diabetes, Iris, Wine
from tuidl.data.digits import Digits
from tuidl.data.drawn_shapes import DrawnShapes
from tuidl.data.image_source import Images
from tuidl.data.linear import Linear
from tuidl.data.low_rank import LowRank
from tuidl.data.mask_source import Masks
from tuidl.data.mnist import FashionMnist, Mnist
from tuidl.data.movielens import MovieLens100K
from tuidl.data.plane import Plane
from tuidl.data.point_cloud import PointCloud
from tuidl.data.ratings import Ratings
from tuidl.data.series_source import Series
from tuidl.data.shapes import Blobs, Circles, Moons, Spiral, Xor
from tuidl.data.sine import Sine
from tuidl.data.table_source import Csv
from tuidl.data.text.made import Dates, PythonHelp, ReversedWords
from tuidl.data.text.messages import SmsSpam
from tuidl.data.text.modular import ModularAddition
from tuidl.data.text.published_text import Names, TinyShakespeare
from tuidl.data.text.source import Text
from tuidl.data.text.table import TextCsv

SOURCES: dict[str, type[Any]] = by_kind(
    [
        *(Linear, Sine, Moons, Circles, Blobs, Spiral, Xor, Plane, PointCloud),
        *(Iris, Wine, BreastCancer, Diabetes, Digits),
        *(Mnist, FashionMnist, Cifar10, DrawnShapes),
        *(Text, TextCsv, PythonHelp, TinyShakespeare, Names, SmsSpam),
        *(Dates, ReversedWords, ModularAddition),
        *(LowRank, MovieLens100K),
        *(Csv, Ratings, Series, Npz, Npy, Images, Masks),
    ]
)
