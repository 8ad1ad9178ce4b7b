"""How a file of text may be written, as presets name it."""

from typing import Literal

Encoding = Literal[
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "cp1250", "cp1251", "cp1253",
    "cp1254", "cp437", "cp850", "mac-roman", "koi8-r", "iso-8859-2", "iso-8859-15", "shift-jis",
    "euc-jp", "euc-kr", "gb18030", "big5",
]  # fmt: skip
