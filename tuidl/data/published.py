"""The published data sets: their files, what is known of each, and where it can be had.

``content`` is the SHA-256 of a file as it is read, so for IDX files after decompression: a file
that was compressed anew is still the same data. Archives and ``.gz`` files are known by the
SHA-256 of their own bytes too. The sums of MNIST's and Fashion-MNIST's compressed files agree with
the MD5 sums that their authors and torchvision print; those of CIFAR-10's archives and of its
Python files do so with the MD5 sums on the data set's page. For the members of CIFAR-10's binary
archive only MD5 sums are published: enough against damage, which is what they are for.
"""

from dataclasses import dataclass, field
from hashlib import md5, sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(frozen=True)
class Download:
    """A file to fetch: its size in bytes, its SHA-256 and where it lies, best address first."""

    name: str
    size: int
    sha256: str
    mirrors: tuple[str, ...]


@dataclass(frozen=True)
class DataSet:
    """A published data set: its folder below the data folder, and what to download into it.

    ``contents``: the checksum of every file that is read, by its name there. ``archive``: whether
    the download is a tar archive, which brings the folder along. ``members``: of a zip archive, the
    files to take out of it and their names here. ``licence``: under which it may be used, and whose
    work it is. ``terms``: what its user must agree to before it is fetched.
    """

    name: str
    title: str
    folder: str
    contents: dict[str, str]
    downloads: tuple[Download, ...]
    archive: bool = False
    members: dict[str, str] = field(default_factory=dict)
    licence: str = ""
    terms: str = ""


def digest_like(known: str) -> "_Hash":
    """A fresh digest of the kind of the checksum ``known``, known by its length."""
    return sha256() if len(known) == 64 else md5(usedforsecurity=False)


def _idx(mirrors: tuple[str, ...], files: dict[str, tuple[int, str]]) -> tuple[Download, ...]:
    return tuple(
        Download(name, size, checksum, tuple(mirror + name for mirror in mirrors))
        for name, (size, checksum) in files.items()
    )


MNIST = DataSet(
    name="mnist",
    title="MNIST",
    folder="mnist",
    contents={
        "train-images-idx3-ubyte": (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        "train-labels-idx1-ubyte": (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        "t10k-images-idx3-ubyte": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "t10k-labels-idx1-ubyte": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    },
    downloads=_idx(
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": (
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            "train-labels-idx1-ubyte.gz": (
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            "t10k-images-idx3-ubyte.gz": (
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            "t10k-labels-idx1-ubyte.gz": (
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        },
    ),
)

FASHION_MNIST = DataSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folder="fashion-mnist",
    contents={
        "train-images-idx3-ubyte": (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        "train-labels-idx1-ubyte": (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        "t10k-images-idx3-ubyte": (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        "t10k-labels-idx1-ubyte": (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
    },
    downloads=_idx(
        (
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        {
            "train-images-idx3-ubyte.gz": (
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            "train-labels-idx1-ubyte.gz": (
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            "t10k-images-idx3-ubyte.gz": (
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            "t10k-labels-idx1-ubyte.gz": (
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        },
    ),
)

CIFAR10 = DataSet(
    name="cifar10",
    title="CIFAR-10",
    folder="cifar-10-batches-bin",
    contents={
        "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
    },
    downloads=(
        Download(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
            ),
        ),
    ),
    archive=True,
)

CIFAR10_PYTHON_FOLDER = "cifar-10-batches-py"
CIFAR10_PYTHON = {
    "data_batch_1": "54636561a3ce25bd3e19253c6b0d8538147b0ae398331ac4a2d86c6d987368cd",
    "data_batch_2": "766b2cef9fbc745cf056b3152224f7cf77163b330ea9a15f9392beb8b89bc5a8",
    "data_batch_3": "0f00d98ebfb30b3ec0ad19f9756dc2630b89003e10525f5e148445e82aa6a1f9",
    "data_batch_4": "3f7bb240661948b8f4d53e36ec720d8306f5668bd0071dcb4e6c947f78e9682b",
    "data_batch_5": "d91802434d8376bbaeeadf58a737e3a1b12ac839077e931237e0dcd43adcb154",
    "test_batch": "f53d8d457504f7cff4ea9e021afcf0e0ad8e24a91f3fc42091b8adef61157831",
}
"""The other layout of the same images, by people's own copies: it is read, not downloaded."""

TEXT_FOLDER = "text"
TINY_SHAKESPEARE = DataSet(
    name="tiny_shakespeare",
    title="tiny Shakespeare",
    folder=TEXT_FOLDER,
    contents={
        "tiny_shakespeare.txt": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
    },
    downloads=(
        Download(
            "tiny_shakespeare.txt",
            1_115_394,
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            (
                "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
                "https://raw.githubusercontent.com/jcjohnson/torch-rnn/master/data/tiny-shakespeare.txt",
            ),
        ),
    ),
    licence="public domain (William Shakespeare; put together by Andrej Karpathy)",
)
NAMES = DataSet(
    name="names",
    title="names",
    folder=TEXT_FOLDER,
    contents={"names.txt": "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"},
    downloads=(
        Download(
            "names.txt",
            228_145,
            "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
            ("https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",),
        ),
    ),
    licence="public domain (statistics of the US Social Security Administration)",
)
SMS_SPAM = DataSet(
    name="sms_spam",
    title="SMS Spam Collection",
    folder=TEXT_FOLDER,
    contents={
        "SMSSpamCollection": "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d"
    },
    downloads=(
        Download(
            "sms_spam_collection.zip",
            203_415,
            "1587ea43e58e82b14ff1f5425c88e17f8496bfcdb67a583dbff9eefaf9963ce3",
            (
                "https://archive.ics.uci.edu/static/public/228/sms+spam+collection.zip",
                "https://archive.ics.uci.edu/ml/machine-learning-databases/00228/smsspamcollection.zip",
            ),
        ),
    ),
    members={"SMSSpamCollection": "SMSSpamCollection"},
    licence="CC BY 4.0 (T. A. Almeida and J. M. Gomez Hidalgo, doi.org/10.24432/C5CC84)",
)

MOVIELENS_100K = DataSet(
    name="movielens_100k",
    title="MovieLens 100K",
    folder="ml-100k",
    contents={
        "u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
        "u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
    },
    downloads=(
        Download(
            "ml-100k.zip",
            4_924_029,
            "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            (
                "https://files.grouplens.org/datasets/movielens/ml-100k.zip",
                "http://files.grouplens.org/datasets/movielens/ml-100k.zip",
            ),
        ),
    ),
    members={"u.data": "ml-100k/u.data", "u.item": "ml-100k/u.item"},
    licence="GroupLens Research, University of Minnesota (F. M. Harper and J. A. Konstan, "
    "doi.org/10.1145/2827872)",
    terms="for research; not for commercial use and not to be passed on without permission; "
    "publications acknowledge its use; nothing may suggest that the university or GroupLens "
    "endorses it. The whole text: "
    "https://files.grouplens.org/datasets/movielens/ml-100k-README.txt",
)

PUBLISHED = {
    known.name: known
    for known in (MNIST, FASHION_MNIST, CIFAR10, TINY_SHAKESPEARE, NAMES, SMS_SPAM, MOVIELENS_100K)
}
