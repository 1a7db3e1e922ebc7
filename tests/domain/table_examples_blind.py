"""More small tables, written before the rules that now read them; they guard against rules made for a list.

Invented numbers, captions in our own words, the style of `table_examples`.
"""

from __future__ import annotations

from tests.domain.table_examples import Example

BLIND_EXAMPLES: tuple[Example, ...] = (
    Example(
        "pooling operators compared", "ablation", "Comparison of pooling operators on our network.",
        """Pooling | Top-1 | Top-5
        Max | 74.1 | 91.8
        Average | 74.6 | 92.0
        GeM | 75.0 | 92.3
        Attention | **75.9** | **92.9**""",
        ".uu", (3,),
        section="4.4 Design choices",
    ),
    Example(
        "results of own variants on a benchmark", "ablation",
        "Results of StageNet on Cityscapes val with different decoders.",
        """Model | mIoU | Params (M)
        StageNet-FCN | 74.0 | 31.2
        StageNet-ASPP | 76.9 | 39.8
        StageNet-UPer | 77.8 | 58.1""",
        ".u.", (2,),
    ),
    Example(
        "initialisation from weights", "ablation", "Accuracy when starting from other weights.",
        """Initialization | DTD | EuroSAT | Pets
        Random | 41.2 | 88.0 | 50.3
        ImageNet supervised | 68.4 | 96.1 | 91.2
        MoCo | 70.0 | 97.0 | 89.9
        MAE | 71.8 | 97.4 | 92.0""",
        ".uuu", (3,),
        mentions=("In Table 1 we investigate how the initial weights influence transfer.",),
    ),
    Example(
        "masking ratios", "ablation", "Masking ratio. A high ratio works for both ways of testing.",
        """ratio | linear probing | fine-tuning
        25% | 61.0 | 83.0
        50% | 67.8 | 83.7
        75% | 73.5 | 84.9
        90% | 66.1 | 83.6""",
        ".uu", (2,),
    ),
    Example(
        "rewards switched off", "ablation",
        "Success rates on manipulation tasks without parts of the reward.",
        """Reward | Reach | Push | Stack
        Complete reward | 98.0 | 91.0 | 72.5
        No contact term | 97.5 | 84.0 | 51.0
        No distance term | 71.0 | 60.5 | 20.0
        Sparse only | 54.0 | 22.0 | 3.5""",
        ".uuu", (0,),
    ),
    Example(
        "optimizers on one network", "ablation",
        "Test error of a ResNet-50 trained by several optimizers. Each is tuned.",
        """Optimizer | Top-1 error (%) | Time per epoch (min)
        SGD | 23.9 | 11.2
        Adam | 25.1 | 11.9
        AdamW | 23.7 | 11.9
        LAMB | 23.4 | 12.3""",
        ".dd", (3,),
        section="5.2 Influence of the optimizer",
    ),
    Example(
        "cumulative recipe of a language model", "ablation",
        "How we got from the plain recipe to the last one.",
        """Recipe | Loss | MMLU
        Plain transformer | 2.412 | 31.0
        + SwiGLU | 2.391 | 32.2
        + RoPE | 2.377 | 33.1
        + QK norm | 2.370 | 33.4
        + z-loss | 2.369 | 33.5""",
        ".du", (4, 0),
    ),
    Example(
        "full row first, additions apart", "ablation", "What other features would add to the final system.",
        """System | WER
        Full system | 5.1
        + speed perturbation | 5.0
        + bigger LM | 4.7
        + speaker vectors | 5.2""",
        ".d", (0,),
    ),
    Example(
        "loss terms as sums", "ablation", "Objective functions on the validation fold.",
        """Objective | Dice | ASSD (mm)
        CE | 81.0 | 2.31
        CE + Dice | 83.2 | 1.95
        CE + Dice + Boundary | 84.5 | 1.40""",
        ".ud", (2, 0),
    ),
    Example(
        "backbones below one method", "ablation", "Our method with other feature extractors.",
        """Backbone | Rank-1 | mAP
        ResNet-50 | 94.1 | 85.7
        ResNet-101 | 94.8 | 87.0
        OSNet | 94.3 | 84.9
        ViT-B | 95.5 | 89.1""",
        ".uu", (3,),
    ),
    Example(
        "temperature and queue", "ablation",
        "Top-1 of linear probing over two settings of the contrastive loss.",
        """τ | Queue | Top-1
        0.05 | 16384 | 63.1
        0.07 | 65536 | 66.0
        0.2 | 65536 | 67.3
        0.5 | 65536 | 60.2""",
        "..u", (2,),
    ),
    Example(
        "transposed sweep", "ablation", "Influence of the number of experts on held-out loss.",
        """Experts | 8 | 16 | 32 | 64
        Loss | 2.31 | 2.25 | 2.21 | 2.20
        MMLU | 38.1 | 40.2 | 41.0 | 41.3""",
        ".....",
        section="4.3 Ablation Studies",
    ),
    Example(
        "amount of data", "ablation", "Accuracy by the share of labels used for training.",
        """Labels | Ours w/o consistency | Ours
        1% | 40.3 | 52.9
        10% | 66.1 | 71.0
        100% | 76.9 | 77.5""",
        ".uu", (),
        mentions=("Table 1 studies how much consistency helps when labels are few.",),
    ),
    Example(
        "graph encoders", "ablation", "ROC-AUC of our pre-training with several graph encoders.",
        """Encoder | BBBP | Tox21 | SIDER
        GCN | 68.2 | 74.0 | 60.1
        GraphSAGE | 67.0 | 74.3 | 59.7
        GAT | 66.1 | 72.8 | 58.0
        GIN | 70.3 | 75.9 | 62.8""",
        ".uuu", (3,),
        section="Appendix C Additional ablations",
    ),
    Example(
        "attention heads pruned", "ablation", "BLEU after pruning heads.",
        """Model | Heads | BLEU | Δ
        Baseline | 48 | 27.4 | -
        Prune encoder self | 24 | 27.1 | -0.3
        Prune decoder self | 24 | 26.8 | -0.6
        Prune cross | 24 | 24.0 | -3.4""",
        "..u.", (0,),
        section="5 Analysis",
    ),
    Example(
        "agents with tools removed", "ablation", "Contribution of tools to the agent on GAIA-like tasks.",
        """Configuration | Level 1 | Level 2 | Avg.
        All tools | 62.3 | 48.8 | 53.1
        − browser | 40.1 | 25.3 | 30.9
        − code | 55.0 | 37.2 | 43.0
        − memory | 60.4 | 45.9 | 50.6""",
        ".uuu", (0,),
    ),
    Example(
        "comparison to a baseline under one change", "ablation",
        "Comparison between batch norm and our norm with everything else equal.",
        """Normalization | Batch 32 | Batch 8 | Batch 2
        BN | 76.4 | 75.1 | 65.3
        Ours | 76.2 | 76.1 | 75.9""",
        ".uuu", (1,),
        mentions=("To validate the norm alone, we replace only this layer and keep the rest (Table 1).",),
    ),
    Example(
        "prompt formats", "ablation", "Sensitivity to the wording of prompts (accuracy, GPT-style 7B).",
        """Prompt | BoolQ | RTE | CB
        Question first | 71.2 | 60.0 | 58.9
        Passage first | 73.5 | 62.4 | 62.5
        With instruction | 75.0 | 66.1 | 67.9""",
        ".uuu", (2,),
    ),
    Example(
        "uncited detectors by name", "main result", "Results on the test split of aerial images.",
        """Method | AP | AP50 | AP75
        RetinaNet | 41.2 | 66.0 | 43.9
        FCOS | 42.8 | 67.1 | 45.2
        Cascade R-CNN | 45.0 | 68.9 | 48.7
        DINO | 47.1 | 70.0 | 50.6
        AeroDet (ours) | 49.3 | 72.4 | 53.0""",
        ".uuu", (4,),
    ),
    Example(
        "pose methods with years", "main result", "Human3.6M, protocol 1 and 2.",
        """Method | Year | MPJPE | PA-MPJPE
        VideoPose3D | 2019 | 46.8 | 36.5
        PoseFormer | 2021 | 44.3 | 34.6
        MixSTE | 2022 | 40.9 | 32.6
        MotionMix | 2024 | 38.4 | 31.0""",
        "..dd", (3,),
    ),
    Example(
        "tabular learning over data sets", "main result",
        "RMSE on regression tasks, mean and deviation of 10 seeds.",
        """Dataset | XGBoost | CatBoost | MLP | FT-T | Ours
        House | 3.21 ± 0.02 | 3.15 ± 0.01 | 3.40 ± 0.05 | 3.18 ± 0.02 | 3.11 ± 0.02
        Year | 8.99 ± 0.01 | 8.94 ± 0.01 | 8.95 ± 0.02 | 8.90 ± 0.03 | 8.85 ± 0.01
        Wine | 0.62 ± 0.00 | 0.61 ± 0.00 | 0.65 ± 0.01 | 0.63 ± 0.01 | 0.61 ± 0.00""",
        "......",
    ),
    Example(
        "instruction tuned models", "main result", "Performance of chat models on knowledge and code.",
        """Model | Size | MMLU | GSM8K | HumanEval
        Llama-2-chat | 13B | 54.6 | 36.9 | 18.9
        Qwen1.5-chat | 14B | 68.0 | 70.1 | 37.8
        Mistral-instruct | 7B | 60.1 | 52.2 | 40.2
        Lumen-chat | 9B | 69.4 | 76.5 | 51.8""",
        "..uuu", (3,),
        mentions=("Table 1 shows that Lumen-chat outperforms open models of its size.",),
    ),
    Example(
        "time series forecasting", "main result", "Multivariate forecasting, average over four horizons.",
        """Models | Ours <2 | | PatchTST <2 | | DLinear <2
        Metric | MSE | MAE | MSE | MAE | MSE | MAE
        ETTh1 | 0.418 | 0.427 | 0.469 | 0.454 | 0.456 | 0.452
        Weather | 0.241 | 0.269 | 0.259 | 0.281 | 0.265 | 0.317
        Traffic | 0.421 | 0.280 | 0.481 | 0.304 | 0.625 | 0.383""",
        ".dddddd",
        header_rows=2,
    ),
    Example(
        "anomaly detection with a supervised bound", "main result", "Image-level AUROC per category.",
        """Category | PaDiM [9] | PatchCore [30] | RD4AD [10] | Ours
        Bottle | 99.8 | 100 | 100 | 100
        Cable | 92.7 | 99.5 | 95.0 | 98.9
        Screw | 85.8 | 98.1 | 98.9 | 99.2
        Mean | 95.8 | 99.1 | 98.5 | 99.4""",
        ".uuuu",
    ),
    Example(
        "offline reinforcement learning", "main result", "Normalized scores on locomotion tasks.",
        """Environment | BC | CQL | IQL | TD3+BC | Ours
        halfcheetah-medium | 42.6 | 44.0 | 47.4 | 48.3 | 51.0
        hopper-medium | 52.9 | 58.5 | 66.3 | 59.3 | 79.9
        walker2d-medium | 75.3 | 72.5 | 78.3 | 83.7 | 86.0""",
        "......",
    ),
    Example(
        "text to speech listening test", "main result", "Listening test with 95% confidence.",
        """System | MOS | CMOS | RTF
        Ground truth | 4.52 ± 0.06 | 0.00 | -
        Tacotron 2 (Shen et al., 2018) | 4.10 ± 0.08 | -0.41 | 0.12
        VITS (Kim et al., 2021) | 4.31 ± 0.07 | -0.20 | 0.03
        Proposed | 4.42 ± 0.06 | -0.08 | 0.01""",
        ".uud", (3,),
    ),
    Example(
        "own models and the older ones, on a leaderboard", "main result",
        "Official test server, single model without extra data.",
        """Entry | EM | F1
        Human | 82.3 | 91.2
        BERT-large | 80.0 | 83.1
        XLNet | 86.3 | 89.1
        SpanNet-base | 84.0 | 87.2
        SpanNet-large | 87.9 | 90.4""",
        ".uu", (4,),
    ),
    Example(
        "cross-domain transfer", "main result", "Unsupervised adaptation on Office-Home (A, C, P, R).",
        """Method | A→C | A→P | C→R | Avg
        Source only | 34.9 | 50.0 | 46.2 | 43.7
        DANN [11] | 45.6 | 59.3 | 60.9 | 55.3
        CDAN [24] | 50.7 | 70.6 | 70.9 | 64.1
        Ours | 58.1 | 78.0 | 79.2 | 71.8""",
        ".uuuu", (3,),
    ),
    Example(
        "architecture by stages", "hyperparameters", "Layout of our networks.",
        """Stage | Output | Tiny | Base
        stem | 56 × 56 | conv 4×4, 64 | conv 4×4, 96
        stage 1 | 56 × 56 | [block] × 2 | [block] × 2
        stage 2 | 28 × 28 | [block] × 2 | [block] × 4
        stage 3 | 14 × 14 | [block] × 6 | [block] × 18""",
        "....",
    ),
    Example(
        "agents: list of settings", "hyperparameters", "Values used for all PPO runs.",
        """Parameter | Value
        Discount factor | 0.99
        GAE λ | 0.95
        Clipping range | 0.2
        Entropy coefficient | 0.01
        Minibatch size | 256""",
        "..",
    ),
    Example(
        "fine-tuning grid", "hyperparameters", "Ranges searched for each task.",
        """Task | Learning rate | Batch size | Epochs
        CoLA | {1e-5, 2e-5} | {16, 32} | 10
        SST-2 | {1e-5, 3e-5} | {32, 64} | 5
        MNLI | {2e-5} | {64} | 3""",
        "....",
    ),
    Example(
        "family of diffusion models", "hyperparameters", "Configurations of the released models.",
        """Model | Layers | Width | Heads | Gflops
        S | 12 | 384 | 6 | 6.1
        B | 12 | 768 | 12 | 23.0
        L | 24 | 1024 | 16 | 80.7
        XL | 28 | 1152 | 16 | 118.6""",
        ".....",
    ),
    Example(
        "size of corpora", "data", "The corpora we trained on.",
        """Corpus | Documents | Tokens (B) | Epochs
        Web pages | 1.2B | 870 | 1.1
        Code | 210M | 180 | 1.0
        Books | 0.2M | 26 | 2.2
        Papers | 5.1M | 43 | 1.5""",
        "....",
    ),
    Example(
        "benchmarks of graphs", "data", "Statistics of the node classification sets.",
        """Dataset | #Nodes | #Edges | #Features | #Classes | Homophily
        Cora | 2,708 | 5,278 | 1,433 | 7 | 0.81
        Actor | 7,600 | 26,752 | 931 | 5 | 0.22
        Penn94 | 41,554 | 1,362,229 | 5 | 2 | 0.47""",
        "......",
    ),
    Example(
        "patients of two hospitals", "data", "Demographics of the cohorts.",
        """Characteristic | Site A | Site B
        Patients | 412 | 138
        Women | 201 | 70
        Age (years) | 61 ± 11 | 58 ± 13
        Scanner | 3 T | 1.5 T""",
        "...",
    ),
    Example(
        "our data among others", "data", "How our set relates to earlier ones.",
        """Dataset | Videos | Hours | Classes | Boxes
        UCF101 | 13,320 | 27 | 101 | ✗
        AVA | 430 | 107 | 80 | ✓
        FineGym | 303 | 708 | 530 | ✗
        LongSport (ours) | 1,204 | 2,150 | 640 | ✓""",
        ".....",
    ),
    Example(
        "inference costs", "other", "Memory and time of inference on one card for each input length.",
        """Length | Memory (GB) | Time (s)
        4k | 14.2 | 0.8
        16k | 17.9 | 3.6
        64k | 33.0 | 21.5""",
        ".dd",
    ),
    Example(
        "rules of update", "other", "Recurrent views of linear attention.",
        """Layer | State update | Read out
        Linear attention | S + k v | S q
        Gated | g S + k v | S q
        Delta rule | S (1 - b k k) + b k v | S q""",
        "...",
    ),
    Example(
        "generated samples", "other", "Answers of the model to three prompts.",
        """Prompt | Answer
        Why is the sky blue? | Because of the scattering of light by air.
        Name a prime above ten. | Eleven is such a prime.
        Translate cat. | Katze, in German.""",
        "..",
    ),
    Example(
        "capabilities of toolkits", "other", "What open toolkits for speech support.",
        """Toolkit | ASR | TTS | Streaming | Licence
        Kala | ✓ | ✗ | ✓ | MIT
        Espresso | ✓ | ✓ | ✗ | Apache
        SpeechKit | ✓ | ✓ | ✓ | BSD""",
        ".....",
    ),
)  # fmt: skip
