"""The small classic tables that scikit-learn ships: flowers, wines, tumours, diabetes patients."""

from typing import Any, ClassVar

from tuidl.core.lazy import Array
from tuidl.data.bundled import bundled
from tuidl.data.examples import Examples
from tuidl.data.scaling import TargetScaling, scaling_of_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource


class Classic(SplitSource, frozen=True):
    """A table of numbers whose last column is a class. Nothing is scaled unless asked for."""

    file: ClassVar[str]
    loader: ClassVar[str]
    rows: ClassVar[int]
    features: ClassVar[int]
    names: ClassVar[tuple[str, ...]]

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(self.features,), outputs=len(self.names), classes=self.names)

    def count(self) -> int:
        return self.rows

    def load(self) -> Examples:
        import numpy as np

        if file := bundled(self.file):
            table = np.loadtxt(file, delimiter=",", skiprows=1)
            x, y = table[:, :-1], table[:, -1]
        else:
            x, y = _from_loader(self.loader)
        return Examples(x.astype(np.float32), y[:, None].astype(np.float32))


class Iris(Classic, frozen=True, tag="iris"):
    """150 irises of three kinds: length and width of sepal and petal, in centimetres."""

    file: ClassVar[str] = "iris.csv"
    loader: ClassVar[str] = "load_iris"
    rows: ClassVar[int] = 150
    features: ClassVar[int] = 4
    names: ClassVar[tuple[str, ...]] = ("setosa", "versicolor", "virginica")


class Wine(Classic, frozen=True, tag="wine"):
    """178 wines of three growers: 13 figures of a chemical analysis."""

    file: ClassVar[str] = "wine_data.csv"
    loader: ClassVar[str] = "load_wine"
    rows: ClassVar[int] = 178
    features: ClassVar[int] = 13
    names: ClassVar[tuple[str, ...]] = ("class_0", "class_1", "class_2")


class BreastCancer(Classic, frozen=True, tag="breast_cancer"):
    """569 tumours, malignant or benign: 30 figures of the cells' nuclei."""

    file: ClassVar[str] = "breast_cancer.csv"
    loader: ClassVar[str] = "load_breast_cancer"
    rows: ClassVar[int] = 569
    features: ClassVar[int] = 30
    names: ClassVar[tuple[str, ...]] = ("malignant", "benign")

    def class_counts(self) -> tuple[int, ...]:
        return 212, 357


class Diabetes(SplitSource, frozen=True, tag="diabetes"):
    """442 patients: ten figures, as measured, and how far the illness went on within a year."""

    normalize_targets: bool | None = None

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(10,), outputs=1)

    def count(self) -> int:
        return 442

    def load(self) -> Examples:
        import numpy as np

        inputs, targets = bundled("diabetes_data_raw.csv.gz"), bundled("diabetes_target.csv.gz")
        if inputs and targets:
            x, y = np.loadtxt(inputs), np.loadtxt(targets)
        else:
            x, y = _from_loader("load_diabetes", scaled=False)
        return Examples(x.astype(np.float32), y[:, None].astype(np.float32))

    def target_scaling(self) -> TargetScaling:
        return scaling_of_targets(self.normalize, self.normalize_targets)


def _from_loader(name: str, **options: Any) -> tuple[Array, Array]:
    """Inputs and targets by scikit-learn's own loader, should its files have moved one day."""
    from sklearn import datasets

    x, y = getattr(datasets, name)(return_X_y=True, **options)
    return x, y
