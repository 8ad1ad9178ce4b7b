"""The themes: colours of the widgets. Charts have palettes of their own to go with them."""

from textual.theme import Theme

THEMES = {
    "tuidl": Theme(
        name="tuidl", dark=True, primary="#62AEEF", secondary="#F0AA5C", accent="#BE94F2",
        foreground="#D6DAE2", background="#12141A", surface="#1A1D25", panel="#22262F",
        success="#7EC886", warning="#F0AA5C", error="#EC6A76",
    ),
    "light": Theme(
        name="light", dark=False, primary="#1468B8", secondary="#A85400", accent="#7C3ABE",
        foreground="#242933", background="#FAFAFC", surface="#F0F1F4", panel="#E6E8ED",
        success="#187A34", warning="#A85400", error="#C42434",
    ),
    "color-blind": Theme(
        name="color-blind", dark=True, primary="#56B4E9", secondary="#E69F00", accent="#CC79A7",
        foreground="#DCDCDC", background="#121212", surface="#1B1B1B", panel="#242424",
        success="#009E73", warning="#E69F00", error="#D55E00",
    ),
    "monochrome": Theme(
        name="monochrome", dark=True, primary="#FFFFFF", secondary="#C0C0C0", accent="#FFFFFF",
        foreground="#FFFFFF", background="#000000", surface="#101010", panel="#202020",
        success="#FFFFFF", warning="#FFFFFF", error="#FFFFFF",
    ),
}  # fmt: skip
