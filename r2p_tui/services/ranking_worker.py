"""The process that computes the ranking: requests come as JSON lines on its input, answers go to its output.

    {"begin": [keyword, ...]}                                            forget all papers; no answer
    {"add": [[paper_id, title, abstract, authors, categories], ...]}     take these in; no answer
    {"rank": [paper_id, ...], "judged": [[paper_id, decision, age_days, added], ...]}

The last is answered with the scores that changed since they were last told. The end of the input ends the
process at once, so that it never outlives its owner.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from r2p_tui.domain.triage import Terms, is_news

Request = dict[str, Any]


def main() -> None:
    """Serve until the input ends; a failure is told in a last answer, and the process ends with 1."""
    answers = _own_output()
    requests: SimpleQueue[Request] = SimpleQueue()
    Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    with suppress(OSError):
        os.nice(5)
    try:
        serve(requests, answers)
    except BrokenPipeError:
        os._exit(0)
    except Exception as error:
        with suppress(OSError):
            _send(answers, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)


def serve(requests: SimpleQueue[Request], answers: BinaryIO) -> None:
    """Answer for ever."""
    # Left alone, the collector walks every word of every paper again and again; between answers is enough.
    gc.disable()
    from r2p_tui.domain.features import Document
    from r2p_tui.domain.ranking import Judged, Ranking, warm_up

    ranking = Ranking()
    told: dict[int, tuple[float, Terms]] = {}
    while True:
        request = requests.get()
        if "begin" in request:
            ranking, told = Ranking(request["begin"]), {}
            continue
        if "add" in request:
            ranking.add([Document(*values) for values in request["add"]])
            continue
        ranked = ranking.rank(request["rank"], [Judged(*values) for values in request["judged"]])
        news = [row for row in ranked.scored if is_news(told.get(row.paper_id), (row.score, row.terms))]
        told.update((row.paper_id, (row.score, row.terms)) for row in news)
        facts = {"mode": ranked.mode, "trained_on": ranked.trained_on, "share": ranked.learned_share}
        _send(answers, facts | {"scores": news, "ranks": bool(ranked.scored)})
        warm_up()
        gc.collect()
        gc.freeze()


def _receive(source: BinaryIO, requests: SimpleQueue[Request]) -> None:
    for line in source:
        requests.put(json.loads(line))
    os._exit(0)


def _own_output() -> BinaryIO:
    """The pipe to the owner, out of reach of anything that prints."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
