"""The graph against a walk and a Backward in plain PyTorch that know nothing of the program."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import autograd, lines
from perceptron_gui.core.actions import CPU, Assign, Configure, Edit, Gesture, MarkRows, Operation
from perceptron_gui.core.graph import walk, walked
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import MOST_NUMBERS, Graph, Node, Walk
from perceptron_gui.core.snapshot import GraphState, Reduction, Snapshot, TensorName, frozen, same_bits
from tests.core.notebook import Notebook
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, of_size
from tests.strategies import briefly, snapshots

Names = dict[str, Any]
X_EDIT = Assign(TensorName.X, 0, 0, frozen([[2.5]]), Gesture.TYPE)


def plain(start: Snapshot, cell: str) -> Names:
    """Run a Forward in a notebook of its own."""
    notebook = Notebook(start)
    assert notebook.run(cell) is None
    return notebook.names


def links(grad_fn: Any) -> list[tuple[str, str]]:
    """Walk a graph depth first, and return its edges by what PyTorch calls the nodes; a shared node counts once."""
    seen: set[Any] = set()
    found: list[tuple[str, str]] = []

    def visit(node: Any) -> None:
        if node in seen:
            return
        seen.add(node)
        for following, _ in node.next_functions:
            if following is not None:
                found.append((type(node).__name__, type(following).__name__))
                visit(following)

    visit(grad_fn)
    return sorted(found)


def links_of(graph: Graph) -> list[tuple[str, str]]:
    return sorted((graph.nodes[source].name, graph.nodes[target].name) for source, target in graph.edges)


def names_of(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes]


def node_of(graph: Graph, tensor: str) -> Node:
    (found,) = [node for node in graph.nodes if node.tensor == tensor]
    return found


def values(node: Node) -> Any:
    assert node.value is not None
    assert node.value.values is not None
    return node.value.values


def gradient(node: Node) -> Any:
    assert node.grad is not None
    assert node.grad.values is not None
    return node.grad.values


def configured(preset: str, *edits: Edit) -> Snapshot:
    return after(PRESETS[preset], *edits, FORWARD)


WEIGHTED = Configure("reduction", Reduction.WEIGHTED)
CASES: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "one sample": ("notebook", ()),
    "several samples": ("or_gate", ()),
    "one marked row": ("or_gate", (MarkRows((2,)),)),
    "some marked rows": ("or_gate", (MarkRows((0, 2)),)),
    "mean": ("layer_4x2", (Configure("reduction", Reduction.MEAN),)),
    "weighted mean of a part": ("or_gate", (MarkRows((1, 3)), WEIGHTED)),
}


@pytest.mark.parametrize("case", CASES)
def test_nodes_and_edges_are_those_of_plain_pytorch(case: str) -> None:
    preset, edits = CASES[case]
    made = configured(preset, *edits)
    graph = walked(made, CPU)
    names = plain(PRESETS[preset], lines.forward(made.rows, made.reduction, made.m))
    assert links_of(graph) == links(names["loss"].grad_fn)
    assert graph.outside == ("x", "y_true")
    for name in ("W", "b", "z", "y_pred", "loss"):
        assert same_bits(values(node_of(graph, name)), names[name].detach().numpy())
    assert all(node.grad is None for node in graph.nodes)


def test_the_graph_of_a_vector_holds_what_no_textbook_draws() -> None:
    graph = walked(after(NOTEBOOK_START, FORWARD), CPU)
    assert names_of(graph)[:5] == ["SumBackward0", "PowBackward0", "SubBackward0", "SigmoidBackward0", "AddBackward0"]
    assert names_of(graph).count("AccumulateGrad") == 2
    assert "MmBackward0" in names_of(graph)
    assert any(name.startswith("SqueezeBackward") for name in names_of(graph))
    of_two = walked(configured("layer_4x2"), CPU)
    assert not any(name.startswith("SqueezeBackward") for name in names_of(of_two))
    assert "MmBackward0" in names_of(of_two)


def test_each_name_stands_at_the_node_that_made_it() -> None:
    graph = walked(after(NOTEBOOK_START, FORWARD), CPU)
    assert {node.tensor: node.name for node in graph.nodes if node.tensor} == {
        "W": "AccumulateGrad",
        "b": "AccumulateGrad",
        "z": "AddBackward0",
        "y_pred": "SigmoidBackward0",
        "loss": "SumBackward0",
    }
    assert {node.tensor for node in graph.nodes if node.is_leaf} == {"W", "b"}
    assert all((node.value is None) == (not node.tensor) for node in graph.nodes)


EXPRESSIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "relu": lambda x, W, b: torch.relu(x @ W + b).sum(),
    "an extra term": lambda x, W, b: ((x @ W + b) ** 2).sum() + 0.1 * (W**2).sum(),
    "mean": lambda x, W, b: torch.sigmoid(x @ W + b).mean(),
    "the same tensor twice": lambda x, W, b: ((x @ W) * (x @ W) + b * b).sum(),
    "one parameter alone": lambda _x, W, _b: W.exp().sum(),
    "several outputs": lambda x, W, b: sum(part.sum() for part in torch.cat([x @ W, b.expand(2, 2)]).unbind()),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_another_expression_gives_another_graph(expression: str) -> None:
    def leaves() -> tuple[Any, Any, Any]:
        torch.manual_seed(3)
        return torch.rand(2, 3), torch.randn(3, 2, requires_grad=True), torch.randn(2, requires_grad=True)

    x, W, b = leaves()
    loss = EXPRESSIONS[expression](x, W, b)
    graph = walk(loss, {"W": W, "b": b, "loss": loss, "x": x}, loss.backward)
    assert links_of(graph) == links(loss.grad_fn)
    assert len(graph.nodes) == len({id(node) for node in graph.nodes})
    assert graph.outside == ("x",)
    x, W_again, b_again = leaves()
    EXPRESSIONS[expression](x, W_again, b_again).backward()
    for name, tensor in (("W", W_again), ("b", b_again)):
        if tensor.grad is not None:
            assert same_bits(gradient(node_of(graph, name)), tensor.grad.numpy())
    assert all(node.grad is not None for node in graph.nodes)


def test_a_loss_that_needs_no_gradient_has_no_graph() -> None:
    loss = torch.ones(3).sum()
    graph = walk(loss, {"loss": loss})
    assert (graph.nodes, graph.edges, graph.outside) == ((), (), ("loss",))
    assert walked(NOTEBOOK_START, CPU).nodes == ()


@given(snapshots())
@briefly
def test_gradients_are_those_that_plain_pytorch_keeps(start: Snapshot) -> None:
    graph = walked(after(start, FORWARD, BACKWARD), CPU)
    names = plain(start, lines.forward(None))
    for name in ("z", "y_pred", "loss"):
        names[name].retain_grad()
    names["loss"].backward()
    for name in ("W", "b", "z", "y_pred", "loss"):
        assert same_bits(gradient(node_of(graph, name)), names[name].grad.numpy())
    assert all(node.grad is not None for node in graph.nodes)


@given(snapshots())
@briefly
def test_the_shape_of_what_a_node_made_is_known_before_any_backward(start: Snapshot) -> None:
    before, later = walked(after(start, FORWARD), CPU), walked(after(start, FORWARD, BACKWARD), CPU)
    assert [node.shape for node in before.nodes] == [node.grad.shape for node in later.nodes if node.grad is not None]
    assert all(node.value is None or node.value.shape == node.shape for node in before.nodes)


@given(snapshots(), st.integers(1, 3))
@briefly
def test_the_leaves_get_what_the_last_deposit_holds(start: Snapshot, rounds: int) -> None:
    left = after(start, *([FORWARD, BACKWARD, UPDATE] * rounds))
    graph = walked(left, CPU)
    assert same_bits(gradient(node_of(graph, "W")), left.deposits[-1].W_grad)  # type: ignore[arg-type]
    assert same_bits(gradient(node_of(graph, "b")), left.deposits[-1].b_grad)  # type: ignore[arg-type]
    assert left.forward is not None
    assert same_bits(values(node_of(graph, "W")), left.forward.W)


def has_gradients(*actions: Operation | Edit) -> bool:
    graph = walked(after(NOTEBOOK_START, *actions), CPU)
    known = {node.grad is not None for node in graph.nodes}
    assert len(known) == 1
    return known.pop()


def test_gradients_are_known_once_a_backward_has_gone_through_this_forward() -> None:
    kept = Configure("retain_graph", True)
    assert not has_gradients(FORWARD)
    assert has_gradients(FORWARD, BACKWARD)
    assert has_gradients(FORWARD, BACKWARD, BACKWARD)
    assert has_gradients(kept, FORWARD, BACKWARD)
    assert has_gradients(FORWARD, BACKWARD, UPDATE, ZERO_GRAD)
    assert not has_gradients(FORWARD, BACKWARD, FORWARD), "the new graph is another one"
    assert has_gradients(FORWARD, BACKWARD, X_EDIT), "x was edited after it"


def test_a_backward_that_pytorch_refused_is_known_as_far_as_it_went() -> None:
    refused = after(NOTEBOOK_START, FORWARD, X_EDIT, BACKWARD)
    assert refused.W_grad is None
    graph = walked(refused, CPU)
    missing = [node for node in graph.nodes if node.grad is None]
    assert [(node.name, node.tensor) for node in missing] == [("AccumulateGrad", "W")]
    assert same_bits(gradient(node_of(graph, "b")), refused.deposits[-1].b_grad)  # type: ignore[arg-type]


def test_values_are_those_of_forward_whatever_was_edited_since() -> None:
    made = after(NOTEBOOK_START, FORWARD)
    edit = Assign(TensorName.W, 0, 0, frozen([[9.0]]), Gesture.TYPE)
    first = walked(made, CPU)
    later = walked(after(NOTEBOOK_START, FORWARD, edit, X_EDIT), CPU)
    assert [node.tensor for node in first.nodes] == [node.tensor for node in later.nodes]
    for name in ("W", "b", "z", "y_pred", "loss"):
        assert same_bits(values(node_of(first, name)), values(node_of(later, name)))


def test_asking_leaves_the_live_tensors_alone() -> None:
    engine = Engine()
    made = engine.execute(FORWARD, NOTEBOOK_START, CPU).snapshot
    graph = engine.answer(Walk(made), CPU)
    assert isinstance(graph, Graph)
    outcome = engine.execute(BACKWARD, made, CPU)
    assert outcome.refusal is None, "the graph of the session is not spent by the walk"
    again = engine.answer(Walk(outcome.snapshot), CPU)
    assert isinstance(again, Graph)
    second = engine.execute(BACKWARD, outcome.snapshot, CPU)
    assert second.refusal is not None
    assert second.snapshot.forward is not None
    assert second.snapshot.forward.graph is GraphState.FREED


def test_of_a_large_tensor_only_the_shape_is_kept() -> None:
    side = MOST_NUMBERS
    graph = walked(after(of_size(2, side, side, 0.01), FORWARD, BACKWARD), CPU)
    W, b = node_of(graph, "W"), node_of(graph, "b")
    assert W.value is not None
    assert W.grad is not None
    assert (W.value.shape, W.value.values) == ((side, side), None)
    assert (W.grad.shape, W.grad.values) == ((side, side), None)
    assert values(b).shape == (side,)
    assert np.isfinite(gradient(b)).all()


def test_the_kept_numbers_cannot_be_written_to() -> None:
    graph = walked(after(NOTEBOOK_START, FORWARD, BACKWARD), CPU)
    for node in graph.nodes:
        for numbers in (node.value, node.grad):
            assert numbers is None or numbers.values is None or not numbers.values.flags.writeable


def test_another_seed_or_rate_changes_no_graph() -> None:
    made = after(NOTEBOOK_START, FORWARD)
    other = replace(made, config=replace(made.config, lr=0.25, seed=9))
    assert links_of(walked(made, CPU)) == links_of(walked(other, CPU))


def test_of_a_large_layer_no_gradient_is_copied() -> None:
    snapshot = after(of_size(2, 40, 30, 0.1), FORWARD, BACKWARD)
    with patch.object(autograd, "read", side_effect=AssertionError) as read:
        graph = walked(snapshot, CPU)
    assert not read.called
    W = node_of(graph, "W")
    assert W.grad is not None
    assert (W.grad.shape, W.grad.values) == ((40, 30), None)
    assert gradient(node_of(graph, "loss")) == 1
