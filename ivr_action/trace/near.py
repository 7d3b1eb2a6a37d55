"""Near names, for messages about scenarios."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, whatever its case; None where none is close."""
    from difflib import get_close_matches

    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` where a known word is close, else the known words; empty where there are none."""
    names = list(known)
    found = near(word, names)
    if found is not None:
        return f"Did you mean `{found}`?"
    return f"Known are {', '.join(f'`{name}`' for name in names)}." if names else ""
