"""Unicode to ASCII, readable as mathematics: ``hₜ₋₁`` turns into ``h_(t-1)``."""

import re

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵗˣᵀ", "0123456789-+ntxT", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊ᵢⱼₖₘₙₛₜ", "0123456789-+ijkmnst", strict=True))
SIGNS = str.maketrans(
    {
        "←": "<-",
        "→": "->",
        "−": "-",
        "·": "*",
        "×": "x",
        "±": "+-",
        "…": "...",
        "≈": "~=",
        "∝": "~",
        "≤": "<=",
        "‖": "|",
        "′": "'",
        "∂": "d",
        "Σ": "sum",
        "√": "sqrt",
        "⌊": "floor(",
        "⌋": ")",
        "⌈": "ceil(",
        "⌉": ")",
        "σ": "sigmoid",
        "Φ": "Phi",
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "δ": "delta",
        "ε": "eps",
        "η": "rate",
        "θ": "theta",
        "λ": "lambda",
        "μ": "mu",
        "π": "pi",
        "ρ": "rho",
        "ŷ": "yhat",
        "ȳ": "ymean",
    }
)


def to_ascii(text: str) -> str:
    """``text`` with every sign that the glossary uses spelled out."""
    for signs, mark in ((RAISED, "^"), (LOWERED, "_")):
        text = re.sub(f"[{''.join(signs)}]+", lambda run: _spelled(run[0], signs, mark), text)  # noqa: B023
    return text.translate(SIGNS)


def _spelled(run: str, signs: dict[str, str], mark: str) -> str:
    inner = "".join(signs[sign] for sign in run)
    return mark + (f"({inner})" if {"-", "+"} & set(inner) else inner)
