"""The grammar, from the loosest to the tightest operator.

What the platform's own trees show (docs/expressions.md has the counts): `or` below comparison, `*` and `/` above `+`,
left to right within a level, `and` and comparison as usual. Inferred, since no tree at hand shows it:

- `? :` is the loosest and groups to the right; `and` binds tighter than `or`.
- `|` and `&` bind tighter than comparison. The C order would make `a == b & c` compare first and then combine a
  Boolean with an integer, which the operators' documented types (integer, integer) do not allow.
- `^` (power) binds tighter than `*`, groups to the left, and a sign binds tighter still.
"""

from __future__ import annotations

GRAMMAR = r"""
?start: expression
      |                                   -> empty

?expression: alternative
           | alternative QUESTION expression COLON expression -> conditional

?alternative: conjunction
            | alternative OR conjunction  -> binary
?conjunction: equality
            | conjunction AND equality    -> binary
?equality: relation
         | equality EQUALITY relation     -> binary
?relation: bits_or
         | relation RELATION bits_or      -> binary
?bits_or: bits_and
        | bits_or PIPE bits_and           -> binary
?bits_and: sum
         | bits_and AMPERSAND sum         -> binary
?sum: product
    | sum PLUS product                    -> binary
    | sum MINUS product                   -> binary
?product: power
        | product FACTOR power            -> binary
?power: signed
      | power CARET signed                -> binary
?signed: postfix
       | MINUS signed                     -> unary
       | NOT signed                       -> unary

?postfix: atom
        | postfix DOT NAME                -> member
        | postfix LBRACKET expression "]" -> index

?atom: NAME                               -> name
     | NAME "(" [expression ("," expression)*] ")" -> call
     | "(" expression ")"                 -> group
     | STRING                             -> string
     | INTEGER                            -> integer
     | DECIMAL                            -> decimal
     | TRUE                               -> boolean
     | FALSE                              -> boolean
     | NOT_SET                            -> not_set

OR.3: /or\b/i
AND.3: /and\b/i
TRUE.3: /true\b/i
FALSE.3: /false\b/i
NOT_SET.3: /not_set\b/i
EQUALITY: "==" | "!="
RELATION: "<=" | ">=" | "<" | ">"
PIPE: "|"
AMPERSAND: "&"
PLUS: "+"
MINUS: "-"
FACTOR: "*" | "/" | "%"
CARET: "^"
NOT: "!" | "~"
QUESTION: "?"
COLON: ":"
DOT: "."
LBRACKET: "["
STRING: /"(?:[^"\\]|\\.)*+"/s
DECIMAL.2: /[0-9]+\.[0-9]+/
INTEGER: /[0-9]+/
NAME: /[^\W\d]\w*/
WHITESPACE: /\s+/
%ignore WHITESPACE
"""

TERMINAL_NAMES = {
    "OR": "Or", "AND": "And", "EQUALITY": "a comparison", "RELATION": "a comparison", "PIPE": "|", "AMPERSAND": "&",
    "PLUS": "+", "MINUS": "-", "FACTOR": "*", "CARET": "^", "QUESTION": "?", "COLON": ":", "DOT": ".",
    "LBRACKET": "[", "RSQB": "]", "LPAR": "(", "RPAR": ")", "COMMA": ",", "NAME": "a name", "$END": "the end",
}  # fmt: skip
"""How a message names the parser's terminals. Those that start a value are summed up as "a value" there."""
