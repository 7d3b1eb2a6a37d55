"""Small words for messages: near names, lists, quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, None where none is close."""
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for name in known:
        by_fold.setdefault(name.casefold(), name)
    found = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.72)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """`Did you mean …?` where a known word is close, else `otherwise`."""
    found = near(word, known)
    return f"Did you mean `{found}`? {otherwise}" if found is not None and found != word else otherwise


def listed(names: Iterable[str], limit: int = 8) -> str:
    """Names in backquotes with commas; the rest counted."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:limit])
    return shown if len(every) <= limit else f"{shown} and {len(every) - limit} more"


def article(word: str) -> str:
    """`a` or `an`, by the first letter."""
    return "an" if word[:1].lower() in "aeiou" else "a"


@lru_cache(maxsize=4096)
def misspelling(word: str, known: frozenset[str] | tuple[str, ...]) -> str | None:
    """The known word that `word` misspells for certain enough to call it an error.

    Two letters wrong at most (one in a short word), a swap of neighbours counts as one. What Genesys' own naming has
    side by side is another word, not a misspelling: a plural (`acdSkill`, `acdSkills`), an id (`queue`, `queueId`),
    another first word (`getWrapupCode`, `setWrapupCode`), one more word (`callDialogflowBot`, `callDialogflowCXBot`),
    another number (`callLexBot`, `callLexV2Bot`).
    """
    best: str | None = None
    best_distance = 3
    for name in known:
        longer = max(len(word), len(name))
        allowed = 2 if longer >= 7 else 1
        if abs(len(word) - len(name)) > allowed or longer < 4:
            continue
        if word in (name + "s", name + "es", name + "Id") or name in (word + "s", word + "es", word + "Id"):
            continue
        if _heads_differ(word, name) or _one_word_more(word, name) or _numbers_differ(word, name):
            continue
        distance = _distance(word, name)
        if 0 < distance <= allowed and distance < best_distance:
            best, best_distance = name, distance
        elif distance and word.casefold() == name.casefold():
            best, best_distance = name, 0
    return best


_HEADS = frozenset("add as by get has id in int is log my new no node on re set to ua use".split())


def _heads_differ(word: str, name: str) -> bool:
    """True for `newValue` and `noValue`: the same but for a short first word, and both first words are words."""
    head, tail = _split(word)
    other, other_tail = _split(name)
    return tail != "" and tail == other_tail and head != other and head in _HEADS and other in _HEADS


def _one_word_more(word: str, name: str) -> bool:
    """True for `callDialogflowCXBot` and `callDialogflowBot`: one of the two has a whole word more inside."""
    shorter, longer = sorted((word, name), key=len)
    more = len(longer) - len(shorter)
    if more < 2:
        return False
    start = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    inside = longer[start : start + more]
    return longer[start + more :] == shorter[start:] and shorter[start:] != "" and _WORD.fullmatch(inside) is not None


_WORD = re.compile(r"[A-Z](?:[a-z]+|[A-Z]+)")


def _numbers_differ(word: str, name: str) -> bool:
    """True for `callLexV1Bot` and `callLexV2Bot`."""
    return [x for x in word if x.isdigit()] != [x for x in name if x.isdigit()]


def _split(word: str) -> tuple[str, str]:
    at = next((i for i, letter in enumerate(word) if letter.isupper()), len(word))
    return word[:at], word[at:]


def _distance(a: str, b: str) -> int:
    """Edits between two words: insert, delete, replace, swap neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
