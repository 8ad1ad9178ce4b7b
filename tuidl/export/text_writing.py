"""What exported programs of networks that write text have besides: a function that writes."""

from tuidl.export.token_code import imported, token_code
from tuidl.export.writing import literal
from tuidl.inference.preprocessing import Preparation

WRITE = '''def write(prompt="", length=300, temperature=1.0, top_k=None, seed=0):
    """The prompt and what follows it, drawn token by token as "tuidl generate" does."""
    window, start = SHAPE[0], {start}{separator}
    numbers = numbers_of(prompt)
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
            if top_k is not None:
                logits[np.argsort(-logits, kind="stable")[top_k:]] = -np.inf
            scaled = np.exp((logits - logits.max()) / temperature)
            sums = np.cumsum(scaled / scaled.sum())
            chance = np.random.Generator(np.random.Philox(key=seed, counter=place)).random()
            number = int(np.searchsorted(sums, chance * sums[-1], side="right"))
        numbers.append(min(number, len(TOKENS) - 1))
        if {ends}:
            break
    return text_of(numbers)'''


def writes(prepared: Preparation) -> bool:
    """Whether the network predicts the next token of a text."""
    return prepared.text is not None and prepared.text.generates


def needed(prepared: Preparation) -> list[str]:
    """What is imported for it."""
    return imported(prepared.text.tokenizer) if prepared.text and writes(prepared) else []


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
    separator = f'\n    prompt += {asked} if prompt and not prompt.endswith({asked}) else ""'
    code = WRITE.format(
        start=start,
        separator=separator if layout.answer_after else "",
        begin="[start, *numbers]" if lines else "numbers or [start]",
        seen="numbers[len(numbers) - 1 - numbers[::-1].index(start):]" if lines else "numbers",
        places="window - len(seen):" if is_last else ": len(seen)",
        last="" if is_last else ", len(seen) - 1",
        never="" if unknown is None else f"logits[{unknown}] = -np.inf\n        ",
        ends="prompt and numbers[-1] == start" if lines else "False",
    )
    return [*token_code(tokens), code]
