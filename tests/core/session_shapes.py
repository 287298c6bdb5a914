"""Session documents as hypothesis draws them: good ones, bent; and from the schema, most of it as it should be."""

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from perceptron_gui.core import storage
from perceptron_gui.core.actions import Axis, Ending, Gesture
from perceptron_gui.core.history import Cause, History
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Element, GraphState, Reduction, TensorName, Zeroing
from perceptron_gui.core.storage import schema
from tests.core.play import BACKWARD, FORWARD, of_size
from tests.core.sessions import begun, done, everything

WRONG = (
    *("0", "-1", "1", "2", "3", "7", "64", "65", "16777217", "9007199254740993", "18446744073709551616", "9" * 5000),
    *("0.5", "-0.0", "1e39", "3.4028235677973366e38", "1e999", "1e-46", "NaN", "Infinity", "-", "01"),
    *("true", "false", "null", "[]", "{}", "[[]]", "[0]", "[1,1]", "[2,1]", "[4096,4096]", "[16777216]", '["nan"]'),
    *('""', '"nan"', '"-nan"', '"inf"', '"nan 7fc00000"', '"nan 7fc00001"', '"nan 00000001"', '"None"', '"sum"'),
    *('"\\ud800"', '"\\u0000"', '"a\\":b"', '"../../x"', '"/etc/passwd"', '"cpu"', '"cuda:0"', '"cpu\\"); import os"'),
    *('"W"', '"m"', '"part"', '"freed"', '"live"', '"x"', '"rows"', '"notebook"', '"print"', '"SystemExit"', '"%s"'),
    *("[0,1,2]", '{"id":0}', '{"do":"update"}', "\xef\xbb\xbf", "\n", ",", "]", "}"),
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
        Good(
            data,
            tuple(one.span() for one in _TOKEN.finditer(data) if data[one.end()] != ord(":")),
            tuple(data.splitlines()),
        )
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
    """Makes the records of a document one after the other; now and then something that is not allowed."""

    random: random.Random
    m: int
    n: int
    k: int
    arrays: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    parts: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def rarely(self) -> bool:
        return self.random.random() < 0.004

    def number(self, kind: str) -> int:
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        return self.random.randrange(9) if self.rarely() else number

    def reference(self, *shape: int) -> Any:
        if self.rarely():
            return self.random.randrange(40)
        known = [number for number, size in self.arrays if size == shape]
        if known and self.one(True, False):
            return self.one(*known)
        if self.rarely():
            shape = self.one((), (1,), (2,), (1, 1), (2, 2), (4096, 4096))
        values = [self.one(*WRONG) if self.rarely() else self.one(*_NUMBERS) for _ in range(min(9, math.prod(shape)))]
        number = self.number("array")
        self.arrays.append((number, shape))
        return schema.ArrayRecord(number, shape, Raw(f"[{','.join(values)}]".encode("latin-1")))

    def gradient(self, *shape: int) -> Any:
        return None if self.one(*range(9)) == 0 else self.reference(*shape)

    def some_rows(self) -> Any:
        good = (b"null", b"[0]", b"[1]") if self.m > 1 else (b"null",)
        return Raw(self.one(b"[0,1]", b"[1,0]", b"[0,0]", b"[2]", b"[]", b"{}") if self.rarely() else self.one(*good))

    def part(self, kind: str, make: Callable[[], Any]) -> Any:
        if self.rarely():
            return self.random.randrange(40)
        known = self.parts.setdefault(kind, [])
        if known and self.one(True, False):
            return self.one(*known)
        record = make()
        known.append(record.id)
        return record

    def forward(self) -> Any:
        return self.part("forward", self._new_forward)

    def _new_forward(self) -> schema.ForwardRecord:
        m, n, k = self.m, self.n, self.k
        taken = self.one(m, 1)
        return schema.ForwardRecord(
            id=self.number("part"),
            x=self.reference(m, n),
            y_true=self.reference(m, k),
            W=self.reference(n, k),
            b=self.reference(k),
            z=self.fresh(taken, k),
            y_pred=self.reference(taken, k),
            loss=self.reference(),
            y_pred_grad_fn="SigmoidBackward0",
            loss_grad_fn=self.one("SumBackward0", "", "<b>"),
            graph=self.one(*GraphState),
            reduction=self.one(*Reduction),
            rows=Raw(b"[0]") if taken < m else UNSET,
        )

    def fresh(self, *shape: int) -> Any:
        arrays, self.arrays = self.arrays, []
        made = self.reference(*shape)
        self.arrays = arrays + self.arrays
        return made

    def deposit(self) -> Any:
        return self.part("deposit", self._new_deposit)

    def _new_deposit(self) -> schema.DepositRecord:
        count = self.one(1, 1, 2, 2**53)
        forward = self.forward()
        return schema.DepositRecord(
            id=self.number("part"),
            forward=forward,
            W_grad=None if self.one(True, False) else self.fresh(self.n, self.k),
            b_grad=self.fresh(self.k),
            count=count,
            mixed=("z",) if self.rarely() else self.one((), ("rows",), ("x", "W")),
            taken=Raw(f"[{','.join(['1'] * self.m)}]".encode()) if count > 1 else UNSET,
        )

    def config(self) -> schema.ConfigRecord:
        return schema.ConfigRecord(
            lr=1e300 if self.rarely() else self.one(0.1, -1.0, 1e30),
            seed=2**64 if self.rarely() else self.one(0, 5, 2**64 - 1),
            retain_graph=self.one(True, False),
            zeroing=self.one(*Zeroing),
            reduction=self.one(*Reduction),
            part=2 if self.rarely() else self.random.randrange(self.m),
            twin=self.one(True, False),
        )

    def environment(self) -> schema.EnvironmentRecord:
        return schema.EnvironmentRecord(self.number("part"), "2.10.0", "%s", "AVX2", 1)

    def action(self, given: dict[str, Any]) -> Any:
        axis, one = self.one(*Axis), self.one
        row, column = self.random.randrange(2), self.random.randrange(2)
        config = given.get("config")
        setting = one(*schema.ConfigRecord.__struct_fields__)
        value = one(0, 1, True, 0.1, "sum", "None", 2**64) if config is None else getattr(config, setting)
        size = {Axis.SAMPLES: self.m, Axis.INPUTS: self.n, Axis.OUTPUTS: self.k}[axis]
        rows = given.get("rows", UNSET)
        if one(*range(9)) == 0:
            return schema.AssignAction(one(*TensorName), row, column, self.fresh(1, 1), one(*Gesture))
        if one(*range(6)) == 0:
            return self.run()
        if one(*range(9)) == 0:
            return schema.ImportAction("../x.csv", ((TensorName.B, self.reference(self.k)),), one(True, False))
        return one(
            *(schema.ForwardAction(), schema.BackwardAction(), schema.UpdateAction(), schema.ZeroGradAction()),
            schema.StartAction("none" if self.rarely() else one(*PRESETS)),
            schema.AssignElementsAction(((Element(one("W", "b"), row, column), 1e39 if self.rarely() else 0.5),)),
            schema.MarkRowsAction(UNSET if rows is UNSET or bytes(rows) == b"null" else rows),
            schema.ConfigureAction(setting, value),
            schema.ResizeAction(axis, size),
            schema.InsertAction(axis, row, 1),
            schema.DeleteAction(axis, row, 1),
            schema.RandomizeAction(),
            schema.SwitchDeviceAction("cpu; x" if self.rarely() else "cpu"),
        )

    def run(self) -> schema.RanAction:
        stride, updates = self.one(1, 1, 2), self.random.randrange(4)
        width, zeroes = self.n * self.k + self.k, self.one(True, False)
        length = updates + 1 if self.rarely() else -(-updates // stride)
        counts = b"[1,0]" if self.rarely() else f"[{','.join(map(str, range(updates)))}]".encode()
        line = (self.reference(length), self.reference(length, width)) if length else ()
        seen: Any = UNSET
        if line and stride > 1:
            seen = schema.OverviewRecord(Raw(counts), self.reference(updates), self.reference(updates, width))
        cycles = sorted(self.random.sample(range(1, updates + 1), self.random.randrange(updates + 1)))
        checkpoints = tuple(
            schema.CheckpointRecord(
                cycles=9 if self.rarely() else number,
                W=self.reference(self.n, self.k),
                b=self.reference(self.k),
                W_grad=self.gradient(self.n, self.k),
                b_grad=self.gradient(self.k),
                rows=UNSET if bytes(rows := self.some_rows()) == b"null" else rows,
                deposits=tuple(self.deposit() for _ in range(self.random.randrange(2))),
                grad_was_zeros=self.one(True, False),
            )
            for number in cycles
        )
        return schema.RanAction(
            phases=self.one(0, 99) if self.rarely() else max(1, updates * (4 if zeroes else 3)),
            ending=self.one(*Ending),
            updates=updates if self.one(True, False) else 0,
            loss=self.one(None, 0.5, -1.0),
            zeroes=zeroes,
            backwards=0 if self.rarely() else 1,
            seed=2**32 if self.rarely() else self.one(None, 7),
            curve=schema.CurveRecord(*line, stride, seen) if line else UNSET,
            checkpoints=checkpoints,
        )

    def entry(self, *, is_first: bool) -> schema.EntryRecord:
        m, n, k = self.m, self.n, self.k
        made = {
            "x": lambda: self.reference(m, n),
            "y_true": lambda: self.reference(m, k),
            "W": lambda: self.reference(n, k),
            "b": lambda: self.reference(k),
            "W_grad": lambda: self.gradient(n, k),
            "b_grad": lambda: self.gradient(k),
            "rows": self.some_rows,
            "forward": self.forward,
            "deposits": lambda: tuple(self.deposit() for _ in range(self.random.randrange(3))),
            "grad_was_zeros": lambda: self.one(True, False),
            "config": self.config,
        }
        chosen = {*self.random.sample(sorted(made), self.random.randrange(6))}
        if is_first:
            chosen |= {"x", "y_true", "W", "b"}
        given = {name: make() for name, make in made.items() if name in chosen}
        action = self.action(given)
        is_refused = isinstance(action, schema.BackwardAction) and self.one(True, False)
        words = self.one("print", "SystemExit") if self.rarely() else self.one("RuntimeError", "OtherError")
        return schema.EntryRecord(
            action=action,
            device="cuda:1" if self.rarely() else "cpu",
            environment=self.part("environment", self.environment),
            refusal=schema.RefusalRecord(words, "<i>", self.one(*Cause)) if is_refused else None,
            printed=self.one("", 'W = "\n :'),
            updates=3 if self.rarely() else 0,
            preset="or_gate" if self.rarely() else "",
            **given,
        )


_NUMBERS = ("0.0", "-0.0", "0.5", "-1.5", "1e-45", "3.4028235e38", '"nan"', '"inf"', '"-inf"', "2", '"-nan"')


@st.composite
def drawn(draw: st.DrawFn) -> bytes:
    """Draw a document from the schema."""
    chance = draw(st.randoms(use_true_random=True))
    maker = _Maker(chance, chance.randint(1, 2), chance.randint(1, 2), chance.randint(1, 2))
    entries = [maker.entry(is_first=index == 0) for index in range(chance.randint(1, 4))]
    index = len(entries) if maker.rarely() else chance.randrange(len(entries))
    seeds = [0, *(entry.config.seed for entry in entries[: index + 1] if entry.config is not UNSET)]
    header = schema.Header(
        format=schema.FORMAT,
        version=chance.randrange(4) if maker.rarely() else schema.VERSION,
        program="%s",
        torch="2.10.0",
        device="cpu",
        seed=seeds[-1],
        index=index,
        entries=(),
        left_out=chance.choice([0, 7]),
    )
    first, middle, last = msgspec.json.encode(header).partition(b'"entries":[')
    return first + middle + b"\n" + b",\n".join(map(msgspec.json.encode, entries)) + b"\n" + last
