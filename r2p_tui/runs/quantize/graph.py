"""A model's graph as plain values: which nodes are layers, which end the model, what may become INT8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

LAYERS = ("Conv", "ConvTranspose", "MatMul", "Gemm")
# What ONNX Runtime carries out in integers between two convolutions without leaving them.
_BETWEEN = frozenset({
    "Sigmoid", "Mul", "Add", "Concat", "MaxPool", "Resize", "Split", "Relu", "LeakyRelu", "HardSigmoid",
    "AveragePool", "GlobalAveragePool",
})  # fmt: skip
_ACTIVATIONS = frozenset({"Sigmoid", "Mul", "Relu", "LeakyRelu", "HardSigmoid", "HardSwish", "Clip"})
_CONVOLUTIONS = ("Conv", "ConvTranspose")


class Node(NamedTuple):
    """One operation, and the names of the tensors that it reads and makes."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of computation; `weights` gives the shape of each stored tensor."""

    nodes: tuple[Node, ...]
    weights: Mapping[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    inputs: tuple[str, ...] = field(default=())

    @cached_property
    def makers(self) -> dict[str, Node]:
        """Which node makes a tensor."""
        return {tensor: node for node in self.nodes for tensor in node.outputs}

    @cached_property
    def readers(self) -> dict[str, list[Node]]:
        """Which nodes read a tensor."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            for tensor in dict.fromkeys(node.inputs):
                found.setdefault(tensor, []).append(node)
        return found

    @cached_property
    def layers(self) -> tuple[Node, ...]:
        """Nodes that multiply by trained weights.

        The projection with which YOLO makes a distance of a distribution (one output channel behind a
        Softmax) has fixed weights, and decides on the place of every box: it is none.
        """
        return tuple(node for node in self.nodes if self._is_layer(node))

    @cached_property
    def tail(self) -> tuple[Node, ...]:
        """What comes after the last layers: coordinates and scores, which differ too much for one range."""
        layers = {node.name for node in self.layers}
        before: set[str] = set()
        ending: list[Node] = []
        for node in reversed(self.nodes):
            if node.name in layers or any(tensor in before for tensor in node.outputs):
                before.update(node.inputs)
            else:
                ending.append(node)
        return tuple(reversed(ending))

    @cached_property
    def between(self) -> tuple[Node, ...]:
        """Element-wise nodes whose nearest layers on both sides are convolutions: they may be in integers."""
        above, below = self._above(), self._below()
        return tuple(
            node
            for node in self.nodes
            if node.op in _BETWEEN
            and above.get(node.name) == {"convolution"}
            and below.get(node.name) == {"convolution"}
        )

    def activation_of(self, layer: Node) -> list[Node]:
        """The nodes of the activation function that directly follows a layer: SiLU is two of them."""
        first = [node for node in self.readers.get(layer.outputs[0], []) if node.op in _ACTIVATIONS]
        second = [
            node
            for one in first
            for node in self.readers.get(one.outputs[0], [])
            if node.op == "Mul" and layer.outputs[0] in node.inputs
        ]
        return list(dict.fromkeys(first + second))

    def _is_layer(self, node: Node) -> bool:
        if node.op not in LAYERS or not any(name in self.weights for name in node.inputs[:2]):
            return False
        maker = self.makers.get(node.inputs[0])
        shape = self.weights.get(node.inputs[1], ()) if len(node.inputs) > 1 else ()
        return not (maker is not None and maker.op == "Softmax" and shape[:1] == (1,))

    def _above(self) -> dict[str, set[str]]:
        """The kinds of the nearest layers that a node reads from."""
        kinds: dict[str, set[str]] = {}
        for node in self.nodes:
            mine = kinds[node.name] = set()
            for tensor in node.inputs:
                maker = self.makers.get(tensor)
                if maker is not None and maker.op != "Constant":
                    mine |= self._kinds_at(maker, kinds)
                elif tensor in self.inputs:
                    mine.add("other")
        return kinds

    def _below(self) -> dict[str, set[str]]:
        """The kinds of the nearest layers that read a node."""
        kinds: dict[str, set[str]] = {}
        for node in reversed(self.nodes):
            mine = kinds[node.name] = set()
            for tensor in node.outputs:
                for reader in self.readers.get(tensor, []):
                    mine |= self._kinds_at(reader, kinds)
                if tensor in self.outputs:
                    mine.add("other")
        return kinds

    def _kinds_at(self, node: Node, kinds: Mapping[str, set[str]]) -> set[str]:
        if node.op in _CONVOLUTIONS and self._is_layer(node):
            return {"convolution"}
        return kinds.get(node.name, set()) if node.op in _BETWEEN else {"other"}


def graph_of(model: Any) -> Graph:
    """The graph of an ONNX model that is in memory; nodes without a name are numbered in place."""
    for number, node in enumerate(model.graph.node):
        if not node.name:
            node.name = f"{node.op_type}_{number}"
    return Graph(
        tuple(
            Node(node.name, node.op_type, tuple(node.input), tuple(node.output)) for node in model.graph.node
        ),
        {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer},
        tuple(one.name for one in model.graph.output),
        tuple(one.name for one in model.graph.input),
    )


def names_of(nodes: Sequence[Node]) -> list[str]:
    """Their names, in their order."""
    return [node.name for node in nodes]
