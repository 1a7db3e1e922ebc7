"""What of a graph may become INT8: layers, what lies between them, and the tail that stays in float."""

from __future__ import annotations

from r2p_tui.runs.quantize.graph import Graph, Node, names_of


def node(name: str, op: str, inputs: str, outputs: str) -> Node:
    return Node(name, op, tuple(inputs.split()), tuple(outputs.split()))


# As YOLO has it: two convolutions with SiLU, boxes through a distribution, scores beside them.
YOLO = Graph(
    (
        node("conv0", "Conv", "image w0 b0", "c0"),
        node("sig0", "Sigmoid", "c0", "s0"),
        node("mul0", "Mul", "c0 s0", "a0"),
        node("pool", "MaxPool", "a0", "p"),
        node("cat", "Concat", "a0 p", "cc"),
        node("conv1", "Conv", "cc w1 b1", "c1"),
        node("shape", "Constant", "", "k"),
        node("flat", "Reshape", "c1 k", "f"),
        node("softmax", "Softmax", "f", "d"),
        node("dfl", "Conv", "d wd", "box"),
        node("conv2", "Conv", "cc w2 b2", "c2"),
        node("sigmoid", "Sigmoid", "c2", "score"),
        node("out", "Concat", "box score", "output"),
    ),
    {"w0": (8, 3, 3, 3), "w1": (64, 8, 1, 1), "w2": (6, 8, 1, 1), "wd": (1, 16, 1, 1), "b0": (8,)},
    ("output",),
    ("image",),
)
# An attention: products of two activations are no layers.
ATTENTION = Graph(
    (
        node("q", "MatMul", "x wq", "q"),
        node("k", "MatMul", "x wk", "k"),
        node("qk", "MatMul", "q k", "qk"),
        node("soft", "Softmax", "qk", "p"),
        node("pv", "MatMul", "p k", "y"),
        node("add", "Add", "y x", "z"),
        node("ff", "Gemm", "z wf bf", "ff"),
        node("relu", "Relu", "ff", "output"),
    ),
    {"wq": (8, 8), "wk": (8, 8), "wf": (8, 8), "bf": (8,)},
    ("output",),
    ("x",),
)


def test_layers_are_what_multiplies_by_trained_weights() -> None:
    assert names_of(YOLO.layers) == ["conv0", "conv1", "conv2"]
    assert names_of(ATTENTION.layers) == ["q", "k", "ff"]


def test_the_tail_holds_coordinates_and_scores_and_nothing_before_a_layer() -> None:
    assert set(names_of(YOLO.tail)) == {"shape", "flat", "softmax", "dfl", "sigmoid", "out"}
    assert names_of(ATTENTION.tail) == ["relu"]


def test_only_what_lies_between_convolutions_may_be_in_integers() -> None:
    assert names_of(YOLO.between) == ["sig0", "mul0", "pool", "cat"]
    assert names_of(ATTENTION.between) == []


def test_what_reaches_an_output_without_a_layer_stays_float() -> None:
    told = Graph(YOLO.nodes, YOLO.weights, ("output", "cc"), YOLO.inputs)
    assert names_of(told.between) == []


def test_silu_is_the_activation_of_its_layer() -> None:
    assert names_of(YOLO.activation_of(YOLO.layers[0])) == ["sig0", "mul0"]
    assert names_of(YOLO.activation_of(YOLO.layers[1])) == []
