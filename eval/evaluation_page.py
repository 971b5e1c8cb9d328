"""The Evaluation page: runs over time, any two compared, each question open to be judged by hand."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eval.comparing import compare, scored
from eval.metrics import METRICS
from eval.reading import change, figure, label, notes, verdict
from eval.report import Material, as_html, shown_flips, summary
from eval.runs import all_runs
from eval.standings import over_time, standing
from index.errors import MemoireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Answer
    from eval.cases import Case
    from eval.comparing import Comparison
    from eval.report import FlipShown
    from eval.runs import Row, Run

RUNS = Path("evaluations")
_JUDGED = "judged.jsonl"
_VERDICTS = ("not judged", "right", "wrong")
_EVERY = "all"
_MOST_FLIPS = 40
# The colours are the theme's own: text and its tints, so that light and dark both hold.
_STYLE = """<style>
.eval-pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .eval-pair { grid-template-columns: 1fr; } }
.eval-pair > div, .eval-quote { padding: .5rem .75rem; border-radius: .5rem;
  background: color-mix(in srgb, currentColor 6%, transparent); }
.eval-quote { margin: .4rem 0; overflow-wrap: anywhere; }
.eval-quote small, .eval-pair small { opacity: .7; display: block; }
.eval-pair mark { color: inherit; border-radius: 2px; font-weight: 600;
  background: color-mix(in srgb, currentColor 18%, transparent); }
</style>"""


def show_evaluation(folder: Path = RUNS) -> None:
    """Draw the page over the runs of a folder."""
    st.title("Evaluation")
    st.html(_STYLE)
    try:
        runs = all_runs(folder)
        if not runs:
            st.info("Nothing has been evaluated yet. Run: memoire eval run verbatim --set sample")
            return
        over_time, two, questions = st.tabs(["Runs", "Compare two", "Questions"])
        with over_time:
            _show_runs(runs)
        with two:
            if len(runs) > 1:
                _show_comparison(runs)
            else:
                st.info("One run so far. Run another prompt, then compare: memoire eval compare")
        with questions:
            _show_questions(runs)
    except MemoireError as exc:
        st.error(str(exc))


# -- runs ------------------------------------------------------------------------------------------


def _show_runs(runs: Sequence[Run]) -> None:
    sets = list(dict.fromkeys(run.identity.set_name for run in runs))
    chosen = st.selectbox("Question set", sets, key="eval-set") if len(sets) > 1 else sets[0]
    shown = [run for run in runs if run.identity.set_name == chosen]
    standings = [standing(run) for run in shown]
    st.altair_chart(over_time(standings[::-1]), width="stretch")
    st.caption("Right answers of each run, with its 95% interval over whole articles.")
    st.dataframe(
        [
            {
                "run": one.run,
                "begun": one.begun,
                "questions": one.questions,
                "right": figure("right", one.right),
                "failed": one.failed,
                "judged by hand": len(judgements(run)),
            }
            for one, run in zip(standings, shown, strict=True)
        ],
        hide_index=True,
    )


# -- two of them -----------------------------------------------------------------------------------


def _show_comparison(runs: Sequence[Run]) -> None:
    names = [run.id for run in runs]
    left, right = st.columns(2)
    first, second = _comparable(runs)
    before = runs[names.index(left.selectbox("Before", names, index=first, key="eval-before"))]
    after = runs[names.index(right.selectbox("After", names, index=second, key="eval-after"))]
    across = st.checkbox("Even if more than the prompt differs", key="eval-across")
    try:
        cases = after.cases()
        comparison = compare(cases, before, after, across=across)
    except MemoireError as exc:
        st.warning(f"{exc.problem} Tick the box above to compare them all the same.")
        return
    st.markdown("**" + summary(comparison).replace("*", "") + "**")
    for note in notes(comparison):
        st.caption(note)
    _show_results(comparison)
    material = Material(comparison, cases, before, after)
    st.download_button("Download the report", as_html(material), "report.html", "text/html")
    _show_flips(shown_flips(material, before.rows(), after.rows()))


def _comparable(runs: Sequence[Run]) -> tuple[int, int]:
    """The places of the newest two runs that differ in the prompt alone, else of the newest two."""
    pairs = (
        (before, after)
        for after in range(len(runs))
        for before in range(after + 1, len(runs))
        if not runs[before].identity.differences(runs[after].identity)
    )
    return next(pairs, (1, 0))


def _show_results(comparison: Comparison) -> None:
    st.dataframe(
        [
            {
                "measured": label(result),
                "verdict": verdict(result),
                "before": figure(result.metric, result.before),
                "after": figure(result.metric, result.after),
                "difference (95% interval)": change(result),
                "n": result.n,
            }
            for result in comparison.results
        ],
        hide_index=True,
    )


def _show_flips(flips: Sequence[FlipShown]) -> None:
    st.subheader(f"Questions that flipped ({len(flips)})")
    if not flips:
        st.text("None.")
        return
    slices = [_EVERY, *dict.fromkeys(shown.flip.slice for shown in flips)]
    kind = st.selectbox("Slice of the flips", slices, key="eval-flip-slice")
    wanted = [shown for shown in flips if kind in (_EVERY, shown.flip.slice)]
    for shown in wanted[:_MOST_FLIPS]:
        sign = ":green[became right]" if shown.flip.gained else ":red[became wrong]"
        with st.expander(f"{sign} · {_plain(shown.question)}"):
            st.html(
                f'<div class="eval-pair"><div><small>before</small>{shown.before}</div>'
                f"<div><small>after</small>{shown.after}</div></div>"
            )
            for gold in shown.gold:
                _quote("gold", gold)
            for seen in shown.passages:
                _quote(f"passage of {seen.source}, {seen.score:.2f}", seen.text)
    if len(wanted) > _MOST_FLIPS:
        st.caption(f"{len(wanted) - _MOST_FLIPS} more are in the report.")


# -- one question ----------------------------------------------------------------------------------


def _show_questions(runs: Sequence[Run]) -> None:
    names = [run.id for run in runs]
    run = runs[names.index(st.selectbox("Run", names, key="eval-run"))]
    cases = run.cases()
    left, right_column = st.columns(2)
    kind = left.selectbox(
        "Slice", [_EVERY, *dict.fromkeys(case.slice for case in cases)], key="eval-slice"
    )
    which = right_column.selectbox("Answers", [_EVERY, "right", "not right"], key="eval-which")
    right = scored(cases, run.rows())["right"]
    wanted = {case.id: case for case in cases if kind in (_EVERY, case.slice)}

    def sorted_as(case: str) -> str:
        return "right" if min(right[case]) == 1 else "not right"

    rows = {
        row.case: row
        for row in run.rows()
        if row.case in wanted
        and which in (_EVERY, "right" if min(right[row.case]) == 1 else "not right")
    }
    if not rows:
        st.info("There is no such answer in this run.")
        return

    def title(case: str) -> str:
        return f"{'✓' if sorted_as(case) == 'right' else '✗'} {wanted[case].question}"

    chosen = st.selectbox(f"Question ({len(rows)})", list(rows), format_func=title, key="eval-question")
    _show_answer(run, wanted[chosen], rows[chosen])


def _show_answer(run: Run, case: Case, row: Row) -> None:
    for turn in case.history:
        _quote(turn.role, turn.content)
    if row.answer is None:
        st.error(f"Failed: {_plain(row.error or '')}")
    else:
        _show_claims(row.answer)
    _judging(run, case)
    for gold in case.gold:
        _quote(f"gold, {gold.source}", gold.quote)
    with st.expander("What was measured"):
        applies = [(m, value) for m in METRICS if (value := m.of(case, row)) is not None]
        st.dataframe(
            [{"measured": m.title, "value": figure(m.name, value)} for m, value in applies],
            hide_index=True,
        )
    with st.expander(f"Passages the writer was given ({len(row.seen)})"):
        for seen in row.seen:
            _quote(f"{seen.source}, {seen.score:.2f}", seen.text)


def _show_claims(answer: Answer) -> None:
    if answer.abstained:
        _quote("withheld", answer.reason or "Nothing was answered.")
    for claim in answer.claims:
        cited = ", ".join(dict.fromkeys(citation.source for citation in claim.citations))
        _quote(cited, claim.text)


def _judging(run: Run, case: Case) -> None:
    stored = judgements(run).get(case.id, _VERDICTS[0])
    judged = st.radio(
        "Your judgement",
        _VERDICTS,
        index=_VERDICTS.index(stored),
        horizontal=True,
        key=f"eval-judged-{run.id}-{case.id}",
    )
    if judged != stored:
        judge(run, case.id, judged)


def _quote(title: str, text: str) -> None:
    """Show others' text exactly: never as Markdown, never as HTML."""
    st.html(f'<div class="eval-quote"><small>{escape(title)}</small>{escape(text)}</div>')


def _plain(text: str) -> str:
    """Return text for a label that reads Markdown, with what Markdown would read set aside."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!~:|$<>" else char for char in text)


def judgements(run: Run) -> dict[str, str]:
    """Return what a person said of a run's answers, by case; the last word counts."""
    path = run.folder / _JUDGED
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {record["case"]: record["verdict"] for record in map(json.loads, lines)}


def judge(run: Run, case: str, verdict_given: str) -> None:
    """Keep what a person said of an answer."""
    with (run.folder / _JUDGED).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"case": case, "verdict": verdict_given}) + "\n")
