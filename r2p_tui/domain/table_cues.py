"""The words by which papers tell what a table is for, with their weights, as data."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from r2p_tui.domain.understanding import Kind


class Cue(NamedTuple):
    """Words that speak for a kind of table, and how loudly: 4 nearly settles it, 1 is a hint."""

    kind: Kind
    weight: float
    pattern: re.Pattern[str]


def _cue(kind: Kind, weight: float, pattern: str) -> Cue:
    return Cue(kind, weight, re.compile(rf"(?<![\w])(?:{pattern})(?![\w])", re.IGNORECASE))


# PDFs part some words at their ligatures: "eff ect".
_EFFECT = (
    r"(?:eff ?ects?|impacts?|infl ?uences?|contributions?|importance|roles?|benefi ?ts?|necessity"
    r"|sensitivity|robustness)"
)
_MANY = r"(?:diff ?erent|various|alternative|several|other|varying|diverse|distinct|multiple)"
# What other people made, and what one measures on: "different methods" are rivals, "different norms" are not.
_RIVALS = (
    r"(?:(?:state|end|bench)\S*|methods?|models?|works?|approach(?:es)?|detectors?|results?|baselines?"
    r"|algorithms?|systems?|techniques?|frameworks?|papers?|teams?|participants|submissions|solutions"
    r"|llms?|vlms?|mllms?|agents?|networks?|competitors)"
)
_GROUND = (
    r"(?:data\S*|benchmarks?|tasks?|domains?|languages?|classes|categories|subjects?|patients?|metrics?|sets?"
    r"|splits?|scenes?|videos?|sequences?|organs?|environments?|games?|metrics|measures?|authors?|groups?"
    r"|horizons?|corpora|subsets?|criteria|diseases?|hospitals?|sites?|aspects?|scenarios?|runs|seeds)"
)
_END_OF_PHRASE = (
    r"(?=\s+(?:of|on|in|for|with|and|or|under|at|to|from|by|when|using|during|between|is|are|was"
    r"|were|within|into|across|as|that|which|while|we|our|the)\b|\s*[.,;:()–-]|\s*$)"
)
_THINGS = (
    r"(?:choices?|values?|settings?|components?|modules?|loss(?:es)?|designs?|variants?|sizes?|ratios?"
    r"|configurations?|initiali\w+|schemes?|depths?|widths?|layers?|lengths?|thresholds?|temperatures?"
    r"|weights?|weightings?|backbones?|augmentations?|resolutions?|strategy|strategies|classifiers?|heads"
    r"|encoders?|decoders?|encodings?|embeddings?|optimi[sz]ers?|schedul\w+|operators?|operations?|poolings?"
    r"|aggregations?|interpolations?|normali[sz]ations?|norms?|kernels?|activations?|attentions?|objectives?"
    r"|prompts?|templates?|formats?|masking|samplings?|samplers?|fusions?|regulari[sz]\w+|supervision"
    r"|mixtures?|recipes?|tokeni[sz]ers?|priors?|similarit\w+|distances|orders?|positions?"
    r"|architectures|structures?|features|functions?|mechanisms|rewards?|policies|hyper-?parameters?)"
)

CAPTION_CUES: Final[tuple[Cue, ...]] = (
    _cue("ablation", 4.0, r"ablat\w+"),
    _cue("ablation", 3.2, rf"{_EFFECT} (?:of|to)|aff ?ects?|infl ?uences?"),
    _cue("ablation", 2.0, r"(?:which|what|where|when|how|why|does|do|is|are|should) [^.?]{3,80}\?"),
    _cue("ablation", 1.8, r"eff ?ectiveness of|usefulness of|effi ?cacy of|validations? of"),
    _cue("ablation", 2.5,
        r"vary(?:ing)?|varied|variations? (?:on|of|in)|variants? of|(?:our|own) (?:\w+ )?variants?"),
    _cue("ablation", 2.4,
        rf"{_MANY}(?: [\w-]+){{0,2}}? (?!{_RIVALS}\b|{_GROUND}\b)(?:[a-z]+-)?\w{{3,}}(?: \w)?"
        rf"{_END_OF_PHRASE}"),
    _cue("ablation", 2.0,
        rf"compar\w+ (?:of|between|on|among|the)(?: [\w@.-]+){{0,4}}? {_THINGS}"),
    _cue("ablation", 1.6,
        r"our (?:\w+ ){0,2}?(?:method|model|approach|network|framework|system|agent) (?:with|under|trained)"),
    _cue("ablation", 2.8,
        r"with(?: and | or |/|/\s?)without|w/ ?(?:and|or|/)? ?w/o|w/o(?: (?:and|or|vs\.?) w/)?|with/without"),
    _cue("ablation", 0.8, r"without(?! (?:any |additional |extra |external |further ))|variants?"),
    _cue("ablation", 2.2,
        r"design (?:choices?|decisions?|space)|(?:each|individual|proposed|key|different|model"
        r"|main) (?:\w+ )?(?:modules?|components?|parts?|loss(?:es)?|terms?|ingredients?|steps?)"
        r"|break-?down|incremental\w*|step[- ]by[- ]step|trade-?offs?"),
    _cue("ablation", 2.5,
        r"(?:hyper-?)?parameter (?:study|sensitivity|analysis|search|tuning|selection)"
        r"|sensitivity (?:analysis|study)?"),
    _cue("ablation", 1.2,
        r"choices? of|replac\w+|remov(?:e|ing|al of)|adding|vs\.?|versus|analysis(?: of| on)|stud(?:y"
        r"|ies) (?:of|on)|when (?:using|training)|components?|using (?:the )?(?:same|fewer|more|only)"
        r"|varies|as a function of|number of (?:layers|heads|tokens|experts|steps|clusters|blocks"
        r"|iterations|neighbou?rs|queries|epochs|prompts?)|controlling"),
    _cue("main result", 2.5,
        r"state[- ]of[- ]the[- ]arts?|sota|leader-?board|main results?|competition"
        r"|(?:test|evaluation) server"),
    _cue("main result", 2.2,
        rf"compar(?:ed|ing|isons?|e) (?:\w+ ){{0,4}}(?:with|to|against)|comparisons? (?:of|between|among"
        rf"|with|across)(?: \S+){{0,8}}? (?:methods?|models?|approaches|detectors?|algorithms?|baselines?"
        rf"|systems?|techniques){_END_OF_PHRASE}|(?:other|existing|previous|prior|competing|recent"
        rf"|representative|published|popular|various|different|several|leading|strong|open-source)"
        rf" (?:\w+[- ]){{0,2}}(?:methods?|works?|models?|approaches|detectors?|baselines?|algorithms?"
        rf"|systems?|techniques|llms?){_END_OF_PHRASE}"),
    _cue("main result", 1.2,
        r"(?:results?|performances?|evaluations?|accurac(?:y|ies)|scores?|AP|AUC"
        r"|generali[sz]es?) (?:\S+ ){0,3}?(?:on|of|for|in|over|across|from)|test-dev|benchmarks?"
        r"|outperform\w*|test sets?|achieves?|better \w+ scores"),
    _cue("main result", 1.5,
        r"(?:eff ?iciency|speed|throughput|memory|costs?) of (?:the )?(?:[\w-]+ ){0,3}"
        r"(?:methods|models|algorithms|approaches|detectors|systems)"),
    _cue("main result", 1.5, r"against (?:others?|existing|strong|published|prior|rivals?|several|popular)"),
    _cue("main result", 0.8,
        r"comparisons?|quantitative\w*|results?|performance|evaluations?|best (?:results?|performance)"
        r"|baselines?"),
    _cue("hyperparameters", 3.5, r"hyper-?parameters?"),
    _cue("hyperparameters", 2.8,
        r"(?:training|implementation|experimental|optimi[sz]ation|model|models|architectur\w+|network"
        r"|fine-?tuning|pre-?training|optimi[sz]er|hyper\w*) (?:settings?|details?|configurations?"
        r"|config\w*|recipes?|setups?|parameters|specifications?|hyper-?parameters?)|search spaces?"
        r"|configurations? (?:of|for|and)|detailed (?:architecture|configuration|setting)s?"
        r"|model (?:sizes|cards?|variants? (?:and|specifications))|learning rates? (?:used|for)|(?:used"
        r"|using) (?:in|for) (?:our )?(?:training|experiments)|training (?:stages|schedules?)"
        r"|(?:architectures?|layout|layers) of (?:the|our)|(?:network|detailed|model) architectures?"),
    _cue("data", 3.5,
        r"(?:data ?sets?|corpus|corpora|data|benchmarks?|graphs?) (?:statistics|details|splits?"
        r"|overviews?|summary|sizes?|compositions?|mixtures?|sources?|descriptions?|information"
        r"|characteristics|comparison|used)|statistics|descriptive statistics|data mixtures?|(?:summary"
        r"|overview|details|description|characteristics|properties|comparisons?|list"
        r"|number) of (?:the )?(?:[\w-]+ ){0,3}(?:data ?sets?|corpora|corpus)|demographics?"
        r"|(?:patient|cohort|baseline) characteristics"),
    _cue("data", 2.2,
        r"class distributions?|distributions? of (?:the )?(?:classes|labels|categories|lengths)"
        r"|number of (?:images|samples|examples|instances|documents|tables|nodes|subjects|patients"
        r"|sentences|videos|users|items|annotations|objects|pages|scans|slices)(?: \w+){0,3}|splits?"
        r"|annotat\w+|train(?:ing)?/(?:val\w*|dev)/test|data ?sets? (?:for|in) (?:our|this|the)"
        r"|compositions?|cohorts?|corpora"),
    _cue("other", 2.8,
        r"notations?|symbols?|glossary|abbreviations?|acronyms?|list of|lists?|taxonom\w+|definitions?"
        r"|path lengths|complexit(?:y|ies)|properties of|examples? (?:of|from)|prompts?|templates?"
        r"|requirements|receptive fields?|qualitative|survey|parameters of neural networks"
        r"|training costs?|rental|gpu hours|correlations?|p-?values?|confusion matri\w+|questionnaires?"
        r"|related work"),
    _cue("other", 2.5, r"(?:an |the )?overview of"),
    _cue("other", 1.6,
        r"carbon|footprint|emissions|overview|summary"
        r"|comparison of (?:the )?(?:features|properties|capabilities|complexit\w+)"
        r"|characteristics|costs? of|run-?times?|memory usage|formulations?|update rules?"
        r"|interpretations?|mechanisms?"),
)  # fmt: skip

SECTION_CUES: Final[tuple[Cue, ...]] = (
    _cue("ablation", 2.5, r"ablat\w+"),
    _cue("ablation", 1.4,
        r"analys[ie]s|variations?|sensitivity|eff ?ects?|impacts?|infl ?uences?|importance"
        r"|components?|design choices|hyper-?parameter optimi[sz]ation|model variations"
        r"|parameter studies"),
    _cue("ablation", 0.8, r"discussions?(?! and concl)|(?:what|how|which|does|do|is|are|why) [^/]+\?"),
    _cue("main result", 1.4,
        r"main results?|comparisons?(?: \w+)*|state[- ]of[- ]the[- ]art|benchmarks?|leader-?board"
        r"|competition"),
    _cue("main result", 0.7, r"experiments?|results?|evaluations?|performance"),
    _cue("hyperparameters", 1.6,
        r"implementation(?: details)?|training details?|hyper-?parameters?|experimental settings?"
        r"|experimental setup|configurations?|set-?up|training recipe|architecture details"),
    _cue("data", 1.6,
        r"data(?: ?sets?)?|corpus|corpora|data (?:collection|construction|preparation|statistics)"
        r"|annotation"),
    _cue("other", 1.2,
        r"background|related works?|notations?|preliminar\w+|complexity|why \w+|qualitative\w*"),
)  # fmt: skip

MENTION_CUES: Final[tuple[Cue, ...]] = (
    _cue("ablation", 3.5, r"ablat\w+"),
    _cue("ablation", 1.5,
        rf"{_EFFECT} (?:of|to|on)|eff ?ectiveness of (?:the|each|this|our)|to (?:\w+ )?(?:validate|verify"
        r"|assess|isolate|examine) (?:the|each|whether|how)|has an impact"),
    _cue("ablation", 1.5,
        r"we (?:further |also |then |first )?(?:study|studied|investigat\w+|analy[sz]e|examine|explore|vary"
        r"|varied)|studies how|to investigate|how (?:important|much|many)"),
    _cue("ablation", 1.2,
        r"by (?:varying|removing|replacing|adding|using)|remov\w+|replac\w+|without|w/o"
        r"|diff ?erent (?:\w+ )?(?:choices|numbers|values|settings|variants|components|strategies|designs"
        r"|sizes|schemes|ratios|rates|depths|thresholds)|variants?|contributes?|contributed|design choices?"
        r"|hyper-?parameter search|(?:all|everything) else|keep(?:ing)? the (?:rest|other)"
        r"|fair comparison of our"),
    _cue("main result", 1.2,
        r"state[- ]of[- ]the[- ]art|outperform\w*|compar(?:e|ed|ison|ing) (?:\w+ ){0,4}(?:with|to"
        r"|against)|surpass\w*|main results?|competitive|existing methods|superior\w*"
        r"|previous|(?:strong|other|all|competing|public|open) (?:\w+ )?(?:baselines|methods|models)"),
    _cue("hyperparameters", 2.0,
        r"hyper-?parameters?|(?:training|model|implementation|architectur\w+) (?:details|settings?"
        r"|configurations?)|configurations? (?:of|are)"
        r"|details? (?:of|on) (?:the )?(?:training|architecture)"),
    _cue("data", 1.8,
        r"statistics|(?:data ?sets?|corpus|corpora|benchmarks?) (?:details|statistics|are (?:listed"
        r"|summari[sz]ed|described))|(?:summari[sz]e|describe|list|details of) (?:these|the|all|our)"
        r" (?:\w+ )?data ?sets?"),
    _cue("other", 1.0, r"notations?|symbols?|complexit(?:y|ies)|overview|definitions?|examples? of"),
)  # fmt: skip

HYPERPARAMETER_NAMES: Final = re.compile(
    r"(?:(?:base |peak |initial |final |max(?:imum)? |min(?:imum)? |weight|warm-?up"
    r"|start(?:ing)? )?(?:learning rates?|lr)(?: (?:schedule\w*|decay|warm-?up))?|optimi[sz]ers?"
    r"|(?:mini-?|global )?batch[- ]?sizes?"
    r"|weight decay|drop-?out(?: rate)?|drop[- ]?path|stochastic depth|momentum|adam\w*.*"
    r"|β_?[12]?.*|beta[ _]?[12].*|ε|eps(?:ilon)?|warm-?up.*|#?\s?(?:training |train )?(?:epochs?|steps?"
    r"|iterations?)|(?:gradient|grad\.?) (?:clip\w*|norm|accum\w*)|label smoothing"
    r"|seeds?|schedule\w*|activations?(?: functions?)?|hidden (?:size|dim\w*|units?|layers?)|(?:ffn"
    r"|mlp|embedding|embed|model|inner|attention|head|latent|feature|vocab\w*) (?:dim\w*|size"
    r"|hidden\w*)|(?:number of |num\.? |#\s?|n_?)(?:attention |hidden |transformer |encoder "
    r"|decoder |kv |query |routed |shared |activated )?(?:layers?|heads?|experts?|blocks?|units"
    r"|channels|gpus|steps|epochs|queries|parameters|params)"
    r"|layers?|heads?|d_?(?:model|ff|head|k|v)|patch size|image size|input (?:size|resolution)"
    r"|crop size|context (?:length|window)|sequence length|max(?:imum)? (?:length|tokens|seq\w*)"
    r"|temperature|discount(?: factor)?|γ|gamma|replay buffer.*|buffer size|target update.*"
    r"|entropy coef\w*|clip(?:ping)?(?: range| ratio)?|gae.*|exploration.*"
    r"|mixup.*|cutmix.*|rand-?augment|random erasing|color jitter|augmentations?|ema(?: decay)?"
    r"|precision|lora.*|rank|lora alpha|initiali[sz]ation|noise schedule|diffusion steps|guidance.*"
    r"|lambda.*|λ.*|loss weights?|kernel size|strides?|decay.*|t_?max|vocab\w*|tokenizer|data ratio"
    r"|ema ratio|width)",
    re.IGNORECASE,
)
LAYER_NAMES: Final = re.compile(
    r"(?:stem|(?:res|stage|block|layer|conv|fc|pool|downsample|upsample)[ _-]?\d+(?:_x)?|(?:max|avg|average"
    r"|global)[ -]?pool\w*|fc|linear|softmax|flatten|dense|conv\w*(?: \d.*)?|input|output|upsample"
    r"|embedding)",
    re.IGNORECASE,
)
DATA_NAMES: Final = re.compile(
    r"(?:#|no\.? (?:of )?|num(?:ber)?\.? (?:of )?|total |avg\.? |average |mean "
    r"|max\.? )?\s?#?\s?(?:train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?|images?|imgs?"
    r"|videos?|samples?|examples?|instances?|classes|categories|labels|nodes?|edges?|graphs?"
    r"|features?|users?|items?|interactions|ratings|density|documents?|docs?|sentences?|tokens?"
    r"|words?|"
    r"subjects?|patients?|cases|scans?|slices|queries|pairs|tables|pages|hours|utterances|speakers"
    r"|annotations?|boxes|objects|entities|relations|triples|frames|domains?|source|sources|size"
    r"|split|splits|data(?: ?sets?)?|corpus|length|licen[cs]e|languages?|modality|resolution"
    r"|avg\.? length|proportion|percentage|ratio|age|sex|gender|(?:fe)?male|wom[ae]n|m[ae]n|#\S+)"
    r"(?: ?(?:set|sets|data|samples|images|size|split|examples|size \(.*\)|\(.*\)|nodes|per \w+))?",
    re.IGNORECASE,
)
COUNTS: Final = re.compile(
    r"(?:#|(?:total|no\.?|num\.?|number) (?:of )?(?!time|cost|score|avg)\w).*", re.IGNORECASE
)
