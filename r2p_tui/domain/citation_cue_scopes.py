"""What takes a cue away: its words mean something else, are only wished for, or are of others; as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from r2p_tui.domain.citation_cue_patterns import pattern

HOMONYMS: Final = (
    (("reproduced", "run again", "we ran it"), pattern(
        r"(?:figures?|fig\.|diagrams?|tables?|images?|plots?|illustrations?|photographs?) \S* ?(?:is |are "
        r"|was |were )?(?:reproduc|replicat)\w+|(?:reproduced|reprinted|replicated|adapted"
        r"|taken) (?:here )?(?:from|with|by|after) (?:\w+ ){0,2}(?:permission|courtesy"
        r"|original publication|paper|kind)|(?:are|is|were|was) (?:\w+ )?(?:reproduced|copied|taken"
        r"|quoted) from|replicat\w+ (?:along|across|over|times|padding|\d|the (?:channel|feature|token"
        r"|class|batch|tensor|image|layer|weights|mask|vector|last|first|boundary|border|pixels))|(?:token"
        r"|tensor|channel|vector|feature|image|weight|mask|layer|pixel|gradient|parameter|map"
        r"|embedding)s? (?:is|are|was|were) (?:\w+ )?replicated|replicated (?:\w+ )?(?:\d+|n|k|three|two"
        r"|four|several) times|data replication|replicas?|replication (?:factor|crisis)"
        r"|reproducib\w+ (?:of|in|is|has|pipelines?|research|science)|reproduc(?:e|es"
        r"|ing) (?:the )?(?:colou?rs?|textures?|shapes?|appearance|images?|speech|voices?|human|sounds?"
        r"|look|style|motion|details?)|self-?replicat\w+|reproductive")),
    (("deployed", "made smaller", "made faster", "ported"), pattern(
        r"deploy(?:s|ed|ing)? (?:an? |the |two |three |several |multiple "
        r"|different )?(?:[\w-]+ ){0,3}?<part>(?! (?:on|to) (?:<hardware>))|speed(?:s"
        r"|ed)? up (?:the )?(?:\w+ )?(?:convergence|training|learning|annotation|labell?ing"
        r"|optimi[sz]ation|search|experiments?|sampling of)|accelerat\w+ (?:the )?(?:\w+ )?(?:convergence"
        r"|training|learning|research|progress|discovery|gradient|development)|(?:image|video|data|lossy"
        r"|lossless) compression|compressed (?:images?|videos?|sensing|domain|representation)"
        r"|not slowed down|production of|deploying (?:such|these|large|deep|them|it|models?"
        r"|neural)(?: \w+)* (?:is|are|remains|requires|can)|the deployed|knowledge distillation loss"
        r"|^in (?:production|practice)|mobile (?:robot|app) data|camera (?:poses?|parameters|motion"
        r"|calibration)|vehicle detection|drone (?:footage|images?|data|video)s?|robot(?:ic)? (?:learning"
        r"|manipulation|policies|policy)|(?:person|vehicle|robot) re-?identification|CUDA (?:version"
        r"|memory)|serving as|serves? as")),
    (("extended",), pattern(
        r"(?:built|based|build|builds) (?:up)?on (?:a |an |the )?(?:same )?(?:hardware|machine|cluster"
        r"|server|GPU|dataset|data sets?|fact|assumption|observation|PyTorch|TensorFlow|JAX|Detectron2"
        r"|MMDetection|Hugging ?Face)|extend(?:s|ed|ing)? (?:our )?(?:thanks|gratitude)|extends? (?:over"
        r"|from|beyond|across)|to (?:a|some|that) (?:certain )?extent|extended (?:abstract|version of this"
        r"|discussion|period|training)|data augment\w+|augmentations?|improved? results?"
        r"|following (?:the )?(?:\w+ ){0,3}(?:protocol|set-?ups?|settings?|splits?|conventions?|evaluation"
        r"|notation|practice|standard|procedure|pre-?processing|schedule|hyper-?parameters?|metrics?"
        r"|implementation|recipe|guidelines|definition)|adapted from|domain adapt\w+|adaptive\w*"
        r"|modified from|replaced? with permission|starting (?:learning|with a)|based on (?:these|this"
        r"|the (?:results|above|findings))|adopt(?:s|ed|ing)? (?:the )?(?:\w+ )?(?:metrics?|protocol"
        r"|notation|splits?|data ?sets?|evaluation)")),
    (("better or worse", "compared", "baseline"), pattern(
        r"(?:refer|see|found in|given in) ~6 comparison|(?:common|standard|typical|popular|usual|natural"
        r"|simple) baselines? (?:is|are|in|for)|comparison (?:\w+ ){0,4}(?:is|are|was|be) (?:left|beyond"
        r"|out of|not)|no (?:\w+ )?comparison|not compar\w+|not (?:directly )?comparable|hard to compare"
        r"|baselines? (?:code|implementation) (?:is|are)|more than (?:\d|one|two|half|a)|less than (?:\d"
        r"|one|two|half|a)|better understand\w*|rather than|other than|more (?:details?|information)"
        r"|baseline (?:visit|characteristics)|pairwise compar\w+|beat(?:s)? per")),
)  # fmt: skip
"""Words of a family that mean something else: what touches them does not count."""

WISHED: Final = pattern(
    r"(?:future|further) (?:work|research|studies|versions?|directions?|extensions?)|left (?:for|to"
    r"|as) (?:\w+ )?(?:future|later|others|an|another)|leave ~10 (?:for|to|as) (?:future|later|others"
    r"|another)|beyond the scope|out of scope|remains? (?:\S+ ){0,3}?(?:open|unclear|to be|unknown)"
    r"|open (?:question|problem|issue)|(?:is|are|has|have) (?:yet )?to be (?:seen|done|shown|tested"
    r"|studied|explored)|promising (?:direction|avenue)|(?:would be|is|are) (?:\w+ )?(?:interesting"
    r"|worthwhile|worth (?:exploring|investigating|trying|studying)|conceivable|tempting)"
)  # fmt: skip
"""What is only planned or asked: the whole clause around it is."""

DENIED: Final = pattern(
    r"(?:did|do|does|have|has|could|were|was|is|are) not (?:yet )?(?:\w+ )?(?:attempt\w*|tr(?:y|ied)"
    r"|consider\w*|includ\w+|evaluat\w+|compar\w+|replicat\w+ (?=\[\d)|deploy\w*|extend\w*|build|modif\w+"
    r"|aim|intend|claim|address|cover|propos\w+|chang\w+|add|need|require)|without (?:any )?(?:re-?train"
    r"|modif|chang|compar|extend|deploy|attempt)\w*|no (?:attempt|comparison|need|plans?)|(?:rather than"
    r"|instead of|as opposed to) (?:\w+ing)"
)  # fmt: skip
"""What was not done: up to the next comma."""

UNREAL: Final = pattern(
    r"(?:could(?! not)(?! (?:\w+ )?be (?:\w+ )?(?:repeat|reproduc|replicat|confirm|verif|recover|obtain"
    r"|corrobor|reached))|may(?! be seen)|might|would|should|must|shall|will|can(?! be (?:seen|found|observed"
    r"|read))(?! (?:\w+ )?(?:confirm|verify|vouch|corroborate|report|reproduce|replicate)))"
    r"(?= (?:\w+ ){0,3}?(?:be|further|also|then|easily|potentially|help|serve|extend|build|deploy"
    r"|replicate|reproduce|compare|improve|speed|accelerate|adapt|modify|combine|allow|provide|have|make"
    r"|lead|yield|benefit|outperform|\w+e\b))|in (?:the |a |our )?(?:near )?future|plan(?:s|ned|ning)? to"
    r"|intend(?:s|ed)? to|hope(?:s)? to|wish(?:es)? to|(?:it|which) (?:would|will|remains)"
    r"|interesting (?:to|would)|whether|one could|it is (?:possible|conceivable|tempting|natural|unclear"
    r"|unknown)|potential(?:ly)?|if (?:we|one|it|they)|needs? to be|yet to"
)  # fmt: skip
"""What may be or will be: up to the end of the clause."""

ATTRIBUTED: Final = pattern(
    r"^(?:reports?|claims?|rumou?rs) that|(?:is|are|was|were) (?:\w+ )?(?:discussed|described"
    r"|treated|reviewed"
    r"|surveyed|summari[sz]ed|introduced|proposed|studied|analy[sz]ed|explained) (?:in|by) <cite>|"
    r"(?:their|its|his) (?:\w+ ){1,2}(?:was|were|is|has been|have been) (?:\w+ )?(?:deployed|used|extended"
    r"|applied|adapted|implemented|shipped)|according to (?:(?:its|their|the|his) (?:authors?|paper"
    r"|original)|[^\s,]+ et al|\[\d+)|as (?:its|their|the) authors (?:describe|report|claim|state|show"
    r"|note|say|explain)|(?:were|was|is|are|been) (?:reported|shown|said|claimed|found|known|described"
    r"|believed|thought) (?:to|by)|\w+(?:ed|ilt|un) by (?:\[\d+|(?-i:[A-Z])\S+ et al|others|several"
    r"|other (?:groups|authors)|many|independent)|(?:has|have) been (?:\w+ )?(?:extended|deployed|applied"
    r"|adapted|replicated|reproduced|compared|criticised|criticized|discussed|used|studied|shown|reported"
    r"|proposed|widely|questioned|adopted)|is (?:widely|commonly|often|frequently|typically"
    r"|usually) (?:used|deployed|adopted|employed)|it (?:is|was|has been) (?:well )?(?:known|reported"
    r"|shown|argued|claimed)"
)  # fmt: skip
"""Words that make a sentence a report of what others did, unless somebody of ours is in it."""

SENTENCE_END: Final = re.compile(
    r"(?<!\bal)(?<!\bFig)(?<!\bEq)(?<!\bSec)(?<!\bTab)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bresp)"
    r"[.!?][\])”\"]?\s+(?=[A-Z“\"(\[])"
)
CLAUSE_END: Final = re.compile(
    r"[;:]|,? (?:but|yet|however|whereas|although|though|while) |, (?:and|so) (?=we |our |it )"
)
CONCESSION: Final = re.compile(
    r"(?:^|(?<=[;,] ))(?:although|though|while|whereas|even though|despite|initially|at first|rather than"
    r"|instead of|unlike|we were initially|our (?:first|initial) attempts?"
    r"|contrary to (?:\w+ )?(?:reports?|claims?)(?= (?:that )?(?:\S+ ){0,4}(?:cannot|not|fail)))\b"
    r"[^,;]*(?:,|;|$)",
    re.IGNORECASE,
)
"""What is admitted before the main clause: `Although our first attempts failed,`."""

OURS: Final = re.compile(
    r"(?<![\w-])(?:[Ww]e|[Oo]urs?|[Tt]his (?:paper|work|study|article|report|thesis)|[Hh]ere,? we|us"
    r"|[Tt]he present (?:paper|work|study|article)|[Tt]he proposed|^It(?= (?:falls|lags|trails"
    r"|outperforms|beats|surpasses|exceeds|performs|remains|is (?:\w+ )?(?:ahead|behind))))(?![\w-])"
)
"""The citing work speaking of itself."""

_CITE = r"(?:\[[\d, –-]+\]|\((?:[^()]*?)(?:19|20)\d\d[a-z]?\)|\([\d, –-]+\))"
_CLAUSE_START = (
    r"(?:(?<=^)|(?<=[,;:]\s)|(?<=\bthat\s)|(?<=\bwhile\s)|(?<=\bwhereas\s)|(?<=\balthough\s)|(?<=\bbut\s)"
    r"|(?<=\band\s)|(?<=\bas\s)|(?<=\bAs\s)|(?<=\bWhile\s)|(?<=\bWhereas\s)|(?<=\bAlthough\s)"
    r"|(?<=\bRecently,\s))"
)
_NAMED = (
    rf"[A-Z][\w'’-]+(?:,? et al\.?|(?:,? and| &) [A-Z][\w'’-]+|(?:['’]s)?)?\s*{_CITE}|[A-Z][\w'’-]+ et al\.?"
    r"|(?:[Tt]he )?[Aa]uthors(?: of \S+)?|[Tt]heir (?:authors|paper|work)|[Ii]ts authors|\[\d[\d, –-]*\]"
)
_UNNAMED = (
    r"(?:[Ss]everal|[Mm]any|[Ss]ome|[Ff]ew|[Oo]thers?|[Rr]ecent|[Pp]revious|[Pp]rior|[Ee]arlier|[Ee]xisting"
    r"|[Mm]ost|[Ss]ubsequent|[Ll]ater|[Ff]ollow-up|[Ii]ndependent|[Vv]arious|[Aa] number of|[Aa] line of"
    r"|[Aa]nother|[Oo]ne) ?(?:\w+ )?(?:works?|stud(?:y|ies)|authors?|researchers?|groups?|papers?|methods?"
    r"|approaches|teams?|attempts?|literature|efforts?|line|research|report)?"
    rf"(?:\s*{_CITE})?"
    r"|[Tt]hey|[Rr]esearchers|[Pp]ractitioners"
)
_ADVERBS = (
    r"(?:\s(?:also|recently|first|later|then|further|have|has|had|independently|already|even|successfully"
    r"|jointly))*"
)
# After a name that is no subject, or is the cited method itself and not its authors, other words follow.
_VERB = (
    r"(?!(?:and|or|to|for|in|on|with|by|from|as|at|is|was|were|are|be|been|which|that|who|we"
    r"|our|the|an?|of|into"
    r"|onto|so|such|but|while|because|when|where|after|before|under|over|than|using|via|without|has been"
    r"|have been|cannot be|could not be|can(?:not)? be|could be|does not|did not|do not"
    r"|fail(?:s|ed) to (?!reproduc|replicat|confirm|verif|match|obtain)|gives?|works?|runs?|scores?|stands?"
    r"|achieves?|reaches|vanish\w*|hold|holds|takes|needs|lies|appear|agrees|transcribes|[a-z]+ing)\b)[a-z]+"
)
OTHERS: Final = re.compile(
    rf"{_CLAUSE_START}(?:{_NAMED}|{_UNNAMED})(?:,? (?:who|which))?{_ADVERBS}\s(?={_VERB})"
)
"""Somebody else who acts: the subject of what follows, until somebody of ours does."""

_COMMA = re.compile(r"[,;:]")
_OUTCOMES = frozenset(
    ("reproduced", "confirmed", "holds", "same", "denied", "could not", "falls short", "vanishes", "flawed")
)
"""Families that do not count in a concession: `Although our first attempts failed,`."""
_COMPARING = frozenset(("better or worse", "compared", "baseline"))
_Spans = list[tuple[int, int]]


class Scopes:
    """Which parts of a sentence are wished for, conceded or of others; all as [start, end) places."""

    def __init__(self, sentence: str) -> None:
        self._size = len(sentence)
        self._ours = [found.start() for found in OURS.finditer(sentence)]
        self._conceded = [found.span() for found in CONCESSION.finditer(sentence)]
        self._of_others = [
            (found.end(), self._next(self._ours, found.end())) for found in OTHERS.finditer(sentence)
        ]
        self._told = not self._ours and ATTRIBUTED.search(sentence) is not None
        self._homonyms = [
            (families, [found.span() for found in words.finditer(sentence)]) for families, words in HOMONYMS
        ]
        self._unreal = self._spans_unreal(sentence)

    @property
    def kinds(self) -> list[str]:
        """What can be said of the sentence as a whole."""
        of_it = {"wished": self._unreal, "others act": self._of_others, "conceded": self._conceded}
        return [name for name, spans in of_it.items() if spans] + ["told of others"] * self._told

    def _spans_unreal(self, sentence: str) -> _Spans:
        ends = [found.start() for found in CLAUSE_END.finditer(sentence)]
        commas = [found.start() for found in _COMMA.finditer(sentence)]
        may_be = [(each.start(), self._next(ends, each.end())) for each in UNREAL.finditer(sentence)]
        not_done = [(each.start(), self._next(commas, each.end())) for each in DENIED.finditer(sentence)]
        wished = [
            (max((end for end in ends if end < each.start()), default=0), self._next(ends, each.end()))
            for each in WISHED.finditer(sentence)
        ]
        return may_be + not_done + wished

    def _next(self, places: Sequence[int], after: int) -> int:
        return next((place for place in places if place >= after), self._size)

    def counts(self, family: str, start: int, end: int) -> bool:
        """Whether words are said by the citing work, of what is so, and mean what they seem to."""
        if _inside(self._unreal, start) or (family in _OUTCOMES and _inside(self._conceded, start)):
            return False
        return not self._said_by_others(family, start) and not self._means_else(family, start, end)

    def _said_by_others(self, family: str, start: int) -> bool:
        """In a comparison others may be the subject, and ours the object."""
        if family in _COMPARING and any(start <= place for place in self._ours):
            return False
        return _inside(self._of_others, start)

    def _means_else(self, family: str, start: int, end: int) -> bool:
        return any(
            family in families and any(first < end and start < last for first, last in spans)
            for families, spans in self._homonyms
        )


def _inside(spans: _Spans, place: int) -> bool:
    return any(start <= place < end for start, end in spans)
