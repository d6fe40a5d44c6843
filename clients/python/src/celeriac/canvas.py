"""Signatures and canvases: what a client submits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Generic, Iterable, Mapping, ParamSpec, TypeVar

Result = TypeVar("Result", covariant=True)
Other = TypeVar("Other")
Params = ParamSpec("Params")
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Canvas(Generic[Result]):
    """A node of the HTTP contract; it gives a `Result`."""

    node: Node


@dataclass(frozen=True)
class Signature(Canvas[Result]):
    """A task with its arguments."""

    def set(self, **options: Any) -> "Signature[Result]":
        """The same with these options added: countdown, eta, expires, time_limit, priority, headers, task_id ..."""
        return Signature({**self.node, "options": {**self.node["options"], **wire(options)}})

    def link(self, *links: "Signature[Any]") -> "Signature[Result]":
        """The same with tasks that get the result."""
        return self._linked("link", links)

    def link_error(self, *links: "Signature[Any]") -> "Signature[Result]":
        """The same with tasks that get the failed task's id."""
        return self._linked("link_error", links)

    def _linked(self, kind: str, links: Iterable["Signature[Any]"]) -> "Signature[Result]":
        before = self.node["options"].get(kind, [])
        return self.set(**{kind: [*before, *(link.node for link in links)]})


@dataclass(frozen=True)
class Task(Generic[Params, Result]):
    """A task by its name, with the types of its stub."""

    name: str

    @property
    def node(self) -> Node:
        return _node(self.name, (), {}, False)

    def s(self, *args: Any, **kwargs: Any) -> Signature[Result]:
        """The task with its arguments, or with all but the first where a result will be prepended."""
        return Signature(_node(self.name, args, kwargs, False))

    def si(self, *args: Params.args, **kwargs: Params.kwargs) -> Signature[Result]:
        """The same, where no result is prepended."""
        return Signature(_node(self.name, args, kwargs, True))


Step = Canvas[Any] | Task[..., Any]


def task(name: str) -> Task[..., Any]:
    """The task that is called so."""
    return Task(name)


def typed(stub: Callable[Params, Other], name: str) -> Task[Params, Other]:
    """The task of this name, with the parameters and the result of `stub`; what `celeriac stubs` writes uses it."""
    return Task(name)


def chain(*steps: Step) -> Canvas[Any]:
    """Steps one after the other; each gets the result of the one before."""
    return Canvas({"chain": [step.node for step in steps]})


def group(*members: Step) -> Canvas[list[Any]]:
    """Members side by side; the result is the list of theirs."""
    return Canvas({"group": [member.node for member in members]})


def chord(header: Iterable[Step], body: Step) -> Canvas[Any]:
    """A header side by side, then a body that gets the list of its results."""
    return Canvas({"chord": {"header": [step.node for step in header], "body": body.node}})


def with_options(node: Node, options: Mapping[str, Any]) -> Node:
    """A canvas with options: of the first step of a chain, all members of a group, header and body of a chord."""
    if not options:
        return node
    if "task" in node:
        return {**node, "options": {**node["options"], **options}}
    if "chain" in node:
        first, *rest = node["chain"]
        return {"chain": [with_options(first, options), *rest]}
    if "group" in node:
        return {"group": [with_options(member, options) for member in node["group"]]}
    header = [with_options(step, options) for step in node["chord"]["header"]]
    return {"chord": {"header": header, "body": with_options(node["chord"]["body"], options)}}


def wire(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as the contract has them: times in RFC 3339; naive ones are local, as Python takes them."""
    return {name: _time(value) if isinstance(value, datetime) else value for name, value in options.items()}


def _time(value: datetime) -> str:
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _node(name: str, args: Iterable[Any], kwargs: Mapping[str, Any], immutable: bool) -> dict[str, Any]:
    return {"task": name, "args": list(args), "kwargs": dict(kwargs), "options": {}, "immutable": immutable}
