"""Names of data sets and of hardware as papers print them, for the places of claims."""

from __future__ import annotations

import re
from typing import Final

# Letter case tells the data set COCO from a word; a name is taken with what belongs to it, such as a year.
_DATA_SETS: Final = (
    r"(?:MS[- ])?COCO(?:[- ]?(?:20)?1[47])?", r"ImageNet(?:[- ]?(?:1[kK]|2[12][kK]|V2|[ARC]))?",
    r"IN[- ]?(?:1[kK]|2[12][kK])", r"CIFAR-?(?:100|10)", r"(?:Fashion-?)?MNIST", r"SVHN", r"STL-?10",
    r"Places-?(?:205|365)", r"iNaturalist(?:[- ]?20\d\d)?", r"CUB-?200(?:-2011)?", r"Food-?101", r"EuroSAT",
    r"(?:PASCAL )?VOC(?: ?(?:20)?(?:07|12))?", r"ADE-?20[kK]", r"Cityscapes", r"LVIS", r"Objects-?365",
    r"Open ?Images(?: ?V\d)?", r"COCO-Stuff", r"VisDrone(?:20\d\d)?", r"DOTA(?:-v\d\.\d)?",
    r"NYU(?:[- ]?(?:Depth ?)?[vV]2|v2)", r"SUN ?RGB-?D", r"KITTI", r"nuScenes", r"Waymo(?: Open)?",
    r"Argoverse ?2?", r"BDD-?100[kK]", r"ScanNet(?:v2|200)?", r"S3DIS", r"ModelNet-?(?:10|40)",
    r"ShapeNet(?:Part)?", r"UCF-?101", r"HMDB-?51", r"Kinetics-?(?:400|600|700)",
    r"Something-Something ?[vV][12]", r"THUMOS[- ]?'?(?:20)?14", r"ActivityNet(?:-?v1\.[23])?",
    r"DAVIS(?:-?20\d\d)?", r"MOT-?(?:16|17|20)", r"LaSOT", r"Market-?1501", r"CelebA(?:-HQ)?", r"FFHQ",
    r"LSUN", r"LAION-?\w+", r"WebVision", r"DomainNet", r"Office-(?:31|Home)", r"PACS", r"Synapse", r"ACDC",
    r"BraTS(?:20\d\d)?", r"ISIC(?: ?20\d\d)?", r"PH2", r"PH²", r"LiTS", r"Kvasir(?:-SEG)?", r"CVC-ClinicDB",
    r"CheXpert", r"MIMIC-CXR", r"ChestX-?ray14", r"Potsdam", r"Vaihingen", r"MVTec(?: AD)?", r"VisA",
    r"PubTabNet", r"FinTabNet", r"PubTables-1M", r"SciTSR", r"TableBank", r"DocLayNet", r"ICDAR[- ]?20\d\d",
    r"CTW1500", r"Total-Text", r"WMT(?:[- ]?'?(?:20)?\d\d)?", r"newstest20\d\d",
    r"IWSLT(?:[- ]?'?(?:20)?\d\d)?", r"WSJ(?: ?23)?", r"Penn Treebank", r"PTB", r"WikiText-?(?:2|103)",
    r"The Pile", r"enwik8", r"LM1B", r"OpenWebText", r"(?:Super)?GLUE", r"SQuAD(?: ?v?[12]\.[01])?",
    r"TriviaQA", r"NaturalQuestions", r"HotpotQA", r"MMLU(?:-(?:Pro|Redux|pro|redux))?", r"HellaSwag",
    r"PIQA", r"WinoGrande", r"ARC-(?:[eE]asy|[cC]hallenge)", r"BBH", r"DROP", r"GSM8[kK]",
    r"MATH(?:-?500)?", r"HumanEval", r"MBPP", r"LiveCodeBench", r"C-?Eval", r"CMMLU", r"GPQA(?:-Diamond)?",
    r"AIME(?: 20\d\d)?", r"LongBench(?: ?[vV]2)?", r"RULER", r"AlpacaEval(?: 2\.0)?", r"Arena-Hard",
    r"MT-Bench", r"IFEval", r"VQAv2", r"GQA", r"TextVQA", r"POPE", r"MMBench", r"MMMU", r"MM-Vet",
    r"SEED-Bench", r"GenEval", r"DPG-Bench", r"Flickr30[kK]", r"RefCOCO[+g]?", r"LibriSpeech", r"AudioSet",
    r"VoxCeleb[12]?", r"ESC-50", r"QM9", r"ZINC", r"Cora", r"CiteSeer", r"PubMed", r"ogb[nlg]-\w+",
    r"MovieLens(?:-\d+[mMkK])?", r"D4RL", r"Atari(?: 100[kK])?", r"MuJoCo", r"LIBERO", r"CALVIN",
)  # fmt: skip
# "on the Foo-Bar data set" names a data set whether r2p knows it or not.
_NAMED: Final = (
    r"(?:on|of|for) (?:the )?(?P<named>[A-Z][\w²-]*(?: [A-Z0-9][\w²-]*){0,2})"
    r" (?:data ?set|benchmark|corpus)(?!\w)"
)
_MAKER: Final = r"(?:(?:NVIDIA|Nvidia) )?"
# A bare A10, L4 or P4 may be a layer or a level as well: those need their maker.
_HARDWARE: Final = (
    rf"{_MAKER}(?:GeForce )?(?:RTX|GTX) ?[A-Z]?\d{{3,4}}(?: ?(?:Ti|SUPER))?", rf"{_MAKER}Quadro \w+ ?\d*",
    rf"{_MAKER}(?:GTX )?T(?:itan|ITAN) ?(?:Xp|X|V|RTX)", rf"{_MAKER}(?:Tesla )?(?:T4|K[248]0|M[46]0)",
    rf"{_MAKER}(?:Tesla )?(?:GB200|B[12]00|GH200|H[12]00|H800|H20|A100|A800|A6000|V100|P100)(?:-\w+)?",
    r"(?:NVIDIA|Nvidia|Tesla) (?:Tesla )?(?:A10G?|A[234]0|L40?S?|P40?)", r"TPU(?:-?v\d[ep]?)?",
    rf"{_MAKER}Jetson(?: (?:AGX|Orin|Xavier|Nano|NX|TX[12]))+", r"(?:AMD )?(?:Instinct )?MI[23]\d\d[AX]?",
    r"(?:Intel )?(?:Xeon|Core i[3579])(?: [\w-]*\d[\w-]*)?", r"(?:AMD )?(?:EPYC|Ryzen)(?: \d)? \d{4}\w*",
    r"Apple M\d(?: (?:Pro|Max|Ultra))?", r"Snapdragon \d+\w*", r"Raspberry Pi \d\w*", r"Edge TPU",
    r"iPhone \d+(?: Pro)?", r"Pixel \d(?: Pro)?",
)  # fmt: skip

DATA_SET: Final = re.compile(rf"(?<![\w-])(?:{'|'.join(_DATA_SETS)})(?!\w)|{_NAMED}")
# One name in front of these stands for more than itself.
SEVERAL_DATA_SETS: Final = re.compile(r"\b(?:data ?sets|benchmarks|corpora)\b", re.IGNORECASE)
HARDWARE: Final = re.compile(rf"(?<![\w-])(?:{'|'.join(_HARDWARE)})(?!\w)")
