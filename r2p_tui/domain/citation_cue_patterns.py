"""Patterns of scopes and titles, and the lists of words that they are made from.

In a pattern `<name>` stands for a list of words from `_LISTS`, `~4` for up to four words in between.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from r2p_tui.domain.citations import EvidenceClass


class CueRule(NamedTuple):
    """Words of a title or an abstract that speak for a class."""

    name: str
    evidence_class: EvidenceClass
    weight: float
    pattern: re.Pattern[str]


_LISTS: Final = {
    "not":
        r"(?:not|n['’]t|cannot|never|unable to|fail(?:ed|s)? to|failing to|without being able to"
        r"|impossible to|did not succeed in|(?:had|with) no success in|unsuccessful(?:ly)? (?:in|at"
        r"|tried to|attempted to)|neither|nor|nobody|none of)",
    "theirs":
        r"(?:official|released|authors['’]|published|public|original|provided|unmodified|recommended"
        r"|the authors['’]|their(?: (?:own|official|released|public|original))?)",
    "thing":
        r"(?:code|codebase|repository|weights|checkpoints?|notebooks?|scripts?|implementation|recipe"
        r"|configurations?|protocol|hyper-?parameters|settings?|pipeline|software|splits?|set-?up"
        r"|instructions)",
    "cite":
        r"(?:\[\d[\d, –-]*\]|\([^()]*(?:19|20)\d\d[a-z]?\)|[A-Z]\w+(?: et al\.?| and [A-Z]\w+) \((?:19"
        r"|20)\d\d[a-z]?\))",
    "say":
        r"(?:report|state|claim|announce|publish|describe|promise|obtain|find|found|observe|saw|see"
        r"|advertise|predict|suggest|attribute|conclude|argue|propose)\w*",
    "result":
        r"(?:results?|numbers?|accurac(?:y|ies)|performance|scores?|gains?|improvements?|boosts?"
        r"|speed-?ups?|acceleration|findings?|claims?|conclusions?|observations?|effects?|phenomen\w+"
        r"|trends?|curves?|rankings?|advantages?|benefits?|behaviou?r|superiority|lead|sensitivity|exponents?"
        r"|jumps?|progress|savings?|headline|outcomes?|robustness|reductions?|laws?|m?AP|F1|BLEU"
        r"|perplexit(?:y|ies)|mIoU|FID|R2|error rates?)",
    "reproduce":
        r"(?:re-?produc(?:e|es|ed|ing|tion)|replicat(?:e|es|ed|ing|ion)|re-?creat(?:e|es|ed|ing))",
    "hardware":
        r"(?:Hailo\S*|(?:neural |AI |edge |hardware )accelerators?|Movidius|Myriad|Hexagon|RISC-V"
        r"|Neural Engine|Apple Watch|smart glasses|systolic arrays?|mobile (?:CPU|GPU)s?|laptop (?:CPU"
        r"|GPU)s?|Jetson|Orin|Xavier|Raspberry(?: Pi)?|FPGAs?|Zynq|ASICs?|NPUs?|DSPs?|microcontrollers?"
        r"|MCUs?|Coral|Edge ?TPU|Cortex\S*|Arduino|ESP32|smart-?phones?|(?:mobile )?phones?|iPhones?|Pixel"
        r"|Snapdragon|Android|iOS|tablets?|laptops?|browsers?|drones?|robots?|UAVs?|wearables?"
        r"|smart-?watch\w*|headsets?|embedded (?:devices?|boards?|platforms?|systems?|hardware|processors?"
        r"|GPUs?)|(?:edge|mobile|handheld|IoT|low-power|consumer) (?:devices?|boards?|hardware|nodes?"
        r"|platforms?|GPUs?|processors?|servers?)|on-?device|SRAM|vehicles?|cameras?|satellites?)",
    "part":
        r"(?:loss(?:es)?|objectives?|optimi[sz]ers?|schedul\w+|strateg(?:y|ies)|modules?|attention"
        r"|mechanisms?|augmentations?|regulari[sz]\w+|heads?|backbones?|encoders?|decoders?|layers?"
        r"|functions?|samplers?|sampling|terms?|techniques?|approach|schemes?|tricks?|normali[sz]ation"
        r"|dropout|algorithm|prompts?|metrics?|kernels? of size|convolutions?|embeddings?|features?"
        r"|annotators?|agents?|ensembles?)",
}  # fmt: skip
_LIST: Final = re.compile(r"(?<!\?P)<(\w+)>")
_GAP: Final = re.compile(r" ?~(\d+) ?")


def _expanded(pattern: str) -> str:
    while _LIST.search(pattern):
        pattern = _LIST.sub(lambda name: _LISTS[name[1]], pattern)
    return _GAP.sub(lambda gap: rf"\W+(?:[^\s;]+\s+){{0,{gap[1]}}}?[(\[“\"'‘]?", pattern)


def pattern(text: str) -> re.Pattern[str]:
    """The words as a pattern in any case that neither begins nor ends inside a word."""
    return re.compile(rf"(?<![\w-])(?:{_expanded(text)})(?![\w])", re.IGNORECASE)


def rule(name: str, of: EvidenceClass, weight: float, text: str) -> CueRule:
    """A rule from the text of its pattern."""
    return CueRule(name, of, weight, pattern(text))
