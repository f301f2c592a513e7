# SPDX-License-Identifier: GPL-3.0-or-later
"""Words as the encoder of words wants them: numbers of pieces (byte pair encoding, as CLIP has it).

Pieces and merges are files of the checkpoint; the `tokenizers` library applies them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..contract.arrays import Ints
from ..contract.errors import WeightsCorrupt, WeightsMissing

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"  # what is cut into pieces
HINT = "Download it again, or choose another folder."


class Pieces:
    """The pieces of a checkpoint.

    folder : with ``vocab.json`` and ``merges.txt``. tokens : of each text, to which it is filled
    up. Raises WeightsMissing or WeightsCorrupt.
    """

    def __init__(self, folder: Path, owner: str, tokens: int) -> None:
        self.tokens = tokens
        files = [folder / "vocab.json", folder / "merges.txt"]
        missing = [path.name for path in files if not path.is_file()]
        if missing:
            raise WeightsMissing(f"Of the words of {owner}, {missing[0]} lacks.", HINT)
        self._cut = _cutter(files, owner)
        ends = [self._cut.token_to_id(word) for word in (BEGIN, END)]
        if None in ends:
            raise WeightsCorrupt(f"The words of {owner} have no beginning or end.", HINT)
        self._begin, self._end = ends

    def numbers(self, text: str) -> Ints:
        """Numbers (tokens,) of a text: its beginning, its pieces, and ends up to full length."""
        found = self._cut.encode(text, add_special_tokens=False).ids[: self.tokens - 2]
        row = np.full(self.tokens, self._end, np.int64)
        row[0] = self._begin
        row[1 : 1 + len(found)] = found
        return row


def _cutter(files: list[Path], owner: str) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    try:
        model = models.BPE.from_file(
            *map(str, files), end_of_word_suffix="</w>", unk_token=END, fuse_unk=False
        )
    except Exception as error:  # the library raises plain exceptions
        raise WeightsCorrupt(f"The words of {owner} cannot be read.", HINT, str(error)) from error
    cutter = Tokenizer(model)
    cutter.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True)
    bytewise = pre_tokenizers.ByteLevel(add_prefix_space=False)
    cutter.pre_tokenizer = pre_tokenizers.Sequence([words, bytewise])
    return cutter
