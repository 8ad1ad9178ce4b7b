"""What exported programs of networks of characters have besides: writing text."""

from tuidl.export.writing import literal
from tuidl.inference.preprocessing import Preparation

WRITE = '''def write(prompt="", length=300, temperature=1.0, seed=0):
    """The prompt and what follows it, drawn character by character as "tuidl generate" does."""
    window, start = SHAPE[0], {start}
    text = unicodedata.normalize("NFC", prompt){lower}{separator}
    numbers = [TOKENS.index(c){unknown} for c in text{known}]
    numbers = {begin}
    first = len(numbers)
    for place in range(first, first + length):
        seen = {seen}[-window:]
        row = np.full((1, window), start, np.float32)
        row[0, {places}] = seen
        logits = np.log(np.maximum(np.asarray(answers(predict(row)))[0{last}], 1e-300))
        {never}if temperature <= 1e-3:
            number = int(logits.argmax())
        else:
            scaled = np.exp((logits - logits.max()) / temperature)
            sums = np.cumsum(scaled / scaled.sum())
            chance = np.random.Generator(np.random.Philox(key=seed, counter=place)).random()
            number = int(np.searchsorted(sums, chance * sums[-1], side="right"))
        numbers.append(min(number, len(TOKENS) - 1))
        if {ends}:
            break
    return "".join(TOKENS[number] for number in numbers)'''


def writes(prepared: Preparation) -> bool:
    """Whether the program can write text: of characters, whose tokens need no more code."""
    text = prepared.text
    return text is not None and text.generates and text.tokenizer.kind == "characters"


def needed(prepared: Preparation) -> list[str]:
    """What is imported for it."""
    return ["import unicodedata"] if writes(prepared) else []


def writing(prepared: Preparation) -> list[str]:
    """The tokens, and the function that writes; nothing for other networks."""
    layout = prepared.text
    if layout is None or not writes(prepared):
        return []
    tokens = layout.tokenizer
    start = next((tokens.tokens.index(t) for t in ("\n", " ", ".") if t in tokens.tokens), 0)
    unknown, lines = tokens.unknown, layout.is_lines
    is_last = layout.predicts == "last"
    asked = literal(layout.answer_after)
    separator = f'\n    text += {asked} if text and not text.endswith({asked}) else ""'
    has_token = f" if c in TOKENS else {unknown}"
    code = WRITE.format(
        start=start,
        lower=".lower()" if tokens.lowercase else "",
        separator=separator if layout.answer_after else "",
        unknown="" if unknown is None else has_token,
        known=" if c in TOKENS" if unknown is None else "",
        begin="[start, *numbers]" if lines else "numbers or [start]",
        seen="numbers[len(numbers) - 1 - numbers[::-1].index(start):]" if lines else "numbers",
        places="window - len(seen):" if is_last else ": len(seen)",
        last="" if is_last else ", len(seen) - 1",
        never="" if unknown is None else f"logits[{unknown}] = -np.inf\n        ",
        ends="prompt and numbers[-1] == start" if lines else "False",
    )
    listed = ", ".join(map(literal, tokens.tokens))
    return [f"TOKENS = [{listed}]", code]
