"""The Evaluation page: runs over time, any two compared, each question open to be judged by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eval.comparing import compare, scored
from eval.reading import change, figure, label, verdict
from eval.report import Material, as_html, summary
from eval.runs import all_runs
from index.errors import MemoireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.cases import Case
    from eval.runs import Row, Run

RUNS = Path("evaluations")
_JUDGED = "judged.jsonl"
_VERDICTS = ("not judged", "right", "wrong")


def show_evaluation(folder: Path = RUNS) -> None:
    """Draw the page over the runs of a folder."""
    st.title("Evaluation")
    try:
        runs = all_runs(folder)
        if not runs:
            st.info("Nothing has been evaluated yet. Run: memoire eval run verbatim --set sample")
            return
        _show_runs(runs)
        if len(runs) > 1:
            _show_comparison(runs)
        _show_questions(runs)
    except MemoireError as exc:
        st.error(str(exc))


def _show_runs(runs: Sequence[Run]) -> None:
    st.subheader("Runs, the newest first")
    table = []
    for run in runs:
        rows = run.rows()
        values = [v for found in scored(run.cases(), rows)["right"].values() for v in found]
        table.append(
            {
                "run": run.id,
                "set": run.identity.set_name,
                "writer": run.identity.writer,
                "answers": len(rows),
                "failed": sum(row.error is not None for row in rows),
                "right": figure("right", sum(values) / len(values)) if values else "–",
            }
        )
    st.dataframe(table, hide_index=True)


def _show_comparison(runs: Sequence[Run]) -> None:
    st.subheader("Compare two")
    names = [run.id for run in runs]
    left, right = st.columns(2)
    before = runs[names.index(left.selectbox("Before", names, index=1, key="eval-before"))]
    after = runs[names.index(right.selectbox("After", names, index=0, key="eval-after"))]
    across = st.checkbox("Even if more than the prompt differs", key="eval-across")
    try:
        cases = after.cases()
        comparison = compare(cases, before, after, across=across)
    except MemoireError as exc:
        st.warning(str(exc))
        return
    st.markdown("**" + summary(comparison).replace("*", "") + "**")
    st.dataframe(
        [
            {
                "measured": label(result),
                "n": result.n,
                "before": figure(result.metric, result.before),
                "after": figure(result.metric, result.after),
                "difference (95% interval)": change(result),
                "verdict": verdict(result),
            }
            for result in comparison.results
        ],
        hide_index=True,
    )
    page = as_html(Material(comparison, cases, before, after))
    st.download_button("Download the report", page, "report.html", "text/html")


def _show_questions(runs: Sequence[Run]) -> None:
    st.subheader("Questions")
    names = [run.id for run in runs]
    run = runs[names.index(st.selectbox("Run", names, key="eval-run"))]
    cases = run.cases()
    kinds = ["all", *dict.fromkeys(case.slice for case in cases)]
    kind = st.selectbox("Slice", kinds, key="eval-slice")
    wanted = {case.id: case for case in cases if kind in ("all", case.slice)}
    right = scored(cases, run.rows())["right"]
    rows = {row.case: row for row in run.rows() if row.case in wanted}
    if not rows:
        st.info("No question of this slice has been answered yet.")
        return

    def title(case: str) -> str:
        return f"{'✓' if min(right[case]) == 1 else '✗'} {wanted[case].question}"

    chosen = st.selectbox("Question", list(rows), format_func=title, key="eval-question")
    _show_answer(run, wanted[chosen], rows[chosen])


def _show_answer(run: Run, case: Case, row: Row) -> None:
    for turn in case.history:
        st.text(f"{turn.role}: {turn.content}")
    if row.answer is None:
        st.error(f"Failed: {row.error}")
    elif row.answer.abstained:
        st.text(row.answer.reason or "Withheld.")
    else:
        for claim in row.answer.claims:
            st.text(claim.text)
    for gold in case.gold:
        st.text(f"Gold: {gold.quote} ({gold.source})")
    with st.expander("Passages the writer was given"):
        for seen in row.seen:
            st.text(f"{seen.source} ({seen.score:.2f})\n{seen.text}")
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


def judgements(run: Run) -> dict[str, str]:
    """Return what a person said of a run's answers, by case; the last word counts."""
    path = run.folder / _JUDGED
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {record["case"]: record["verdict"] for record in map(json.loads, lines)}


def judge(run: Run, case: str, verdict_given: str) -> None:
    """Keep what a person said of an answer."""
    with (run.folder / _JUDGED).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"case": case, "verdict": verdict_given}) + "\n")
