"""Session documents as hypothesis draws them: from the schema, nearly all of it as it should be; and good ones, bent."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from perceptron_gui.core import storage
from perceptron_gui.core.actions import Axis, Gesture
from perceptron_gui.core.history import Cause, History
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Element, GraphState, Reduction, TensorName, Zeroing
from perceptron_gui.core.storage import schema
from tests.core.play import BACKWARD, FORWARD, of_size
from tests.core.sessions import begun, done, everything

WRONG = (
    *("0", "-1", "1", "2", "3", "7", "64", "65", "16777217", "9007199254740993", "18446744073709551616", "9" * 5000),
    *(
        "0.5",
        "-0.0",
        "1e39",
        "3.4028235677973366e38",
        "1e999",
        "1e-46",
        "NaN",
        "Infinity",
        "-",
        "01",
        "true",
        "false",
        "null",
    ),
    *(
        '""',
        '"nan"',
        '"-nan"',
        '"inf"',
        '"nan 7fc00000"',
        '"nan 7fc00001"',
        '"nan 00000001"',
        '"None"',
        '"sum"',
        '"\\ud800"',
    ),
    *(
        '"\\u0000"',
        '"a\\":b"',
        '"../../x"',
        '"/etc/passwd"',
        '"cpu"',
        '"cuda:0"',
        '"cpu\\"); import os"',
        '"W"',
        '"m"',
        '"part"',
    ),
    *(
        "[]",
        "{}",
        "[[]]",
        "[0]",
        "[1,1]",
        "[2,1]",
        "[4096,4096]",
        "[16777216]",
        '["nan"]',
        '{"id":0}',
        '{"do":"update"}',
    ),
    *(
        "[0,1,2]",
        '"freed"',
        '"live"',
        '"x"',
        '"rows"',
        '"notebook"',
        '"print"',
        '"SystemExit"',
        "\xef\xbb\xbf",
        "\n",
        ",",
        "]",
        "}",
    ),
)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|\[\]')


@dataclass(frozen=True)
class Good:
    """A document as the program writes it, and where its tokens are."""

    data: bytes
    tokens: tuple[tuple[int, int], ...]
    lines: tuple[bytes, ...]


@cache
def good_documents() -> tuple[Good, ...]:
    """Return small documents with every kind of action in one of them."""
    whole = everything()
    parts = [
        History(whole.entries[start : start + 5], min(3, len(whole.entries) - start - 1))
        for start in range(0, len(whole.entries), 4)
    ]
    parts.append(History(done(begun(of_size(2, 1, 1, 0.5)), *(FORWARD, BACKWARD) * 66).entries[-3:], 1))
    documents = [storage.encoded(part).data for part in parts]
    return tuple(
        Good(data, tuple(found.span() for found in _TOKEN.finditer(data)), tuple(data.splitlines()))
        for data in documents
    )


Bend = tuple[int, int, int]
bends = st.tuples(st.integers(0, 11), st.integers(0, 2**20), st.integers(0, 2**20))


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Draw a good document with a token, a byte or a line of it changed, or a few."""
    number = draw(st.integers(0, len(good_documents()) - 1))
    good = good_documents()[number]
    kind, *_ = first = draw(bends)
    data = _bent_token(good, first) if kind < 8 else _bent_bytes(good.data, first)
    for more in draw(st.lists(bends, max_size=2)):
        data = _bent_bytes(data, more) if more[0] >= 8 else _bent_line(data, more)
    return data


def _bent_token(good: Good, bend: Bend) -> bytes:
    kind, where, what = bend
    start, end = good.tokens[where % len(good.tokens)]
    if kind < 4:
        token = WRONG[what % len(WRONG)].encode("latin-1")
    else:
        other = good.tokens[what % len(good.tokens)]
        token = good.data[slice(*other)]
    return good.data[:start] + token + good.data[end:]


def _bent_bytes(data: bytes, bend: Bend) -> bytes:
    kind, where, what = bend
    at = where % (len(data) + 1)
    match kind % 4:
        case 0:
            return data[:at] + bytes([what % 256]) + data[at + 1 :]
        case 1:
            return data[:at] + data[at + what % 40 :]
        case 2:
            return data[:at] + data[what % (len(data) + 1) :][:50] + data[at:]
        case _:
            return data[: at + 1]


def _bent_line(data: bytes, bend: Bend) -> bytes:
    kind, where, what = bend
    lines = data.split(b"\n")
    at, other = where % len(lines), what % len(lines)
    match kind % 3:
        case 0:
            lines[at], lines[other] = lines[other], lines[at]
        case 1:
            del lines[at]
        case _:
            lines.insert(at, lines[other])
    return b"\n".join(lines)


@dataclass
class _Maker:
    """Draws the records of a document one after the other; now and then something that is not allowed."""

    draw: st.DrawFn
    m: int
    n: int
    k: int
    arrays: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    parts: dict[str, list[int]] = field(default_factory=dict)
    count: int = 0

    def rarely(self, usual: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """Return what is usual, but in one of sixty cases."""
        return otherwise() if self.draw(st.integers(0, 59)) == 59 else usual()

    def number(self) -> int:
        self.count += 1
        return self.rarely(lambda: self.count, lambda: self.draw(st.integers(0, self.count)))

    def reference(self, shape: tuple[int, ...]) -> Any:
        known = [number for number, size in self.arrays if size == shape]
        if known and self.draw(st.booleans()):
            return self.rarely(lambda: self.draw(st.sampled_from(known)), lambda: self.draw(st.integers(0, 40)))
        shape = self.rarely(
            lambda: shape, lambda: self.draw(st.sampled_from([(), (1,), (2,), (1, 1), (2, 2), (4096, 4096)]))
        )
        size = min(9, int(msgspec.json.decode(msgspec.json.encode(0)) or 1))
        for side in shape:
            size *= min(side, 9)
        values = [
            self.rarely(lambda: self.draw(_texts), lambda: self.draw(st.sampled_from(WRONG))) for _ in range(size)
        ]
        number = self.number()
        self.arrays.append((number, shape))
        return schema.ArrayRecord(number, shape, Raw(f"[{','.join(values)}]".encode("latin-1")))

    def some_rows(self) -> Any:
        rows = self.draw(st.sampled_from(["null", "[0]", "[1]", "[0,1]", "[1,0]", "[0,0]", "[2]"]))
        return Raw(rows.encode())

    def part(self, kind: str, make: Callable[[], Any]) -> Any:
        known = self.parts.setdefault(kind, [])
        if known and self.draw(st.booleans()):
            return self.rarely(lambda: self.draw(st.sampled_from(known)), lambda: self.draw(st.integers(0, 40)))
        record = make()
        known.append(record.id)
        return record

    def forward(self) -> Any:
        return self.part("forward", self._new_forward)

    def _new_forward(self) -> schema.ForwardRecord:
        m, n, k, draw = self.m, self.n, self.k, self.draw
        taken = draw(st.sampled_from([None, 1])) if m > 1 else None
        z = (taken or m, k)
        return schema.ForwardRecord(
            id=self.number(),
            x=self.reference((m, n)),
            y_true=self.reference((m, k)),
            W=self.reference((n, k)),
            b=self.reference((k,)),
            z=self.reference(z),
            y_pred=self.reference(z),
            loss=self.reference(()),
            y_pred_grad_fn="SigmoidBackward0",
            loss_grad_fn=draw(st.sampled_from(["SumBackward0", "", "<b>"])),
            graph=draw(st.sampled_from(GraphState)),
            reduction=draw(st.sampled_from(Reduction)),
            rows=Raw(b"[0]") if taken else UNSET,
        )

    def deposit(self) -> Any:
        return self.part("deposit", self._new_deposit)

    def _new_deposit(self) -> schema.DepositRecord:
        count = self.draw(st.sampled_from([1, 1, 1, 2, 2**53]))
        grads = [self.reference((self.n, self.k)), self.reference((self.k,))]
        taken = Raw(f"[{','.join(['1'] * self.m)}]".encode()) if count > 1 else UNSET
        return schema.DepositRecord(
            id=self.number(),
            forward=self.forward(),
            W_grad=self.rarely(lambda: grads[0], lambda: None),
            b_grad=grads[1],
            count=count,
            mixed=self.draw(st.sampled_from([(), ("rows",), ("x", "W"), ("z",)])),
            taken=taken,
        )

    def config(self) -> schema.ConfigRecord:
        draw = self.draw
        return schema.ConfigRecord(
            lr=draw(st.sampled_from([0.1, -1.0, 1e30, 1e300])),
            seed=draw(st.sampled_from([0, 5, 2**64 - 1, 2**64])),
            retain_graph=draw(st.booleans()),
            zeroing=draw(st.sampled_from(Zeroing)),
            reduction=draw(st.sampled_from(Reduction)),
            part=draw(st.sampled_from([0, 0, 1, 2])),
            twin=draw(st.booleans()),
        )

    def environment(self) -> schema.EnvironmentRecord:
        return schema.EnvironmentRecord(self.number(), "2.10.0", "%s", "AVX2", 1)

    def action(self) -> Any:
        draw = self.draw
        axis, gesture = draw(st.sampled_from(Axis)), draw(st.sampled_from(Gesture))
        place = st.integers(0, 2)
        phases = (schema.ForwardAction, schema.BackwardAction, schema.UpdateAction, schema.ZeroGradAction)
        return draw(
            st.one_of(
                *(st.builds(phase) for phase in phases),
                st.builds(schema.StartAction, st.sampled_from([*PRESETS, "none"])),
                st.builds(
                    lambda tensor, row, column: schema.AssignAction(
                        tensor, row, column, self.reference((1, 1)), gesture
                    ),
                    st.sampled_from(TensorName),
                    place,
                    place,
                ),
                st.builds(
                    lambda name, row, column, value: schema.AssignElementsAction(
                        ((Element(name, row, column), value),)
                    ),
                    st.sampled_from(["W", "b", "x"]),
                    place,
                    place,
                    st.sampled_from([0.5, 1e39]),
                ),
                st.builds(lambda: schema.MarkRowsAction(self.some_rows())),
                st.builds(schema.MarkRowsAction),
                st.builds(
                    schema.ConfigureAction,
                    st.sampled_from([*schema.ConfigRecord.__struct_fields__, "device"]),
                    st.sampled_from([0, 1, True, False, 0.1, "sum", "None", "mean", 2**64]),
                ),
                st.builds(schema.ResizeAction, st.just(axis), st.integers(1, 3)),
                st.builds(schema.InsertAction, st.just(axis), place, st.integers(1, 2)),
                st.builds(schema.DeleteAction, st.just(axis), place, st.integers(1, 2)),
                st.builds(schema.RandomizeAction),
                st.builds(schema.SwitchDeviceAction, st.sampled_from(["cpu", "cuda:0", "cpu; x"])),
            )
        )

    def entry(self, *, is_first: bool) -> schema.EntryRecord:
        draw, m, n, k = self.draw, self.m, self.n, self.k
        made = {
            "x": lambda: self.reference((m, n)),
            "y_true": lambda: self.reference((m, k)),
            "W": lambda: self.reference((n, k)),
            "b": lambda: self.reference((k,)),
            "W_grad": lambda: self.rarely(lambda: self.reference((n, k)), lambda: None),
            "b_grad": lambda: self.rarely(lambda: self.reference((k,)), lambda: None),
            "rows": self.some_rows,
            "forward": lambda: self.rarely(self.forward, lambda: None),
            "deposits": lambda: tuple(self.deposit() for _ in range(draw(st.integers(0, 2)))),
            "grad_was_zeros": lambda: draw(st.booleans()),
            "config": self.config,
        }
        chosen = draw(st.sets(st.sampled_from(sorted(made)), max_size=4))
        if is_first:
            chosen |= {"x", "y_true", "W", "b"}
        given = {name: made[name]() for name in made if name in chosen}
        action = self.action()
        refusal = schema.RefusalRecord(
            draw(st.sampled_from(["RuntimeError", "OtherError", "print"])), "<i>", draw(st.sampled_from(Cause))
        )
        return schema.EntryRecord(
            action=action,
            device=self.rarely(lambda: "cpu", lambda: "cuda:1"),
            environment=self.part("environment", self.environment),
            refusal=self.rarely(lambda: None, lambda: refusal),
            printed=draw(st.sampled_from(["", 'W = "\n :'])),
            updates=self.rarely(lambda: 0, lambda: 3) if is_first else 0,
            preset=self.rarely(lambda: "", lambda: "or_gate") if is_first else "",
            **given,
        )


_texts = st.sampled_from(
    ["0.0", "-0.0", "0.5", "-1.5", "1e-45", "3.4028235e38", '"nan"', '"inf"', '"-inf"', "2", '"-nan"']
)


@st.composite
def drawn(draw: st.DrawFn) -> bytes:
    """Draw a document from the schema."""
    maker = _Maker(draw, *(draw(st.integers(1, 2)) for _ in range(3)))
    entries = [maker.entry(is_first=index == 0) for index in range(draw(st.integers(1, 4)))]
    header = schema.Header(
        format=schema.FORMAT,
        version=maker.rarely(lambda: schema.VERSION, lambda: draw(st.integers(0, 3))),
        program="0",
        torch="",
        device="cpu",
        seed=0,
        index=maker.rarely(lambda: len(entries) - 1, lambda: draw(st.integers(0, 5))),
        entries=(),
        left_out=draw(st.sampled_from([0, 0, 7])),
    )
    first, middle, last = msgspec.json.encode(header).partition(b'"entries":[')
    return first + middle + b"\n" + b",\n".join(map(msgspec.json.encode, entries)) + b"\n" + last
