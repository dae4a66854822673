"""Syntax errors in human terms: the token that did not fit, and what would have.

The rules are tried from the most telling to the most general. What is open around the error is read
off the parser's stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lark.exceptions import UnexpectedToken

from compiler.diagnostics import Diagnostic
from compiler.messages import report
from compiler.read.tokens import Token
from compiler.source import SourceFile, Span

LAYOUT = frozenset(("NEWLINE", "INDENT", "DEDENT", "$END"))

# What stands between a keyword and its colon.
HEADS = {
    "IF": "the condition",
    "ELIF": "the condition",
    "WHILE": "the condition",
    "FOR": "what the loop runs over",
    "WITH": "the 'with' items",
    "DEF": "the function's head",
    "CLASS": "the class's head",
    "MATCH": "the subject of 'match'",
    "CASE": "the pattern",
    "ELSE": "'else'",
    "TRY": "'try'",
    "EXCEPT": "the exception",
    "FINALLY": "'finally'",
    "LAMBDA": "the parameters of 'lambda'",
}
BRACKETS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSERS = {"RPAR": ")", "RSQB": "]", "RBRACE": "}"}
DESCRIPTIONS = {  # of what may be expected; other tokens are not worth a mention
    "NEWLINE": "the end of the line",
    "INDENT": "a deeper indentation",
    "DEDENT": "the end of the block",
    "$END": "the end of the expression",
    "STRING": "a string",
    "NAME": "a name",
    "NUMBER": "a number",
    "CASE": "'case'",
    "COLON": "':'",
    "COMMA": "','",
    "EQUAL": "'='",
    "DEF": "'def'",
    "CLASS": "'class'",
    "IMPORT": "'import'",
    "LPAR": "'('",
    "RPAR": "')'",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "IN": "'in'",
    "AS": "'as'",
    "ELSE": "'else'",
}
# Habits from other languages: the token before, the token found, what to write instead.
HABITS = {
    ("&", "&"): "write 'and' instead of '&&'",
    ("|", "|"): "write 'or' instead of '||'",
    ("else", "if"): "write 'elif' instead of 'else if'",
    ("+", "+"): "there is no '++': write '+= 1'",
    ("-", "-"): "there is no '--': write '-= 1'",
    ("<", ">"): "write '!=' instead of '<>'",
}
FOREIGN_WORDS = {
    **dict.fromkeys(("fn", "func", "function", "void"), "a function begins with 'def'"),
    **dict.fromkeys(("let", "var", "auto"), "a variable begins with its name: 'x: u32 = 0'"),
    "const": "a constant is 'NAME: Final = …'",
    "switch": "write 'match'",
    "elsif": "write 'elif'",
    **dict.fromkeys(("catch", "rescue"), "write 'except'"),
    "throw": "write 'raise'",
    "using": "write 'import' or 'with'",
    "new": "call the class",
}
# What a clause is a part of.
OWNERS = {
    "ELIF": "no 'if'",
    "ELSE": "no 'if', loop or 'try'",
    "EXCEPT": "no 'try'",
    "FINALLY": "no 'try'",
}


@dataclass(slots=True)
class Mistake:
    """A token that did not fit, and its surroundings."""

    found: Token
    before: Token | None
    earlier: Token | None  # the one before `before`
    accepts: set[str]
    stack: list[Token]  # the tokens that wait for their rule to be completed
    file: SourceFile

    def span(self) -> Span:
        """Under the token found; at the end of the line, just after the last word."""
        if self.found.type in LAYOUT and self.before is not None:
            return Span(self.file, self.before.end_pos, self.before.end_pos)
        return self.place(self.found)

    def place(self, token: Token) -> Span:
        return Span(self.file, token.start_pos, token.end_pos)

    def head(self) -> Token | None:
        """The keyword whose head is being read: no colon and no open bracket came since."""
        closed = 0
        for token in reversed(self.stack):
            if token.type in CLOSERS:
                closed += 1
            elif token.type in BRACKETS and closed:
                closed -= 1
            elif not closed and (token.type in BRACKETS or token.type == "COLON"):
                return None
            elif token.type in HEADS:
                return token
        return None

    def bracket(self) -> Token | None:
        """The innermost open bracket."""
        closed = 0
        for token in reversed(self.stack):
            if token.type in CLOSERS:
                closed += 1
            elif token.type in BRACKETS:
                if not closed:
                    return token
                closed -= 1
        return None


def explain_error(error: UnexpectedToken, tokens: list[Token], file: SourceFile) -> Diagnostic:
    """The diagnostic for an error of the parser."""
    found = error.token
    index = len(tokens)
    if found.type == "$END":
        found = Token("$END", "", tokens[-1].end_pos, tokens[-1].end_pos)
    else:
        index = next(i for i, token in enumerate(tokens) if token is found)
    words = [token for token in tokens[max(0, index - 8) : index] if token.type not in LAYOUT]
    before = words[-1] if words else None
    earlier = words[-2] if len(words) > 1 else None
    parser: Any = error.interactive_parser
    state = parser.parser_state
    stack = [value for value in state.value_stack if isinstance(value, Token)]
    accepts = set(parser.accepts())
    mistake = Mistake(found, before, earlier, accepts, stack, file)
    for rule in RULES:
        diagnostic = rule(mistake)
        if diagnostic is not None:
            return diagnostic
    return report("unexpected", mistake.span(), found=describe(found))


def describe(token: Token) -> str:
    if token.type in LAYOUT or token.type == "STRING":
        return DESCRIPTIONS[token.type]
    return f"'{token.value}'"


# --- The rules -------------------------------------------------------------------------------


def _indentation(mistake: Mistake) -> Diagnostic | None:
    found = mistake.found
    if found.type == "INDENT":
        line_start = mistake.file.text.rfind("\n", 0, found.start_pos) + 1
        return report("unexpected-indent", Span(mistake.file, line_start, found.start_pos))
    if mistake.accepts == {"INDENT"} and mistake.before is not None:
        colon = mistake.stack[-2] if len(mistake.stack) > 1 else mistake.before
        opener = next((t for t in reversed(mistake.stack) if t.type in HEADS), mistake.before)
        return report("expected-block", mistake.place(colon), opener=opener.value)
    return None


def _habit(mistake: Mistake) -> Diagnostic | None:
    before, found = mistake.before, mistake.found
    if before is None:
        return None
    advice = HABITS.get((before.value, found.value))
    if advice and before.end_pos + (before.type == "ELSE") == found.start_pos:
        span = Span(mistake.file, before.start_pos, found.end_pos)
        return report("other-language", span, text=span.text, help=advice)
    earlier = mistake.earlier
    if found.type in LAYOUT and earlier is not None and earlier.end_pos == before.start_pos:
        advice = HABITS.get((earlier.value, before.value))
        if advice:
            span = Span(mistake.file, earlier.start_pos, before.end_pos)
            return report("other-language", span, text=span.text, help=advice)
    return None


def _assignment(mistake: Mistake) -> Diagnostic | None:
    found, accepts = mistake.found, mistake.accepts
    if found.type == "EQUAL" and not {"NEWLINE", "NUMBER"} & accepts and mistake.stack:
        return report("assignment-in-expression", mistake.span())
    return None


def _keyword_as_name(mistake: Mistake) -> Diagnostic | None:
    found = mistake.found
    if "NAME" in mistake.accepts and "NUMBER" not in mistake.accepts and found.value.isidentifier():
        return report("keyword-as-name", mistake.span(), word=found.value)
    return None


def _clause(mistake: Mistake) -> Diagnostic | None:
    found = mistake.found
    between_statements = "PASS" in mistake.accepts or mistake.accepts == {"$END"}
    if found.type in OWNERS and between_statements:
        return report("lone-clause", mistake.span(), word=found.value, owner=OWNERS[found.type])
    return None


def _colon(mistake: Mistake) -> Diagnostic | None:
    head = mistake.head()
    if "COLON" not in mistake.accepts or head is None:
        return None
    after = HEADS[head.type]
    if mistake.found.type == "NEWLINE":
        return report("expected-colon", mistake.span(), after=after)
    advice = None
    if head.type == "EXCEPT" and mistake.found.type == "COMMA":
        advice = "put several errors in brackets: 'except (A, B)'"
    found = describe(mistake.found)
    return report("expected-colon-found", mistake.span(), after=after, found=found, help=advice)


def _comma(mistake: Mistake) -> Diagnostic | None:
    opening = mistake.bracket()
    if opening is None:
        return None
    closer = BRACKETS[opening.type]
    if closer in mistake.accepts and "COMMA" in mistake.accepts and "NUMBER" not in mistake.accepts:
        return report(
            "expected-comma", mistake.span(), closer=CLOSERS[closer], found=describe(mistake.found)
        )
    return None


def _expression(mistake: Mistake) -> Diagnostic | None:
    if not {"NAME", "NUMBER", "STRING"} <= mistake.accepts or "PASS" in mistake.accepts:
        return None
    before = mistake.before
    if before is None:
        return None
    after = f"'{before.value}'" if before.type != "STRING" else "the string"
    return report("expected-expression", mistake.span(), after=after, found=describe(mistake.found))


def _print_statement(mistake: Mistake) -> Diagnostic | None:
    before = mistake.before
    if before is not None and before.value in ("print", "exec") and "NEWLINE" in mistake.accepts:
        return report("print-statement", mistake.place(before), word=before.value)
    return None


def _foreign_word(mistake: Mistake) -> Diagnostic | None:
    word = mistake.before
    if word is None or "NEWLINE" not in mistake.accepts or mistake.found.type != "NAME":
        return None
    advice = FOREIGN_WORDS.get(word.value)
    if advice is None:
        return None
    return report("other-language", mistake.place(word), text=word.value, help=advice)


def _complete(mistake: Mistake) -> Diagnostic | None:
    if mistake.found.type in LAYOUT:
        return None
    if "NEWLINE" in mistake.accepts:
        what = "statement"
    elif {"$END", "PLUS"} <= mistake.accepts:
        what = "expression"
    else:
        return None
    return report("already-complete", mistake.span(), what=what, found=describe(mistake.found))


def _few_choices(mistake: Mistake) -> Diagnostic | None:
    wanted = [DESCRIPTIONS[kind] for kind in sorted(mistake.accepts) if kind in DESCRIPTIONS]
    if not 0 < len(wanted) <= 4 or len(mistake.accepts) > 6 or "$END" in mistake.accepts:
        return None
    expected = wanted[0] if len(wanted) == 1 else f"{', '.join(wanted[:-1])} or {wanted[-1]}"
    return report("expected", mistake.span(), expected=expected, found=describe(mistake.found))


RULES = (
    _indentation,
    _habit,
    _clause,
    _keyword_as_name,
    _print_statement,
    _foreign_word,
    _assignment,
    _comma,
    _expression,
    _colon,
    _few_choices,
    _complete,
)
