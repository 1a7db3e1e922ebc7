"""Words by which criteria can be decided, and words that everybody reads in their own way: data, no code.

A cue may be several words in a row, written with `+` between them.
"""

from __future__ import annotations


def _cues(text: str) -> frozenset[str]:
    return frozenset(cue.replace("+", " ") for cue in text.casefold().split())


# What says how much; `one` does so only where it is compared with something.
NUMBER_WORDS = _cues("""
    no zero two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred
    thousand million billion dozen
""")
QUANTIFIERS = _cues("""
    half halves third thirds quarter quarters majority minority most twice double triple none nobody
    every each all
""")
SHARES = QUANTIFIERS | {"one"}
BEFORE_A_MEASURE = _cues("""
    least than above below under over exceed exceeds exceeded reach reaches reached between minimum maximum
    min max within equal equals gain gains gained drop drops dropped lose loses lost improves improved rises
    risen falls fallen grows grown cuts shrinks hits passes surpasses score scores top about exactly roughly
    around < > = ≈ ± map map50 map50-95 ap ap50 ap75 f1 iou accuracy precision recall latency throughput
""")
BEHIND_A_MEASURE = _cues("of as or < > =")
UNITS = _cues("""
    % percent pp pt pts point points ms s sec secs second seconds min minute minutes h hour hours us µs ns
    fps hz x times k m b mb gb tb mib gib w watt watts kw j usd eur $ € dollars euros px pixels tokens flops
    gflops params parameters stars citations papers paper projects deployments repositories repos forks
    downloads likes votes users customers sites cameras images frames lines models teams companies vendors
    people runs seeds epochs datasets benchmarks
""")

# A year or a span of time behind these is the due date said again.
DEADLINES = _cues("in by until till before after since within of the next end early late mid during from")
TIME_UNITS = _cues("year years y yr yrs month months mo week weeks w day days d quarter quarters")

# What can be looked up once it has happened.
EVENTS = _cues("""
    release releases released merge merges merged deploy deploys deployed ship ships shipped publish
    publishes published replace replaces replaced accept accepts accepted reject rejects rejected list lists
    listed archive archives archived deprecate deprecates deprecated remove removes removed delete deletes
    deleted launch launches launched announce announces announced close closes closed cancel cancels
    cancelled canceled discontinue discontinues discontinued retract retracts retracted withdraw withdraws
    withdrawn sign signs signed buy buys bought sell sells sold acquire acquires acquired migrate migrates
    migrated switch switches switched rolled+out roll+out rolls+out rolled+back revert reverts reverted
    default defaults integrate integrates integrated support supports supported available add adds added
    include includes included fork forks forked reproduce reproduces reproduced replicate replicates
    replicated crash crashes crashed abandon abandons abandoned stop stops stopped cite cites cited appear
    appears appeared report reports reported file files filed patented approve approves approved promoted
    certify certifies certified exist exists move moves moved open-sourced unmaintained upload uploads
    uploaded tagged contradict contradicts contradicted refute refutes refuted retrain retrains retrained
    pay pays paid hire hires hired export exports exported run+on runs+on in+production into+production done
    finished completed passed failed goes+live is+live end+of+life we+use i+use use+it+in uses+it+in
    used+in+our in+our
""")
SOURCES = _cues("""
    count counts counted measure measures measured measurement measurements benchmark benchmarks benchmarked
    leaderboard leaderboards challenge competition according changelog log logs logged logbook notebook
    record records ledger survey poll invoice invoices dashboard spreadsheet audit audited ticket tickets
    release+notes model+card pull+request decision+record gate radar a+b+test ab+test wilcoxon bootstrap
    confidence+interval ci p-value statistically test+set test+split validation+set holdout git google+trends
    papers+with+code paperswithcode docs documentation licence license licensed github pypi hugging+face
    huggingface conda-forge torchvision readme wiki
""")

# What everybody reads in their own way: what is seen, how much there is, how good it is, and when.
OPINIONS = _cues("""
    obviously obvious clearly clear evidently apparently certainly surely definitely undoubtedly no+doubt
    we+will+see we'll+see see+it time+will+tell i'll+know i+will+know i+know i+feel feel feels feeling gut
    seem seems looks+like look+like believe believes think thinks agree agrees agreed consensus convinced
    convincing convincingly opinion intuition vibe vibes impression makes+sense common+sense comes+true
    come+true turns+out turn+out as+expected known recognised recognized considered regarded felt hype hyped
    trusted loved likes+it like+it self-explanatory judgement judgment happy satisfied pleased i+am+right
    i+was+right we+were+right
""")
AMOUNTS = _cues("""
    widely wide widespread broadly broad popular popularity common commonly many much most mostly several
    some few a+lot lots frequently frequent often usually generally general largely mainly mainstream
    becomes+the+standard become+the+standard is+the+standard becomes+a+standard is+a+standard
    becomes+standard become+standard industry+standard de+facto ubiquitous everywhere everybody everyone
    people significant significantly substantial substantially considerable considerably noticeable
    noticeably meaningful meaningfully materially dramatically drastically slightly somewhat dominant
    dominate dominates dominated large+share huge rarely traction momentum takes+off take+off took+off
    catches+on catch+on caught+on enough sufficient sufficiently numerous various multiple interest
    typically typical normally regularly sota state-of-the-art state+of+the+art
""")
QUALITIES = _cues("""
    works+well work+well worked+well works+fine work+fine works+better well good best great nice fine ok
    okay excellent superior inferior bad poor poorly decent solid strong weak robust robustly reliable
    reliably stable mature maturity ready production-ready usable useful helpful practical feasible viable
    acceptable adequate reasonable reasonably satisfactory satisfying promising interesting impressive
    competitive comparable similar fast quick quickly slow slowly cheap expensive easy easily efficient
    efficiently accurate precise improve improves improved improvement improvements progress performant
    perform performs relevant relevance important impact impactful effective effectively smooth smoothly
    properly correctly attractive valuable worth worthwhile no+problems no+issues proven established
    generalizes generalises scales is+high is+low is+small is+large is+big is+dead are+high are+low
    breakthrough makes+a+difference
""")
# They say something where enough stands beside them: `than` what, or where and without what.
COMPARISONS = _cues("""
    better worse faster quicker slower cheaper easier simpler smaller larger bigger lighter stronger higher
    lower
""")
SUCCESSES = _cues("""
    works work worked working success successful successfully succeed succeeds succeeded
""")
TIMES = _cues("soon eventually someday shortly in+the+future one+day at+some+point")

# Names and terms in which such a word judges nothing.
TERMS = _cues("""
    faster+r-cnn fast+r-cnn faster+rcnn fast+rcnn stable+diffusion stable+release good+first+issue
    standard+deviation success+criteria success+criterion success+rate general+availability works+council
    best+paper known+issues or+better or+worse or+higher or+lower
""")

# What may be added to the statement without saying more.
EMPTY = _cues("""
    a an the it is be will would if when that this then to of in on and or has have had do does did yes so
    must should prediction statement happens happened comes came come true for at by as we i you our my own
    not than no get gets got win wins won beat beats industry community field world experts future later
    decide decides decided practice above same one
""")
