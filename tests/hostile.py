"""Texts that would do something to a terminal or a screen, and how to see that none got through."""

import re

ESC = "\x1b"
SEQUENCES = [
    f"{ESC}]52;c;ZXZpbA==\x07", f"{ESC}]52;p;ZXZpbA=={ESC}\\", "\x9d52;c;ZXZpbA==\x9c",
    f"{ESC}]0;title\x07", f"{ESC}]2;title{ESC}\\", f"{ESC}]1;icon\x07",
    f"{ESC}]8;;http://example.com{ESC}\\link{ESC}]8;;{ESC}\\", f"{ESC}]10;?\x07",
    f"{ESC}]4;1;red\x07", f"{ESC}]9;note\x07", f"{ESC}]777;notify;a;b\x07",
    f"{ESC}]1337;File=inline=1:AAAA\x07", f"{ESC}[2J", f"{ESC}[H{ESC}[J", f"{ESC}[3J",
    f"{ESC}[10S", f"{ESC}[10T", f"{ESC}[1;2r", f"{ESC}[6n", f"{ESC}[c", f"{ESC}[>c",
    f"{ESC}[21t", f"{ESC}[8;10;10t", f"{ESC}[31m", f"{ESC}[0m", f"{ESC}[?1049h",
    f"{ESC}[?1049l", f"{ESC}[?25l", f"{ESC}[?1000h", f"{ESC}[?2004l", f"{ESC}[?5h", f"{ESC}[4h",
    f"{ESC}[20h", f"{ESC}[1000A", f"{ESC}[2K", f"{ESC}[1000D", f"{ESC}[s{ESC}[u",
    f"{ESC}P$qm{ESC}\\", f"{ESC}P+q544e{ESC}\\", f"{ESC}Pq#0~{ESC}\\",
    f"{ESC}_Ga=T;AAAA{ESC}\\", f"{ESC}^private{ESC}\\", f"{ESC}Xstring{ESC}\\", f"{ESC}c",
    f"{ESC}7{ESC}8", f"{ESC}D", f"{ESC}M", f"{ESC}#8", f"{ESC}(0lqk", f"{ESC}%G", f"{ESC}n",
    f"{ESC}=", f"{ESC}ktmux title{ESC}\\", f"{ESC}Ptmux;{ESC}{ESC}]52;c;AA==\x07{ESC}\\",
    f"{ESC}]52;c;ZXZpbA==", f"{ESC}", f"{ESC}[", "a\x1b", "\x9b2J", "\x90q\x9c", "\x9e\x9c",
    "\x9fG\x9c", "\x84\x85\x8d", "\x98\x9c",
]  # fmt: skip
CONTROLS = [
    "\x07", "a\x08\x08b", "good\rbad", "a\nb", "a\r\nb", "a\tb", "a\x0bb", "a\x0cb", "a\0b",
    "a\x7fb", "\x0e\x0f", "\x05", "\x1a", "\x18", "a\u2028b", "a\u2029b", "\ud800",
    "a\udc1b[2J", "\udfff",
]  # fmt: skip
UNSEEN = [
    "\u202etxt.exe", "\u202aa\u202c", "\u202b\u202d", "\u2066a\u2069", "\u2067\u2068",
    "a\u200eb\u200f", "\u061c", "ad\u200bmin", "a\u200cb", "a\u200db", "a\u2060b", "\ufeffname",
    "a\u00adb", "\u180e", "\U000e0041\U000e007f", "\ufff9a\ufffab\ufffb", "\u115f\u3164",
    "\u034f", "a\ufe00\U000e0100", "\u206a\u206f", "\ue000\U000f0000", "\uffff\U0010ffff",
    "e" + "\u0301" * 50, "\u0e49" * 30, "\U0001f468\u200d\U0001f469",
    "\u2764\ufe0f" + "\ufe0f" * 20, "\U000110bd", "\U0001d173",
]  # fmt: skip
MARKUP = [
    "[/x]", "[/]", "[", "]", "[b", "[bold]x", "[red]x[/red]", "[@click=app.quit]x[/]",
    "[@click=app.quit()]x[/@click]", "[link=http://example.com]x[/link]", "[link='x", "\\[/x]",
    "\\", "a\\[b", "[[x]]", "[$primary]x", "[on red]x", "[=]", "[#fff]x", "[reverse", ":smile:",
    "$x ${x}", "{x} %s %(x)s", "<script>", "&amp;", "[!]", "[not bold]x",
]  # fmt: skip
LONG = ["w" * 5000, "漢" * 3000, "[" * 500, "\x1b]52;c;" + "A" * 4000 + "\x07", "a b " * 1000]
HOSTILE = [*SEQUENCES, *CONTROLS, *UNSEEN, *MARKUP, *LONG]
LEGITIMATE = [
    "plain text", "naïve café Å", "e\u0301 n\u0303", "手写数字 識別", "한국어", "שלום", "مرحبا",
    "ไทยที่นี่", "हिन्दी", "\U0001f600 \U0001f44d\U0001f3fd", "│ ▁▂▃ ⠿ ×→", "C:\\data\\x",
    "[3, 4]", "π ≈ 3.14", "ﬁ Ⅻ ½",
]  # fmt: skip

MARKS = re.compile("[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{5}")
NOT_SHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\uffff"
    "\U000110bd\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
"""Written down here anew, so that the judge is not what is judged."""


def raw(text: str, allowed: str = "") -> list[str]:
    """Characters in ``text`` that no terminal may get from data, besides those ``allowed``."""
    found = [char for char in NOT_SHOWN.findall(text) if char not in allowed]
    return found + MARKS.findall(text)
