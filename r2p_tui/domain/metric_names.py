"""Names of metrics, benchmarks, data sets and settings, as data."""

from __future__ import annotations

from typing import Final

# (name, direction, unit, pattern); a metric without a name is called as it is printed. The first pattern that
# fits wins, so the special stands above the general: an accuracy drop is a drop, a speed-up no speed.
METRICS: Final[tuple[tuple[str | None, str | None, str | None, str], ...]] = (
    ("drop", "down", None,
        r"(?-i:[Dd]rops?)|degradation|forgetting|generali[sz]ation gap|performance gap|regret"),
    ("δm", "down", "%", r"[δ∆Δ]\s?m"),
    ("speed-up", "up", "×", r"speed-?\s?ups?|acceleration"),
    ("compression", "up", "×", r"compression(?: ratio| rate)?|sparsity"),
    ("relative gain", "up", None, r"gains?|improvements?|improv\.|boost|impr\."),
    # errors and distances
    ("top-1 error", "down", "%", r"top-?\s?1 err(?:or|\.)?(?: rate)?"),
    ("top-5 error", "down", "%", r"top-?\s?5 err(?:or|\.)?(?: rate)?"),
    ("WER", "down", "%", r"wer|word error rate"),
    ("CER", "down", "%", r"cer|character error rate"),
    ("PER", "down", "%", r"(?-i:PER)|phone(?:me)? error rate"),
    ("DER", "down", "%", r"(?-i:DER)|diari[sz]ation error rate"),
    ("EER", "down", "%", r"eer|equal error rate"),
    ("TER", "down", None, r"(?-i:TER)"),
    ("minDCF", "down", None, r"min-?dcf"),
    (None, "down", "%", r"hter|acer|apcer|bpcer"),
    ("RMSE", "down", None, r"rms?\s?log|log\s?rmse|n?rmse|(?-i:RMS)|root mean squared? error"),
    ("MSE", "down", None, r"n?mse|mean squared? error|(?-i:L2) error|squared error"),
    ("MAE", "down", None, r"m?mae|mean absolute error|(?-i:L1) error|absolute error"),
    (None, "down", "%", r"s?mape|wmape"),
    (None, "down", None, r"crps|mase|(?-i:ND)"),
    (None, "down", None, r"(?-i:L[12])(?= ?(?:\((?:m|cm|mm|px)\)|↓))"),
    ("abs rel", "down", None, r"abs\.?\s?-?rel\.?|absolute relative(?: error)?"),
    ("sq rel", "down", None, r"sq\.?\s?-?rel\.?|squared relative(?: error)?"),
    ("log10", "down", None, r"log\s?10"),
    ("δ<1.25", "up", None, r"[δ∆Δσ]\s?_?[123]?\s?<\s?1\.25(?:\s?\^?[23²³])?|[δ]_?[123₁₂₃]|a[123](?= ↑)"),
    ("MPJPE", "down", "mm", r"mpjpe"),
    (None, "down", "mm", r"(?:pa-?|p-?|n-?)?mpjpe|mpvpe|pve|accel(?:eration)? error"),
    (None, "down", "px",
        r"a?epe|end-?\s?point error|f1-(?:all|bg|fg)|(?-i:Fl)-(?:all|bg|fg)|d1-(?:all|bg|fg)|bad ?[1234]\.0"),
    (None, "down", None, r"min-?ade(?:_?\d+)?|(?-i:ADE)(?:_?\d+)?|min-?fde(?:_?\d+)?|(?-i:FDE)(?:_?\d+)?"),
    (None, "down", None,
        r"miss rate|mr-?2|mr\^?-?2|false (?:positive|negative|alarm) rates?|fpr(?:\s?@?\s?95)?|fpr95"
        r"|fnr|fps@"),
    ("chamfer distance", "down", None,
        r"chamfer(?: distance)?|(?-i:CD)(?:-?l[12])?|(?-i:EMD)|earth mover.?s distance"),
    ("HD95", "down", "mm", r"hd\s?_?(?:95|100)|95\s?%?\s?hd|hausdorff(?: distance)?|(?-i:HD)"),
    ("ASSD", "down", "mm", r"assd|asd|average (?:symmetric )?surface distance|mean surface distance"),
    ("XOR", "down", None, r"xor"),
    ("HM", "down", None, r"hammoude(?: distance)?"),
    (None, "up", "%", r"tpr(?:\s?@.*)?|true positive rate|tnr"),
    ("FID", "down", None, r"fid"),
    (None, "down", None, r"[sr]?fid(?:-?\d+k)?|fr[ée]chet.*distance|fvd|fad|kid|fd(?:openl3|passt)?(?= ↓)"),
    ("LPIPS", "down", None, r"lpips"),
    (None, "down", None, r"dists|niqe|brisque|perceptual distance"),
    ("IS", "up", None, r"inception score|(?-i:IS)"),
    (None, "up", None,
        r"clip-?\s?(?:score|sim(?:ilarity)?|[it])|clipscore|aesthetic(?: score)?|image ?reward"
        r"|pick ?score|hps ?v?2?"),
    ("PPL", "down", None, r"ppl\.?|perplexity|pplx"),
    ("bits per dim", "down", None,
        r"bpd|bits?[ /]dim(?:ension)?|bits per dim(?:ension)?|bpc|bits per (?:char(?:acter)?|byte)|bpb"
        r"|bits?/byte"),
    ("NLL", "down", None, r"nll|negative log[- ]likelihood|cross[- ]entropy|log[- ]?loss"),
    ("log likelihood", "up", None, r"log[- ]likelihood|ll|elbo"),
    ("ECE", "down", None, r"(?:s|m|u|c|a)?ece|calibration error|brier(?: score)?"),
    ("accuracy", "up", "%", r"balanced acc(?:uracy|\.)?"),
    ("error", "down", None, r"errors?(?: rates?)?|err\.?"),
    ("validation loss", "down", None, r"(?:val(?:idation|\.)?|test|eval(?:uation)?|dev)[ -]?loss(?:es)?"),
    ("loss", "down", None,
        r"(?:val(?:idation|\.)?|train(?:ing)?|test|eval|dev)\.? loss|loss(?:es)?|(?-i:bpb)"),
    ("distance", "down", None,
        r"edit dist(?:ance|\.)?|(?:wasserstein|kl|js|mmd)[- ]?(?:distance|divergence|div\.)?|divergence"
        r"|(?-i:KL)|(?-i:MMD)|distance"),
    (None, "down", None,
        r"violations?|collisions?(?: rate)?|fail(?:ures?|ed)?(?: rates?)?|toxicity"
        r"|hallucinations?(?: rate)?|attack success(?: rate)?|asr(?= ↓)|bias"),
    ("variance", "down", None, r"variance|std\.?(?: dev\.?)?|uncertainty"),
    ("average rank", "down", None,
        r"(?:avg\.?|average|mean)[- ]?rank|mean ?rank|(?-i:MR)|median rank|medr|meanr|rank(?:ing)?"),
    # what it costs
    ("FPS", "up", "fps", r"fps|frames?(?: per|/) ?s(?:ec(?:ond)?)?"),
    ("throughput", "up", None,
        r"throughputs?|im(?:a?g|age)s?\.?\s?(?:/|per) ?s(?:ec(?:ond)?)?|tok(?:en)?s?\s?(?:/"
        r"|per) ?s(?:ec(?:ond)?)?|tps|samples?/s(?:ec)?|qps|req(?:uests)?/s|(?-i:MFU)"),
    ("latency", "down", "ms",
        r"latency|lat\.|runtime|run-?time|rtf|real[- ]time factor|(?:inference|test(?:ing)?|forward"
        r"|decoding|query|search|response|per-image)\s?(?:time|speed \((?:ms|s)\))|ttft|tpot|t\s?\(ms\)"),
    ("time", "down", None,
        r"(?:(?:wall[- ]?clock|gpu|cpu|training|train|total|comp(?:utation(?:al)?|\.)?|elapsed"
        r"|convergence|pre-?training)\s?)?(?:time|hours|days)(?:/\w+)?|gpu[- ]?(?:hours|days|hrs|h)"
        r"|hours|secs?|seconds|ms"),
    ("speed", "up", None, r"(?:inference|training)?\s?speed"),
    ("FLOPs", "down", "FLOPs",
        r"[gmt]?-?flops?(?: ?\([gmt]\))?|[gm]?macs?|madds|mult-?adds|multiply-adds|bflops"
        r"|computation(?:al)? cost|complexity|bops"),
    ("params", "down", "params",
        r"#?\s?\.?(?:(?:activated|active|total|trainable|tunable|model|learnable|act\."
        r"|#)\s)?#?(?:params?|parameters?|param\.|parms?)(?: count| size)?|# ?p|model size"),
    ("memory", "down", None,
        r"(?:model |checkpoint )?size(?= ?\([kmgt]i?b\))|(?:peak |gpu |cpu |kv |vram )?(?:memory"
        r"|mem\.?)(?: usage| footprint| cost)?|vram|gpu ram|storage|kv[- ]?cache(?: size)?|disk"),
    ("energy", "down", None, r"energy(?: consumption)?|power(?: consumption)?|co2(?:eq?)?|carbon"),
    ("cost", "down", None,
        r"(?:training |inference |total |api )?costs?|price|overhead|\\#?\s?evaluations|nfe"
        r"|function evaluations"),
    # ranking and retrieval
    ("NDCG", "up", None, r"n?dcg(?:\s?@\s?\d+)?"),
    ("MRR", "up", None, r"mrr(?:\s?@\s?\d+)?"),
    ("hits@k", "up", None, r"h(?:its?|it rate|r)?\s?@\s?\d+|hit rate|(?-i:HR)"),
    ("recall@k", "up", None,
        r"r(?:ec(?:all)?)?\s?@\s?\d+(?:,?\s?iou.*)?|(?-i:R)[15](?:0)?|rank-?\s?(?:1|5|10)|cmc-?\d+|rsum"),
    ("precision@k", "up", None, r"p(?:rec(?:ision)?)?\s?@\s?\d+"),
    ("MAP", "up", None, r"(?-i:MAP)(?:\s?@\s?\d+)?|mean average precision"),
    # classification
    ("top-1", "up", "%", r"top[- ]?1(?: acc(?:uracy|\.)?)?|acc(?:uracy|\.)?\s?@\s?1|acc-?1"),
    ("top-5", "up", "%", r"top[- ]?5(?: acc(?:uracy|\.)?)?|acc(?:uracy|\.)?\s?@\s?5|acc-?5"),
    ("F1", "up", None,
        r"(?:macro|micro|weighted|token|bbox|avg\.?)?[- ]?f[-_ ]?[1β₁](?:[- ]?(?:scores?|measure|macro"
        r"|micro))?|f[- ]?(?:measure|scores?)|(?-i:mF1)|(?-i:F_?β)"),
    ("AUC", "up", None,
        r"(?:m|w)?au-?(?:roc|prc?|c|pro)(?:-?(?:roc|prc?|pr))?|roc[- ]?auc|pr[- ]?auc|area under.*"
        r"|c-?index|concordance(?: index)?"),
    ("sensitivity", "up", None, r"sensitivity|sens?\.?|(?-i:SE)"),
    ("specificity", "up", None, r"specificity|spec?\.?|(?-i:SP)"),
    ("MCC", "up", None, r"mcc|matthew'?s?(?: corr(?:elation|\.)?)?|kappa|qwk|(?-i:κ)"),
    ("accuracy", "up", "%",
        r"(?:[mob]|test|val(?:idation)?|overall|mean|avg\.?|average|clean|robust|linear|probing"
        r"|zero-shot|cls\.?|node|graph|exact|answer|train(?:ing)?)?[- ]?acc(?:ur(?:acy|acies)|s"
        r"|\.)?(?:[- ]?norm)?|oa|mca|correct(?:ness)?|solve rate"),
    ("exact match", "up", "%", r"(?-i:EM)|exact[- ]match|sub-?em"),
    ("precision", "up", None, r"m?precision|prec\.?|(?-i:P)(?= ?↑)|(?-i:mP)"),
    ("recall", "up", None, r"m?recall|rec\.?|(?-i:R)(?= ?↑)|(?-i:mR)"),
    # segmentation and tracking
    ("mIoU", "up", "%", r"m[- ]?iou(?:\s?\((?:ss|ms)\))?|mean (?:iou|intersection.*)|miou(?:[_ ]?[a-z]+)?"),
    (None, "up", None, r"j\s?&\s?f|(?-i:[JFG])_?m?(?= ?↑)"),
    ("IoU", "up", None,
        r"(?:fw|g|c|o|f|box|mask|boundary)?[- ]?iou|intersection over union|jaccard(?: index)?|(?-i:JI)"
        r"|(?-i:JAC)|jac\.?"),
    ("Dice", "up", None,
        r"(?:mean|avg\.?|m|average)?[- ]?(?:dice|dsc|dsi)(?:[- ]?(?:coefficients?|scores?|coeff?\.?))?"
        r"|(?-i:DC)|(?-i:NSD)|surface dice"),
    ("PQ", "up", None, r"pq"),
    (None, "up", None, r"pq(?:[_^ ]?(?:th|st|†|all))?|panoptic quality|(?-i:SQ)|(?-i:RQ)"),
    (None, "up", None, r"mota|hota|idf1|amota|deta|assa|motp|(?-i:EAO)|(?-i:AO)"),
    (None, "down", None, r"idsw?|id\s?sw(?:itches|\.)?|(?-i:IDs)|(?-i:FP)|(?-i:FN)|ml(?= ?↓)|amotp"),
    ("NDS", "up", None, r"nds"),
    ("PCK", "up", None, r"pckh?(?:\s?@\s?[\d.]+)?|oks|3?dpck"),
    (None, "down", None, r"m?[atsvo]{2,3}e|m(?:ate|ase|aoe|ave|aae)|(?-i:ATE)|(?-i:RPE)"),
    # images, audio and video
    ("PSNR", "up", "dB", r"psnr(?:-?[yb])?"),
    ("SSIM", "up", None, r"ssim"),
    (None, "up", None, r"(?:ms-?)?ssim|(?-i:FSIM)|(?-i:VIF)|musiq|maniqa"),
    (None, "up", "dB", r"(?:si-?)?s[dni]+ri?|stoi|pesq|visqol|dnsmos"),
    ("MOS", "up", None, r"(?:c|s|n|ut)?mos"),
    # language
    ("BLEU", "up", None, r"(?:sacre|self-?|code)?bleu(?:[-_ ]?[1-4])?|b[-@][1-4]|chrf(?:\+\+)?"),
    ("ROUGE", "up", None, r"rouge(?:[-_ ]?(?:1|2|l|lsum|avg))?|(?-i:R)-(?:1|2|l)|(?-i:RG)-[12l]"),
    (None, "up", None, r"meteor|cider(?:-?[dr])?|spice|bert-?score|bleurt|comet(?:-?\d+)?|xcomet|(?-i:MTR)"),
    ("TEDS", "up", None, r"s-?teds?|teds?(?:[- ]?(?:struct?|s))?"),
    ("GriTS", "up", None, r"grits(?:[_ -]?(?:top|con|loc))?|acc(?:_| )?con"),
    ("LAS", "up", None, r"(?-i:U?LAS)|(?-i:UAS)"),
    ("pass@k", "up", "%", r"(?:pass|maj|cons|best|avg|mean)\s?@\s?(?:\d+|k|n)|pass rate"),
    ("win rate", "up", "%",
        r"(?:lc )?win(?:ning)?[- ]?rates?(?: \(.*\))?|wins?|lc(?= |$)|preference|(?-i:WR)"),
    ("Elo", "up", None, r"elo(?: ratings?)?|bradley.terry"),
    ("success rate", "up", "%",
        r"success(?:es|[- ]rates?)?|(?-i:SR)|(?-i:SPL)|completion(?: rate)?|acceptance(?: rate"
        r"| length)?|goal"),
    ("return", "up", None,
        r"(?:episod(?:e|ic) |average |mean |cumulative |normali[sz]ed |human[- ]normali[sz]ed "
        r"|total )?(?:returns?|rewards?)|(?-i:IQM)|(?-i:HNS)"),
    ("correlation", "up", None,
        r"(?:pearson|spearman|kendall)(?:'?s)?(?: (?:corr(?:elation|\.)?|[rρτ]))?|correlation|corr\.?"
        r"|plcc|srcc|krcc|(?-i:PCC)|(?-i:SRCC)|r\s?\^?[2²]|(?-i:ρ)|(?-i:τ)"),
    (None, "up", None, r"(?-i:NMI)|(?-i:ARI)|(?-i:AMI)|purity|silhouette|homogeneity|v-measure"),
    (None, "up", None,
        r"(?:cosine |speaker |structural )?similarity|(?-i:SIM)|dino(?= ?↑)|faithfulness|relevance"
        r"|coherence|fluency|consistency|quality|helpfulness|harmlessness|informativeness|diversity"
        r"|coverage|validity|valid|uniqueness|novelty|novel|robustness|fairness"),
    (None, "up", None, r"(?-i:QED)|(?-i:SA)(?= ?↑)|docking score|binding affinity"),
    ("score", "up", None,
        r"(?:(?:avg\.?|average|overall|final|total|mean|quality|human)\s?)?scores?|ratings?|utility"
        r"|performance|perf\.?"),
    ("average", "up", None, r"^(?:(?:total )?avg\.?|average|mean|overall|macro|micro|all tasks)[^a-z]*$"),
)  # fmt: skip

# Read as test scores, better when higher, unless a word says otherwise.
BENCHMARKS: Final = (
        r"mmlu(?:[- ]?(?:pro|redux|cf))?|c-?eval|cmmlu|gsm-?\s?8k?|math(?:[- ]?(?:500|qa|vista))?|cmath"
        r"|mgsm|aime(?:\s?'?\d+)?|humaneval\+?"
        r"|mbpp\+?|livecodebench|lcb|bbh|big-?bench(?:[- ]hard)?|hellaswag|hellas\.?|winogrande|wino\.?"
        r"|piqa|siqa|obqa|openbookqa|arc(?:[-_ ]?(?:[ce]|easy|challenge|agi))?"
        r"|boolq|copa|(?-i:CB)|rte|wnli|wic|wsc|multirc|record|triviaqa|tqa|naturalquestions"
        r"|natural questions|nq(?:-?open)?|squad(?:\s?v?[12](?:\.[01])?)?|drop|race(?:[-_ ]?[mh]"
        r"|-?(?:middle|high))?"
        r"|agieval|gaokao|gpqa(?:[- ]diamond)?|truthfulqa|csqa|commonsenseqa|sciq|pubmedqa|medqa"
        r"|medmcqa|hotpotqa|musique|qasper|narrativeqa"
        r"|longbench|ruler|needle|niah|repobench(?:-?p)?|frames|simpleqa|chinese simpleqa|if-?eval"
        r"|mt-?bench|alpaca ?eval(?:\s?2(?:\.0)?)?|arena-?hard|swe-?bench(?:[- ](?:verified|lite))?"
        r"|codeforces|aider|crux(?:eval)?(?:-?[io])?|multipl-?e|ds-?1000|spider|bird|eval ?plus"
        r"|mnli(?:[-_ ]?mm?)?|qnli|qqp|sst-?[25]|mrpc|sts-?b|glue|super-?glue|xnli|anli|paws-?x?"
        r"|conll(?:[- ]?\d+)?|imdb|yelp(?:-?\d)?|ag-?news|dbpedia|clue(?:wsc)?|cluewsc|chid|ccpm|cmrc"
        r"|c3"
        r"|vqa(?:\s?v?2)?|vqav2|gqa|vizwiz|textvqa|scienceqa|sqa|okvqa|a-okvqa|pope|mme(?:[- ]?p)?"
        r"|mm-?bench(?:[-_ ]?(?:en|cn|dev))?|mmb|mmmu(?:[- ]pro)?|mm-?vet|seed-?(?:bench)?"
        r"|llava-?w(?:ild)?|docvqa|chartqa|infovqa|ocrbench|ai2d|geneval|dpg-?bench|dpg|mmstar"
        r"|mathvista|nocaps|refcoco[+g]?"
        r"|imagenet(?:[- ]?(?:1k|21k|22k|[arcv]2?|val|real|sketch|v2))?|in-?1k|cifar-?(?:10|100)(?:-c)?"
        r"|mnist|fashion-?mnist|svhn|stl-?10|tiny-?imagenet|caltech-?(?:101|256)?|flowers(?:-?102)?"
        r"|pets|food-?101|cars|aircraft|dtd|sun-?397|eurosat|ucf-?101|hmdb-?51|kinetics(?:-?\d+)?"
        r"|k-?[4-7]00|ssv?2|something-something.*|ntu.*|cub(?:-?200)?|inat.*|resisc-?45|places.*"
        r"|clothing1m|office.*|pacs|vlcs|domainnet|terra.*|market-?1501|duke.*|msmt.*"
        r"|cora|citeseer|pubmed|dblp|ogbn?-?.*|ogb[nlg]-?.*|reddit|proteins|mutag|nci1|dd|enzymes"
        r"|imdb-?[bm]|collab|actor|chameleon|squirrel|texas|wisconsin|cornell|zinc(?!.)|arxiv|products"
        r"|ppi|flickr(?:30k)?|bace|bbbp|tox21|toxcast|sider|clintox|hiv|muv"
        r"|atari|mujoco|hopper.*|walker(?:2d)?.*|half-?cheetah.*|ant(?:-?v\d)?|humanoid|d4rl|antmaze.*"
        r"|kitchen.*|meta-?world|dmc(?:ontrol)?|procgen|libero.*|calvin|breakout|pong|seaquest|qbert"
        r"|crafter"
        r"|coco|lvis|voc(?:\s?(?:20)?(?:07|12))?|pascal.*|ade-?20k|cityscapes|kitti|nuscenes|waymo"
        r"|scannet(?:v2)?|s3dis|sun-?rgbd|nyu.?v2|modelnet-?\d*|shapenet.*|objects365|davis.*"
        r"|youtube-?vos|mot-?1[57]|mot-?20|lasot|got-?10k|otb.*|pubtabnet|fintabnet|pubtables.*|scitsr"
        r"|icdar.*|ctw1500|total-?text|isic.*|synapse|acdc|brats.*|kvasir.*|clinicdb|cvc.*|glas|monuseg"
        r"|btcv|lits|drive|chase.*|refuge"
        r"|librispeech.*|gaokao.*|superb|iemocap|esc-?50|audioset|voxceleb.*|speech commands|en-?de"
        r"|en-?fr|de-?en|fr-?en|en-?ro|en-?zh|zh-?en|wmt\s?'?\d*.*|iwslt.*|flores.*|cnn/?dm|xsum|samsum"
        r"|ms ?marco|beir|mteb|trec.*|amazon.*|movielens.*|ml-?(?:1m|100k|10m|20m)|gowalla|lastfm"
        r"|criteo|avazu"
)  # fmt: skip

# Corpora of language modelling: their column is a perplexity unless a word says otherwise.
TEXT_CORPORA: Final = (
    r"wiki(?:text)?-?\s?(?:2|103)?|wiki\.|ptb|c4|pile|the pile|penn treebank|enwik-?8|text8|lm1b"
    r"|redpajama|slimpajama|openwebtext|owt|lmb\. ppl"
)

# What one sets and not what one measures. Greek letters and single symbols are hyperparameters by custom.
SETTINGS: Final = (
        r"#?\s?(?:train(?:ing)?\s)?epochs?|#?\s?(?:training |train |sampling |diffusion |denoising "
        r"|time)?\s?steps?|iter(?:ation)?s?|batch(?:[- ]?size)?|bs|lr|learning[- ]rates?|weight decay"
        r"|wd|dropout(?: rate)?"
        r"|(?:input |image |img |patch |window |kernel |crop |codebook |vocab(?:ulary)? |hidden "
        r"|embed(?:ding)? |buffer |group |block |chunk |memory bank |queue |beam |batch |step |model "
        r"|data |dataset |training set |test )?size|resolution|res\.?|scales?|image scale"
        r"|depth|width|#?\s?layers?|#?\s?blocks?|#?\s?heads?|#?\s?experts?|#?\s?stages?"
        r"|#?\s?(?:channels?|dims?|dimensions?)|#?\s?(?:shots?|samples?|tokens?|queries|frames?|views?"
        r"|classes|clusters|neighbou?rs|anchors?|points|prompts?|proposals?|groups?|branches|rounds"
        r"|runs|seeds|gpus?|hops)"
        r"|backbone|encoder|decoder|arch(?:itecture|\.)?|network|base model|features?|heads?|neck"
        r"|detector|optimi[sz]er|schedule|sched\.?|scheduler|initiali[sz]ation|init\.?|activation"
        r"|norm(?:ali[sz]ation)?|pre-?train(?:ing|ed)?(?: data)?|(?:training )?data(?:set)?s?|training"
        r"|supervision|modality|inputs?|aug(?:mentation|\.)?s?|year|venue|publication"
        r"|ref(?:erence)?s?\.?|type|setting|strategy|variant|stage|task|split|language|kernel|ratio"
        r"|temperature|threshold|thr\.?|nms thr|margin|weights?|rank|precision bits|bits?|w/a|#?\s?bits"
        r"|quantization|proposals|position|placement|component|choice|loss(?: function)?|method"
        r"|# ?enc-?layers|# ?dec-?layers|enc-?layers|dec-?layers|#?\s?l[a-z]?|context(?: length)?"
        r"|seq(?:uence)?\.?\s?len(?:gth)?|length|shot|k-?shot|n-?shot|# shots?"
)  # fmt: skip
SYMBOLS: Final = (
    r"[α-ωΑ-ΩϵϕϑλΛ∆]\w{0,4}|\|?[A-Za-z]\|?|[a-zA-Z]_[\w{}]{1,6}|d_?(?:model|ff|k|v|h|emb|state)"
    r"|[pP]_?drop|[nNkK]_?\w|\|[A-Z]\|"
)

# Words of questions and the metrics they ask for.
QUESTION_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"small(?:er)? (?:objects?|instances?|targets?|things)|tiny objects?", ("AP_S", "AR_S")),
    (r"medium(?:-sized)? (?:objects?|instances?)", ("AP_M", "AR_M")),
    (r"(?:large|big)(?:r|ger)? (?:objects?|instances?)", ("AP_L", "AR_L")),
    (
        r"speed|fast(?:er|est)?|slow(?:er)?|real[- ]?time|frame ?rate",
        ("FPS", "latency", "throughput", "speed", "time", "speed-up"),
    ),
    (r"latency|inference time|run ?time|delay", ("latency", "time", "FPS")),
    (r"throughput", ("throughput", "FPS")),
    (r"memory|vram|ram\b", ("memory",)),
    (r"model size|parameters?|params?|weights? count", ("params",)),
    (r"compute|flops?|macs?|complexity", ("FLOPs",)),
    (r"energy|power|watts?", ("energy",)),
    (r"training time|converg\w+", ("time",)),
    (r"accura\w+|accurate", ("accuracy", "top-1", "top-5", "exact match")),
    (r"strict(?:er)? iou|localis?z?ation|tight boxes", ("AP75", "IoU")),
    (r"boundar\w+|contours?", ("HD95", "ASSD", "IoU")),
    (r"perplexity|language modell?ing", ("PPL", "bits per dim")),
    (r"calibrat\w+|confiden\w+", ("ECE", "NLL")),
    (r"translat\w+", ("BLEU", "METEOR")),
    (r"summari[sz]\w+", ("ROUGE",)),
    (r"speech recognition|transcri\w+", ("WER", "CER")),
    (r"image quality|realis\w+|generat(?:ed|ion) quality", ("FID", "IS", "PSNR", "SSIM", "LPIPS")),
    (r"overlap|segmentation", ("Dice", "mIoU", "IoU")),
    (r"detection", ("AP", "mAP", "AP50")),
    (r"proposals?", ("AR",)),
    (r"retriev\w+|recommend\w+", ("recall@k", "NDCG", "MRR", "hits@k")),
    (r"robot\w*|polic(?:y|ies)|reinforcement", ("success rate", "return")),
    (r"code generation|coding", ("pass@k",)),
)  # fmt: skip

# Measures that a caption names for columns that only say what was measured on. "Loss" in a caption is more
# often what the paper is about.
NAMED_IN_CAPTIONS: Final = (
    "PPL", "bits per dim", "NLL", "WER", "CER", "EER", "DER", "top-1 error", "error", "accuracy", "top-1",
    "top-5", "F1", "AUC", "mIoU", "IoU", "Dice", "HD95", "ASSD", "FID", "PSNR", "SSIM", "LPIPS", "BLEU",
    "ROUGE", "RMSE", "MSE", "MAE", "MPJPE", "EPE", "ECE", "PQ", "NDCG", "MRR", "exact match", "pass@k",
    "win rate", "success rate", "return", "correlation", "validation loss", "MCC", "MAP", "recall@k", "TEDS",
    "Elo", "precision", "recall", "abs rel", "chamfer distance", "latency", "throughput",
)  # fmt: skip
