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
    return _on_the_line(_on_the_line(text, RAISED, "^"), LOWERED, "_").translate(SIGNS)


def _on_the_line(text: str, signs: dict[str, str], mark: str) -> str:
    """Runs of raised or lowered ``signs`` as plain ones behind a ``mark``."""

    def spelled(run: re.Match[str]) -> str:
        inner = "".join(signs[sign] for sign in run[0])
        return mark + (f"({inner})" if {"-", "+"} & set(inner) else inner)

    return re.sub(f"[{''.join(signs)}]+", spelled, text)
