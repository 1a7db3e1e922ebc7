"""The cues in the title and the abstract of a citing work, as data."""

from __future__ import annotations

from typing import Final

from r2p_tui.domain.citation_cue_patterns import CueRule, pattern, rule
from r2p_tui.domain.citations import EvidenceClass

_R, _F, _D = EvidenceClass.REPLICATES, EvidenceClass.FAILS, EvidenceClass.DEPLOYS
_E, _C = EvidenceClass.EXTENDS, EvidenceClass.COMPARES

TITLE_RULES: Final[tuple[CueRule, ...]] = (
    rule("title: fails to replicate", _F, 1.2,
        r"ir-?reproducib\w+|non-?reproducib\w+|negative results?|fail(?:s|ed|ure|ures|ing) (?:to"
        r"|of) (?:reproduc|replicat|generali)\w*|(?:un|non-?)replicable|not (?:reproducib|replicab)\w+"
        r"|(?:cannot|can['’]t|could not) be (?:reproduced|replicated)|(?:reality|sanity) check"
        r"|considered harmful|debunk\w*|refut\w+|(?:critical|closer) (?:re-?)?(?:look|evaluation"
        r"|assessment) at ~4 claims|an? (?:illusion|mirage|art[ei]fact)|are we really making"
        r"|pitfalls? (?:of|in) (?:the )?evaluat\w+|failed (?:reproduction|replication)s?"),
    rule("title: does not hold", _F, 1.1,
        r"(?:do|does|did|is|are|can|may|need) not (?:\w+ )?(?:replicat|hold|help|work|generali[sz]|improv"
        r"|reproduc|transfer|need|exist|what)\w*|(?:hidden|overlooked|false|wrong|missing|unfair"
        r"|overestimat\w+|inflated|illusory) (?:\w+ ){0,2}(?:flaws?|progress|gains?|claims?|evaluations?"
        r"|comparisons?|leak\w*|baselines?)|(?:leak\w*|contaminat\w+) in|(?<=\? )No|(?<=\? )Not (?:really"
        r"|quite|so|always|yet)"),
    rule("title: replicates", _R, 1.0,
        r"\[?Re\]? ?[\]:](?= )|reproducibility (?:study|report|paper|analysis|assessment|challenge|check"
        r"|review|of)|repro(?:duction|ducing)(?: (?:of|study|and|the|report))?|(?:a |an |the |independent "
        r"|conceptual |direct )?replicat(?:ion|ing|ions)(?: (?:of|study|and|the|report))?"
        r"|re-?implement(?:ing|ation)|re-?evaluat(?:ing|ion)"),
    rule("title: makes it faster or smaller", _D, 1.0,
        r"(?:speeding up|accelerat(?:ing|ed)|quanti[sz](?:ing|ed)|compressing|pruning|distilling|deploying"
        r"|serving|shrinking|porting) (?:\S+ ){0,4}?(?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*"
        r"|real-?time (?:\S+ ){0,5}(?:on|for) (?:\w+ ){0,2}<hardware>|(?:on|for"
        r"|to) (?:\w+ ){0,2}<hardware>(?= ?$|[:,?])|in production|at (?:the )?(?:edge|scale in)"
        r"|at the point of care|on-device|in the wild deployment|(?:lessons|experiences?) (?:from|learned"
        r"|of|in) (?:\S+ ){0,6}(?:production|deploy\w+|operation|practice|service)|deployment of"
        r"|case study|(?:industrial|experience|field|deployment|engineering|operational) (?:report"
        r"|experience|study|use|application|lessons)|(?:fitting|squeezing|running|fits"
        r"|running) (?:\S+ ){1,4}(?:in|into|on|under|at) |at \d+ (?:FPS|frames|watts?|W|mW)|(?:under|in|below"
        r"|within) \d+ ?(?:MB|kB|GB|ms|W|mW|milliseconds)|faster inference|(?:\d-?bit|INT-?\d|low-?bit"
        r"|ternary|quanti[sz]ed|quanti[sz]ation of|pruning of|compression of|distillation of)"
        r"|industrial deployment"),
    rule("title: a kind of it", _E, 1.0,
        r"(?:^|(?<=: ))(?:deformable|dynamic|sparse|hierarchical|conditional|recurrent|temporal|bayesian"
        r"|robust|adaptive|improved|gated|masked|rotated|oriented|video|3D|multi-\w+|cross-\w+|open-\w+"
        r"|semi-\w+|self-\w+|dual-\w+|generali[sz]ed|extended|continual|probabilistic|equivariant"
        r"|attentive|cascaded?|progressive) (?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*"),
    rule("title: with something more", _E, 1.0,
        r"(?<=: )(?:an? )?(?:\S+ )?(?-i:[A-Z][\w-]*[A-Z0-9])[\w-]* (?:with|plus|meets|made|and beyond"
        r"|goes)|(?:extending|extensions? (?:of|to)|generali[sz](?:ing|ation of)|towards? (?:a )?better"
        r"|adding|augmenting)"),
    rule("title: improves it", _E, 1.0,
        r"(?:an? )?(?:improved|enhanced|modified|extended|optimi[sz]ed"
        r"|lightweight) (?:version of )?(?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*"
        r"|beyond (?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*|(?:faster|better|stronger"
        r"|smarter) (?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*|(?-i:[A-Z][\w-]+)\+\+(?=:)|(?:improving|extending"
        r"|enhancing|generali[sz]ing|adapting|modifying|revamping"
        r"|rethinking) (?:the )?(?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*|(?-i:[A-Z][\w-]*[A-Z0-9][\w]*)[- ]based"
        r"|based on (?:an? )?(?:\w+ )?(?-i:[A-Z][\w-]*[A-Z0-9])[\w-]*"),
    rule("title: compares", _C, 1.0,
        r"(?:an? )?(?:\w+ )?compari(?:son|sons)|comparative (?:\w+ )?(?:study|analysis|evaluation|review"
        r"|assessment)|comparing|(?-i:[A-Z])[\w-]* (?:vs\.?|versus|or) (?-i:[A-Z])[\w-]*[\w?]|benchmarking"
        r"|head-to-head|which (?:\w+ ){1,4}(?:is|are) (?:best|better)"),
)  # fmt: skip

ABSTRACT_RULES: Final[tuple[CueRule, ...]] = (
    rule("abstract: fails to replicate", _F, 1.1,
        r"(?:we|this (?:paper|work|study|report)|authors) ~3 (?:<not>|<not> able to) <reproduce>"
        r" ~6 <result>"),
    rule("abstract: replicates", _R, 1.0,
        r"(?:we|this (?:paper|work|study|report)) ~3 (?:reproduces?|replicates?|re-?implements?)"
        r" ~8 (?:results?|paper|findings?|claims?|experiments?|study)"
        r"|reproducibility (?:study|report|challenge)"),
)  # fmt: skip

SURVEY_TITLE: Final = pattern(
    r"surveys?|(?:literature |systematic |comprehensive )review|overview|tutorial|introduction to"
    r"|perspective|roadmap|primer"
)
"""Titles of works that tell what others did, whatever else they say."""
