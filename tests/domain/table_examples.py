"""Small tables as papers of many fields print them, each with what a reader would say of it.

Invented numbers, captions in our own words; a `|` parts cells, `**` marks bold. `directions` has a letter a
column: u up, d down, a dot where a column is no metric or fair readers would not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.domain.understanding import Kind


@dataclass(frozen=True, slots=True)
class Example:
    """A table and the labels of a reader; `fair` are fair baselines, as body rows from 0; empty for none."""

    name: str
    kind: Kind
    caption: str
    grid: str
    directions: str
    fair: tuple[int, ...] = ()
    section: str = ""
    mentions: tuple[str, ...] = ()
    header_rows: int = 1

    @property
    def table(self) -> Table:
        return make_table(
            self.grid,
            header_rows=self.header_rows,
            caption=self.caption,
            section=self.section,
            mentions=self.mentions,
        )


def make_table(
    grid: str, *, header_rows: int = 1, caption: str = "", section: str = "", mentions: tuple[str, ...] = ()
) -> Table:
    """A table from lines of text; `A <3` spans three columns, `A ^2` two rows."""
    cells: list[Cell] = []
    for row, line in enumerate(grid.strip().splitlines()):
        for column, text in enumerate(line.split("|")):
            words, across, down = _spans(text.strip())
            bold = words.startswith("**")
            if words:
                cells.append(Cell(row, column, words.strip("*") if bold else words, down, across, bold=bold))
    return Table(
        "1", "", caption, 1, None, "pdf", header_rows, tuple(cells), section=section, mentions=mentions
    )


def _spans(text: str) -> tuple[str, int, int]:
    across = down = 1
    words = text.split()
    while len(words) > 1 and words[-1][0] in "<^" and words[-1][1:].isdigit():
        size = int(words[-1][1:])
        across, down = (size, down) if words[-1][0] == "<" else (across, size)
        words.pop()
    return " ".join(words), across, down


EXAMPLES: tuple[Example, ...] = (
    Example(
        "detection: parts removed one by one", "ablation", "Results on COCO val2017.",
        """Model | AP | AP50 | APS | FPS
        Ours | 47.2 | 65.1 | 29.8 | 61
        w/o query selection | 46.1 | 64.0 | 28.1 | 62
        w/o auxiliary loss | 45.3 | 63.2 | 27.9 | 61
        w/o multi-scale | 43.8 | 61.7 | 23.4 | 78""",
        ".uuuu", (0,),
    ),
    Example(
        "detection: a comparison that calls itself ablation-free", "main result",
        "Comparison with state-of-the-art real-time detectors on COCO. No ablated variant is listed.",
        """Method | Backbone | Epochs | AP | Latency (ms)
        Faster R-CNN [33] | R50 | 36 | 40.2 | 38.1
        DETR [5] | R50 | 500 | 42.0 | 35.7
        Deformable DETR [48] | R50 | 50 | 43.8 | 52.6
        Sparse R-CNN [39] | R50 | 36 | 45.0 | 43.2
        Ours | R50 | 36 | **47.2** | 31.0""",
        "...ud", (4,),
    ),
    Example(
        "components by check marks", "ablation",
        "Contribution of each proposed module on the validation set.",
        """Baseline | SPP | PAN | Mish | mAP | Params (M)
        ✓ | | | | 38.0 | 44.1
        ✓ | ✓ | | | 39.2 | 45.0
        ✓ | ✓ | ✓ | | 40.4 | 48.3
        ✓ | ✓ | ✓ | ✓ | 41.1 | 48.3""",
        "....ud", (3, 0),
    ),
    Example(
        "additions piled up", "ablation", "From the plain network to our final recipe.",
        """Step | Top-1 (%) | FLOPs (G)
        ResNet-50 baseline | 76.1 | 4.1
        + longer schedule | 77.4 | 4.1
        + stronger augmentation | 78.8 | 4.1
        + larger kernels | 80.6 | 4.2
        + fewer norms | 81.4 | 4.5""",
        ".ud", (4, 0),
    ),
    Example(
        "sweep over one symbol", "ablation", "Accuracy for several values of the balance weight.",
        """λ | CIFAR-10 | CIFAR-100
        0 | 93.1 | 71.0
        0.1 | 94.0 | 72.3
        0.5 | **94.6** | **73.9**
        1.0 | 94.2 | 73.0
        5.0 | 92.7 | 69.8""",
        ".uu", (2,),
    ),
    Example(
        "sweep whose default is in the text", "ablation", "Number of tokens kept.",
        """k | mIoU | FPS
        16 | 41.0 | 95
        32 | 42.6 | 81
        64 | 43.1 | 60
        128 | 43.3 | 37""",
        ".uu", (2,),
        mentions=("Table 1 shows that accuracy saturates; we use 64 tokens by default.",),
    ),
    Example(
        "hyperparameters as a list", "hyperparameters", "Training settings of all models.",
        """Setting | Value
        Optimizer | AdamW
        Base learning rate | 1e-4
        Weight decay | 0.05
        Batch size | 1024
        Warmup epochs | 20
        Drop path | 0.1""",
        "..",
    ),
    Example(
        "hyperparameters for several tasks", "hyperparameters", "Fine-tuning on GLUE: what we searched over.",
        """Hyperparameter | MNLI | QNLI | SST-2
        Learning rate | 1e-5 | 2e-5 | 1e-5
        Batch size | 32 | 32 | 16
        Max epochs | 10 | 10 | 10
        Warmup ratio | 0.06 | 0.06 | 0.06
        Dropout | 0.1 | 0.1 | 0.1""",
        "....",
    ),
    Example(
        "sizes of a model family", "hyperparameters", "Model configurations.",
        """Model | Layers | Hidden size | Heads | Learning rate | Batch size
        125M | 12 | 768 | 12 | 6e-4 | 0.5M
        350M | 24 | 1024 | 16 | 3e-4 | 0.5M
        1.3B | 24 | 2048 | 24 | 2e-4 | 1M
        6.7B | 32 | 4096 | 32 | 1.2e-4 | 2M""",
        "......",
    ),
    Example(
        "counts of data sets", "data", "Statistics of the data sets.",
        """Data set | # Nodes | # Edges | # Features | # Classes
        Cora | 2,708 | 5,429 | 1,433 | 7
        Citeseer | 3,327 | 4,732 | 3,703 | 6
        Pubmed | 19,717 | 44,338 | 500 | 3""",
        ".....",
    ),
    Example(
        "splits without the word statistics", "data", "The corpora we use.",
        """Corpus | Train | Dev | Test | Language
        LibriSpeech | 281,241 | 5,567 | 5,559 | English
        AISHELL-1 | 120,098 | 14,326 | 7,176 | Mandarin
        TED-LIUM 3 | 268,263 | 507 | 1,155 | English""",
        ".....",
    ),
    Example(
        "pre-training mixture", "data", "Composition of the pre-training mixture.",
        """Source | Tokens (B) | Proportion | Epochs
        Web pages | 887 | 67.0 | 1.1
        Code | 59 | 4.5 | 0.6
        Books | 56 | 4.5 | 2.2
        Wikipedia | 24 | 4.5 | 2.5""",
        "....",
    ),
    Example(
        "notation", "other", "Symbols used in this paper.",
        """Symbol | Meaning
        x | input image
        f | feature extractor
        θ | weights of the extractor
        K | number of classes""",
        "..",
    ),
    Example(
        "features of related systems", "other", "How our library differs from others.",
        """Library | GPU | Distributed | Autograd | Open source
        AlphaLib | ✓ | ✗ | ✓ | ✓
        BetaKit | ✓ | ✓ | ✗ | ✓
        GammaFlow | ✗ | ✗ | ✓ | ✗
        Ours | ✓ | ✓ | ✓ | ✓""",
        ".....",
    ),
    Example(
        "complexity of layers", "other", "Complexity per layer and longest path between two positions.",
        """Layer | Cost per layer | Sequential steps | Path
        Attention | O(n² d) | O(1) | O(1)
        Recurrent | O(n d²) | O(n) | O(n)
        Convolution | O(k n d²) | O(1) | O(log n)""",
        "....",
    ),
    Example(
        "segmentation of organs", "main result", "Quantitative results on the Synapse multi-organ set.",
        """Method | DSC ↑ | HD95 ↓ | Aorta | Gallbladder | Liver
        U-Net [31] | 76.85 | 39.70 | 89.07 | 69.72 | 93.43
        TransUNet [6] | 77.48 | 31.69 | 87.23 | 63.13 | 94.08
        Swin-Unet [4] | 79.13 | 21.55 | 85.47 | 66.53 | 94.29
        Ours | **82.20** | **16.90** | 88.91 | 71.80 | 95.60""",
        ".uduuu", (3,),
    ),
    Example(
        "segmentation: loss terms", "ablation", "Impact of the loss terms on ISIC 2018.",
        """L_seg | L_edge | L_con | Dice (%) | HD (mm)
        ✓ | ✗ | ✗ | 87.1 ± 0.3 | 14.2
        ✓ | ✓ | ✗ | 88.0 ± 0.2 | 12.9
        ✓ | ✗ | ✓ | 88.4 ± 0.4 | 12.1
        ✓ | ✓ | ✓ | 89.6 ± 0.2 | 10.3""",
        "...ud", (3, 0),
    ),
    Example(
        "graphs: node classification", "main result", "Test accuracy on citation graphs, mean of 100 runs.",
        """Method | Cora | Citeseer | Pubmed
        MLP | 55.1 | 46.5 | 71.4
        GCN (Kipf & Welling, 2017) | 81.5 | 70.3 | 79.0
        GAT (Velickovic et al., 2018) | 83.0 | 72.5 | 79.0
        APPNP (Klicpera et al., 2019) | 83.3 | 71.8 | 80.1
        PairNorm-X (ours) | 84.2 | 73.0 | 80.6""",
        ".uuu", (4,),
    ),
    Example(
        "graphs: depth", "ablation", "How depth hurts: accuracy on Cora by number of layers.",
        """Layers | 2 | 4 | 8 | 16
        GCN | 81.1 | 80.4 | 69.5 | 64.9
        GCN w/o residual | 80.9 | 77.2 | 41.0 | 31.2
        Ours | 82.0 | 82.6 | 84.2 | 84.6""",
        ".uuuu", (2,),
        section="5.3 Analysis of depth",
    ),
    Example(
        "reinforcement learning: returns", "main result",
        "Average return over five seeds after one million steps.",
        """Task | SAC | TD3 | PPO | Ours
        HalfCheetah-v4 | 10214 ± 311 | 9637 ± 859 | 1795 ± 830 | 11892 ± 204
        Hopper-v4 | 3121 ± 412 | 3564 ± 114 | 2164 ± 330 | 3602 ± 98
        Walker2d-v4 | 4310 ± 290 | 4682 ± 539 | 3317 ± 201 | 5120 ± 187
        Ant-v4 | 4372 ± 510 | 4372 ± 1000 | 1017 ± 320 | 5630 ± 240""",
        ".....",
    ),
    Example(
        "reinforcement learning: parts of the agent", "ablation",
        "Which parts of the agent matter on the Atari 100k suite.",
        """Variant | Mean HNS | Median HNS
        Full agent | 1.045 | 0.616
        No self-supervision | 0.702 | 0.411
        No augmentation | 0.815 | 0.470
        No priorities | 0.961 | 0.580""",
        ".uu", (0,),
    ),
    Example(
        "speech: recognition", "main result", "Word error rates on LibriSpeech. Lower is better.",
        """Model | LM | test-clean | test-other
        Wav2letter (Collobert et al., 2016) | ✓ | 4.8 | 14.5
        LAS (Park et al., 2019) | ✓ | 2.5 | 5.8
        Transducer (Zhang et al., 2020) | ✓ | 2.0 | 4.6
        This work | ✓ | 1.9 | 4.1""",
        "..dd", (3,),
    ),
    Example(
        "speech: convolution sizes", "ablation",
        "Effect of the kernel size of the convolution module, WER on dev-other.",
        """Kernel size | dev clean | dev other
        3 | 1.88 | 4.41
        7 | 1.88 | 4.30
        17 | 1.87 | 4.31
        32 | 1.83 | 4.30
        65 | 1.89 | 4.47""",
        ".dd", (3,),
    ),
    Example(
        "recommender", "main result", "Performance comparison. The best is bold, the second best underlined.",
        """Model | Recall@20 | NDCG@20 | Recall@50 | NDCG@50
        BPR-MF | 0.0639 | 0.0758 | 0.1120 | 0.0890
        NeuMF | 0.0660 | 0.0719 | 0.1141 | 0.0861
        NGCF | 0.0693 | 0.0810 | 0.1202 | 0.0940
        LightGCN | 0.0799 | 0.0921 | 0.1340 | 0.1070
        SGL-Z (ours) | **0.0861** | **0.1003** | **0.1444** | **0.1160**""",
        ".uuuu", (4,),
    ),
    Example(
        "recommender: variants", "ablation", "Variants of our recommender.",
        """Variant | HR@10 | NDCG@10
        (A) Default | 0.2911 | 0.1673
        (B) Remove PE | 0.2780 | 0.1562
        (C) Unshared item embedding | 0.2653 | 0.1471
        (D) Remove residual connections | 0.2540 | 0.1390
        (E) Remove dropout | 0.2602 | 0.1455""",
        ".uu", (0,),
    ),
    Example(
        "language model: benchmarks as rows", "main result", "Comparison of base models of similar size.",
        """Benchmark | # Shots | Alpha 7B | Beta 7B | Ours 7B
        MMLU (Acc.) | 5 | 45.3 | 60.1 | 63.0
        GSM8K (EM) | 8 | 14.6 | 36.9 | 49.1
        HumanEval (Pass@1) | 0 | 12.8 | 26.2 | 35.4
        HellaSwag (Acc.) | 10 | 75.6 | 81.3 | 80.5
        Pile-test (BPB) | - | 0.73 | 0.70 | 0.66""",
        ".....",
    ),
    Example(
        "language model: an ablation with benchmarks as rows", "ablation",
        "Ablation of the load balancing loss.",
        """Benchmark | Small, with loss | Small, no loss | Large, with loss | Large, no loss
        MMLU | 48.3 | 49.0 | 66.8 | 67.5
        GSM8K | 27.1 | 29.6 | 70.0 | 74.5
        HumanEval | 22.0 | 22.6 | 40.2 | 46.3
        BBH | 37.3 | 39.3 | 66.7 | 67.9""",
        ".....",
    ),
    Example(
        "language model: perplexity", "ablation",
        "Perplexity of 1.3B models with different position encodings.",
        """Position encoding | WikiText | C4 | PTB
        Sinusoidal | 14.2 | 17.1 | 22.8
        Learned | 14.4 | 17.0 | 23.0
        ALiBi | 13.5 | 16.3 | 21.9
        RoPE (default) | 13.1 | 16.0 | 21.2""",
        ".ddd", (3,),
    ),
    Example(
        "quantization", "main result", "Zero-shot accuracy and WikiText2 perplexity of quantized models.",
        """Method | Bits | PPL ↓ | PIQA | ARC-e | ARC-c | Avg.
        FP16 | 16 | 5.47 | 79.1 | 74.6 | 46.3 | 66.7
        RTN | 4 | 6.11 | 77.0 | 71.2 | 43.1 | 63.8
        GPTQ (Frantar et al., 2023) | 4 | 5.83 | 77.9 | 72.0 | 43.9 | 64.6
        AWQ (Lin et al., 2024) | 4 | 5.78 | 78.2 | 72.9 | 44.5 | 65.2
        Ours | 4 | 5.62 | 78.7 | 73.8 | 45.6 | 66.0""",
        "..duuuu", (4,),
    ),
    Example(
        "image generation", "main result", "Class-conditional ImageNet 256×256.",
        """Model | FID↓ | IS↑ | Precision↑ | Recall↑
        ADM-G | 4.59 | 186.7 | 0.82 | 0.52
        LDM-4 | 3.60 | 247.7 | 0.87 | 0.48
        DiT-XL/2 | 2.27 | 278.2 | 0.83 | 0.57
        Ours-XL | 1.98 | 290.1 | 0.82 | 0.60""",
        ".duuu", (3,),
    ),
    Example(
        "image generation: design", "ablation",
        "Design space of the conditioning block, FID-50K after 400K steps.",
        """Block | FID
        In-context | 35.2
        Cross-attention | 26.1
        adaLN | 25.2
        adaLN-Zero | **19.5**""",
        ".d", (3,),
    ),
    Example(
        "super-resolution", "main result", "PSNR/SSIM on standard sets, scale 4.",
        """Method | Set5 / PSNR | Set5 / SSIM | Urban100 / PSNR | Urban100 / SSIM
        EDSR [22] | 32.46 | 0.8968 | 26.64 | 0.8033
        RCAN [47] | 32.63 | 0.9002 | 26.82 | 0.8087
        SwinIR [21] | 32.92 | 0.9044 | 27.45 | 0.8254
        Ours | 33.04 | 0.9056 | 27.97 | 0.8368""",
        ".uuuu", (3,),
    ),
    Example(
        "depth estimation", "main result", "Monocular depth on KITTI (Eigen split).",
        """Method | Abs Rel | Sq Rel | RMSE | RMSE log | δ<1.25 | δ<1.25² | δ<1.25³
        Monodepth2 [12] | 0.115 | 0.903 | 4.863 | 0.193 | 0.877 | 0.959 | 0.981
        PackNet [14] | 0.111 | 0.785 | 4.601 | 0.189 | 0.878 | 0.960 | 0.982
        HR-Depth [27] | 0.109 | 0.792 | 4.632 | 0.185 | 0.884 | 0.962 | 0.983
        Ours | 0.101 | 0.720 | 4.455 | 0.178 | 0.899 | 0.966 | 0.984""",
        ".dddduuu", (3,),
    ),
    Example(
        "translation: sizes of a beam", "ablation", "BLEU by size of the beam and length penalty.",
        """Beam | α | newstest2013 | newstest2014
        1 | 0.6 | 24.9 | 26.4
        4 | 0.6 | 25.8 | 27.3
        10 | 0.6 | 25.8 | 27.2
        4 | 1.0 | 25.6 | 27.1""",
        "..uu", (1,),
    ),
    Example(
        "summaries", "main result", "CNN/DailyMail.",
        """Model | R-1 | R-2 | R-L
        Lead-3 | 40.42 | 17.62 | 36.67
        PTGEN+COV (See et al., 2017) | 39.53 | 17.28 | 36.38
        BERTSUM (Liu and Lapata, 2019) | 42.13 | 19.60 | 39.18
        Ours | 44.16 | 21.28 | 40.90""",
        ".uuu", (3,),
    ),
    Example(
        "summaries: corruption of inputs", "ablation", "Comparison of pre-training objectives.",
        """Objective | SQuAD 1.1 F1 | MNLI Acc | XSum PPL
        Token masking | 90.4 | 84.1 | 7.05
        Token deletion | 90.4 | 84.1 | 6.90
        Text infilling | 90.8 | 84.0 | 6.61
        Sentence shuffling | 85.4 | 81.5 | 10.93
        Text infilling + sentence shuffling | 90.8 | 83.8 | 6.62""",
        ".uud", (2, 4),
        section="Ablations",
    ),
    Example(
        "self-supervision: projection heads in a part", "ablation", "(b) projector depth",
        """depth | linear | fine-tune
        1 | 64.2 | 82.9
        2 | 66.8 | 83.3
        4 | 67.5 | 83.5
        8 | 67.6 | 83.4""",
        ".uu", (2, 3),
        mentions=("Table 1 ablates the main properties of our design.",),
    ),
    Example(
        "point clouds", "main result", "Shape classification on ModelNet40.",
        """Method | Input | #Points | mAcc | OA
        PointNet [26] | xyz | 1k | 86.0 | 89.2
        PointNet++ [27] | xyz, normal | 5k | - | 91.9
        DGCNN [42] | xyz | 1k | 90.2 | 92.2
        Ours | xyz | 1k | 91.0 | 93.6""",
        "...uu", (3,),
    ),
    Example(
        "tracking", "main result", "MOT17 test set, private detections.",
        """Tracker | MOTA↑ | IDF1↑ | HOTA↑ | FP↓ | FN↓ | IDs↓ | FPS↑
        FairMOT [47] | 73.7 | 72.3 | 59.3 | 27507 | 117477 | 3303 | 25.9
        TransTrack [34] | 75.2 | 63.5 | 54.1 | 50157 | 86442 | 3603 | 10.0
        ByteSort [45] | 80.3 | 77.3 | 63.1 | 25491 | 83721 | 2196 | 29.6
        Ours | 80.9 | 79.0 | 64.4 | 24110 | 82390 | 1490 | 28.2""",
        ".uuudddu", (3,),
    ),
    Example(
        "tracking: association steps", "ablation",
        "Association step by step on the MOT17 half validation set.",
        """First | Second | Camera motion | MOTA | IDF1 | IDs
        IoU | - | | 74.6 | 76.9 | 291
        IoU | IoU | | 76.6 | 79.3 | 159
        IoU | ReID | | 76.3 | 80.5 | 216
        IoU | IoU | ✓ | 77.0 | 80.9 | 145""",
        "...uud", (3,),
    ),
    Example(
        "question answering by language models", "main result", "Exact match on open-domain questions.",
        """Model | NQ | TriviaQA | WebQ
        BM25+BERT (Lee et al., 2019) | 26.5 | 47.1 | 17.7
        ORQA (Lee et al., 2019) | 33.3 | 45.0 | 36.4
        REALM (Guu et al., 2020) | 40.4 | - | 40.7
        Ours | 44.5 | 56.1 | 45.5""",
        ".uuu", (3,),
    ),
    Example(
        "two backbones, each with its own base", "ablation", "Our module on two backbones, AP on COCO val.",
        """Backbone | Setting | AP | AP75
        ResNet-50 ^3 | baseline | 37.4 | 40.3
        | + module | 38.6 | 41.9
        | + module + loss | 39.3 | 42.8
        ResNet-101 ^3 | baseline | 39.4 | 43.1
        | + module | 40.5 | 44.2
        | + module + loss | 41.1 | 45.0""",
        "..uu", (2, 0, 3, 5),
    ),
    Example(
        "a comparison called analysis", "main result",
        "Analysis of results: our detector and published ones on test-dev.",
        """Method | Venue | AP | AP50
        ATSS [46] | CVPR 2020 | 43.6 | 62.1
        GFL [19] | NeurIPS 2020 | 45.0 | 63.7
        TOOD [10] | ICCV 2021 | 46.7 | 64.6
        Ours | - | 48.1 | 66.0""",
        "..uu", (3,),
    ),
    Example(
        "only the rows tell", "ablation", "Few-shot accuracy on miniImageNet.",
        """Method | 1-shot | 5-shot
        ProtoNet | 49.4 | 68.2
        ProtoNet + pre-training | 58.1 | 75.0
        ProtoNet + meta-training | 56.3 | 74.4
        ProtoNet + pre-training + meta-training | 61.9 | 79.2""",
        ".uu", (3, 0),
    ),
    Example(
        "cost of training", "other", "Cost of the training runs in GPU hours.",
        """Stage | GPU hours | USD
        Pre-training | 2,664K | 5.328M
        Context extension | 119K | 0.238M
        Post-training | 5K | 0.010M
        Total | 2,788K | 5.576M""",
        "...",
    ),
    Example(
        "time series", "main result", "Forecasting errors for several horizons (lower is better).",
        """Model | ETTh1 / 96 | ETTh1 / 192 | Weather / 96 | Weather / 192
        Informer (Zhou et al., 2021) | 0.865 | 1.008 | 0.300 | 0.598
        Autoformer (Wu et al., 2021) | 0.449 | 0.500 | 0.266 | 0.307
        DLinear (Zeng et al., 2023) | 0.386 | 0.437 | 0.196 | 0.237
        Ours | 0.370 | 0.413 | 0.149 | 0.194""",
        ".dddd", (3,),
    ),
    Example(
        "molecules", "ablation", "Role of pre-training tasks: ROC-AUC on molecule properties.",
        """Pre-training | BBBP | Tox21 | SIDER | Average
        None | 65.8 | 74.0 | 57.3 | 65.7
        Attribute masking | 64.3 | 76.7 | 61.0 | 67.3
        Context prediction | 68.0 | 75.7 | 60.9 | 68.2
        Both (ours) | 70.1 | 77.2 | 62.4 | 69.9""",
        ".uuuu", (3,),
    ),
    Example(
        "robots", "main result", "Success rates on real-robot tasks over 20 trials.",
        """Policy | Pick | Stack | Pour | Average
        BC | 35 | 10 | 5 | 16.7
        IBC | 40 | 15 | 15 | 23.3
        Diffusion | 85 | 70 | 65 | 73.3
        Ours | 95 | 80 | 80 | 85.0""",
        ".uuuu", (3,),
    ),
    Example(
        "uncertainty", "main result", "CIFAR-10 with ten per cent of the labels.",
        """Method | Acc. ↑ | NLL ↓ | ECE ↓ | AUROC ↑
        Single model | 92.4 | 0.31 | 4.1 | 90.2
        MC dropout | 92.9 | 0.27 | 2.9 | 91.0
        Deep ensemble | 94.1 | 0.21 | 1.8 | 93.4
        Ours | 93.9 | 0.20 | 1.2 | 93.8""",
        ".uddu", (3,),
    ),
    Example(
        "survey of prompts", "other", "Prompts for each task.",
        """Task | Prompt
        Captioning | Describe the picture in one sentence.
        Counting | How many objects of the kind are there?
        Reasoning | Think step by step and state the answer.""",
        "..",
    ),
    Example(
        "architecture by layers", "hyperparameters", "Architecture of the generator.",
        """Layer | Kernel size | Stride | Channels | Activation
        Conv1 | 7×7 | 1 | 64 | ReLU
        Conv2 | 3×3 | 2 | 128 | ReLU
        Res1-9 | 3×3 | 1 | 256 | ReLU
        Conv3 | 7×7 | 1 | 3 | Tanh""",
        ".....",
    ),
    Example(
        "distillation: teachers and temperature", "ablation", "Choice of teacher and temperature.",
        """Teacher | T | Student acc.
        ResNet-110 | 1 | 72.1
        ResNet-110 | 4 | 73.9
        ResNet-56 | 1 | 71.8
        ResNet-56 | 4 | 73.3""",
        "..u", (1,),
    ),
    Example(
        "speed of kernels", "other", "Run-time of kernels by sequence length, in ms.",
        """Kernel | 1k | 4k | 16k
        Standard | 0.8 | 9.1 | 140.2
        Tiled | 0.4 | 3.2 | 47.0
        Tiled, fused | 0.3 | 2.1 | 30.8""",
        ".ddd",
    ),
    Example(
        "annotators", "data", "Who annotated what.",
        """Split | # Images | # Annotators | # Boxes | Avg. boxes per image
        Train | 12,400 | 31 | 180,233 | 14.5
        Val | 1,550 | 12 | 22,100 | 14.3
        Test | 1,550 | 12 | 21,870 | 14.1""",
        ".....",
    ),
    Example(
        "masked autoencoders: parts with several settings", "ablation",
        "Decoder depth, mask ratio and reconstruction target.",
        """case | ft | lin
        1 block, 75% | 84.8 | 65.5
        8 blocks, 75% | 84.9 | 73.5
        8 blocks, 50% | 84.5 | 70.1
        12 blocks, 75% | 84.4 | 73.3""",
        ".uu", (1,), mentions=("We ablate our design using the default settings in Table 1.",),
    ),
    Example(
        "contrastive learning: augmentations left out", "ablation",
        "Top-1 accuracy under linear evaluation when augmentations are removed.",
        """Augmentation | BYOL-like | SimCLR-like
        Baseline | 72.5 | 67.9
        Remove grayscale | 70.3 | 61.9
        Remove color | 63.4 | 45.7
        Crop + blur only | 61.1 | 41.7
        Crop only | 59.4 | 40.3""",
        ".uu", (0,),
    ),
    Example(
        "low-rank adaptation: rank", "ablation",
        "Validation accuracy by rank and by the weights that are adapted.",
        """Weights | Dataset | r = 1 | r = 4 | r = 64
        W_q | WikiSQL | 68.8 | 70.5 | 70.4
        W_q, W_v | WikiSQL | 73.4 | 73.7 | 73.5
        W_q, W_k, W_v, W_o | WikiSQL | 74.1 | 74.0 | 73.9""",
        "..uuu", (2,),
    ),
    Example(
        "fine-tuning results with parameters", "main result",
        "GPT-style models with different adaptation methods on E2E NLG.",
        """Method | # Trainable parameters | BLEU | NIST | METEOR | ROUGE-L | CIDEr
        Fine-tuning* | 354.92M | 68.2 | 8.62 | 46.2 | 71.0 | 2.47
        Adapter (Lin et al., 2020)* | 11.09M | 68.9 | 8.71 | 46.1 | 71.3 | 2.47
        Prefix (Li & Liang, 2021)* | 0.35M | 69.7 | 8.81 | 46.1 | 71.4 | 2.49
        Ours | 0.35M | 70.4 | 8.85 | 46.8 | 71.8 | 2.53""",
        ".du.uuu", (3,),
    ),
    Example(
        "instruction tuning sources", "data", "What the instruction data are made of.",
        """Source | # Instances | Avg. length | Licence
        Flan | 100,000 | 355.7 | Apache
        Dolly | 15,011 | 202.3 | CC BY-SA
        ShareGPT | 90,000 | 1,102.0 | -
        Self-written | 1,030 | 640.1 | CC BY""",
        "....",
    ),
    Example(
        "hyperparameters of an agent", "hyperparameters",
        "Values we use in all experiments with continuous control.",
        """Parameter | Value
        optimizer | Adam
        learning rate | 3·10^-4
        discount (γ) | 0.99
        replay buffer size | 10^6
        number of hidden layers | 2
        entropy target | -dim(A)
        target smoothing coefficient (τ) | 0.005""",
        "..",
    ),
    Example(
        "medical: centres", "data", "Patients per centre.",
        """Centre | Patients | Scans | Slices | Scanner
        A | 120 | 240 | 18,204 | Siemens
        B | 87 | 174 | 13,310 | GE
        C | 43 | 43 | 3,180 | Philips""",
        ".....",
    ),
    Example(
        "medical: input modalities", "ablation", "Dice with missing input sequences on BraTS.",
        """FLAIR | T1 | T1ce | T2 | WT | TC | ET
        ✓ | | | | 82.1 | 60.4 | 40.2
        | | ✓ | | 70.3 | 77.0 | 70.1
        ✓ | | ✓ | | 86.9 | 81.3 | 73.9
        ✓ | ✓ | ✓ | ✓ | 88.0 | 83.1 | 75.2""",
        "....uuu", (3,),
    ),
    Example(
        "medical: rival methods with deviations", "main result",
        "Segmentation on two sets (mean ± std over five folds).",
        """Methods | ACDC DSC | ACDC HD95 | Kvasir DSC
        nnU-Net | 91.6 ± 0.4 | 4.1 ± 1.0 | 88.9 ± 0.6
        UNETR | 88.6 ± 0.7 | 7.9 ± 1.4 | 85.2 ± 0.9
        MedNeXt | 91.9 ± 0.3 | 3.9 ± 0.8 | 89.7 ± 0.5
        Proposed | 92.6 ± 0.3 | 3.1 ± 0.6 | 91.2 ± 0.4""",
        ".udu", (3,),
    ),
    Example(
        "3D detection on classes", "main result", "KITTI test server, car.",
        """Method | Modality | Easy | Mod. | Hard | Runtime (s)
        PointPillars [17] | L | 82.58 | 74.31 | 68.99 | 0.016
        SECOND [45] | L | 83.34 | 72.55 | 65.82 | 0.04
        PV-RCNN [33] | L | 90.25 | 81.43 | 76.82 | 0.08
        Ours | L | 91.02 | 82.28 | 77.30 | 0.05""",
        "..uuud", (3,),
    ),
    Example(
        "vision-language: number of queries", "ablation", "Results on VQAv2 and OK-VQA.",
        """# queries | VQAv2 | OK-VQA | GQA
        8 | 60.1 | 35.2 | 40.0
        32 | 63.0 | 39.4 | 42.3
        64 | 62.8 | 39.9 | 42.1""",
        ".uuu", (1,),
    ),
    Example(
        "mixture of experts: variants", "ablation",
        "Does sharing experts help? Validation loss after 100B tokens.",
        """Variant | Shared | Routed | Val. loss | MMLU
        Dense | - | - | 2.06 | 31.2
        Routed only | 0 | 63 | 1.87 | 38.1
        Shared + routed | 1 | 63 | 1.82 | 40.9
        Two shared + routed | 2 | 62 | 1.83 | 40.4""",
        "...du", (2,),
    ),
    Example(
        "optimisers compared", "main result",
        "Our optimiser against others on language modelling (validation loss).",
        """Optimizer | 60M | 130M | 350M
        AdamW | 3.52 | 3.21 | 2.95
        Lion | 3.55 | 3.20 | 2.94
        Sophia | 3.50 | 3.18 | 2.92
        Ours | 3.44 | 3.12 | 2.85""",
        ".ddd", (3,),
    ),
    Example(
        "human ratings", "main result", "Human preference: share of wins against each rival.",
        """Against | Win | Tie | Lose
        Alpha | 61.2 | 20.1 | 18.7
        Beta | 55.0 | 24.6 | 20.4
        Gamma | 48.3 | 30.0 | 21.7""",
        ".u..", (0, 1, 2),
    ),
    Example(
        "examples of outputs", "other", "Answers of the model to unusual questions.",
        """Question | Answer | Correct
        How many legs has a spider? | Eight | ✓
        Who painted the night watch? | Vermeer | ✗
        Is glass a liquid? | No | ✓""",
        "...",
    ),
    Example(
        "correlations of metrics", "other",
        "Pearson correlation between automatic metrics and human ratings.",
        """Metric | Fluency | Adequacy
        BLEU | 0.31 | 0.40
        METEOR | 0.36 | 0.47
        BERTScore | 0.52 | 0.60""",
        "...",
    ),
    Example(
        "neural radiance fields", "main result", "Novel views on eight synthetic scenes.",
        """ | PSNR↑ | SSIM↑ | LPIPS↓ | Train time
        NeRF [25] | 31.01 | 0.947 | 0.081 | 36 h
        Plenoxels [10] | 31.71 | 0.958 | 0.049 | 11 min
        Instant-NGP [27] | 33.18 | 0.963 | 0.045 | 5 min
        Ours | 33.40 | 0.968 | 0.031 | 8 min""",
        ".uud.", (3,),
    ),
    Example(
        "neural radiance fields: what was changed", "ablation", "What each choice brings.",
        """ | PSNR↑ | SSIM↑ | LPIPS↓
        A) No positional encoding | 28.77 | 0.924 | 0.108
        B) No view dependence | 27.66 | 0.925 | 0.117
        C) No hierarchy | 30.06 | 0.938 | 0.109
        D) Fewer frequencies | 30.81 | 0.946 | 0.083
        E) Complete model | 31.01 | 0.947 | 0.081""",
        ".uud", (4,),
    ),
    Example(
        "training recipes", "hyperparameters", "Recipes for ImageNet of each model size.",
        """config | Tiny | Small | Base
        optimizer | AdamW | AdamW | AdamW
        base learning rate | 4e-3 | 4e-3 | 4e-3
        batch size | 4096 | 4096 | 4096
        stochastic depth | 0.1 | 0.4 | 0.5
        label smoothing | 0.1 | 0.1 | 0.1
        EMA | 0.9999 | 0.9999 | 0.9999""",
        "....",
    ),
    Example(
        "scaling of data", "ablation", "Accuracy with 10 %, 50 % and all of the training data.",
        """Share of data | Clean | Noisy
        10% | 71.2 | 60.3
        50% | 80.5 | 72.9
        100% | 84.1 | 77.7""",
        ".uu", (2,),
    ),
)  # fmt: skip
