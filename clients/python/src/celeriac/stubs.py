"""`celeriac stubs`: writes a typed Python module of a stage's tasks, from its registry."""

from __future__ import annotations

import argparse
import json
import keyword
import re
import sys
from typing import Any, Mapping, Sequence

from .client import Client

HEAD = '''"""Tasks of {url}, as celeriac stubs found them. Do not edit: write it anew."""

from __future__ import annotations

from typing import Any, Literal

from celeriac.canvas import typed

'''


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="celeriac stubs", description=__doc__)
    parser.add_argument("url", nargs="?", default="http://localhost:8000", help="of the API (default: %(default)s)")
    parser.add_argument("-o", "--out", help="file to write (default: stdout)")
    parser.add_argument("--token")
    parser.add_argument("--key")
    options = parser.parse_args(arguments)
    text = stubs(Client(options.url, token=options.token, key=options.key).registry(), options.url)
    if options.out is None:
        sys.stdout.write(text)
    else:
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(text)
    return 0


def stubs(tasks: Sequence[Mapping[str, Any]], url: str) -> str:
    """The text of a module with a class for each task module, and in it each task."""
    modules: dict[str, list[Mapping[str, Any]]] = {}
    for task in sorted(tasks, key=lambda one: str(one["name"])):
        modules.setdefault(str(task["name"]).split(".")[0], []).append(task)
    return HEAD.format(url=url) + "\n\n".join(_module(name, found) for name, found in modules.items())


def _module(name: str, tasks: Sequence[Mapping[str, Any]]) -> str:
    functions = "".join(_function(task) for task in tasks)
    members = "".join(
        f"    {_word(_own(task))} = typed(_{_word(name)}_{_own(task)}, {json.dumps(task['name'])})\n" for task in tasks
    )
    return f"{functions}\nclass {_word(name)}:\n{members}"


def _function(task: Mapping[str, Any]) -> str:
    module, own = str(task["name"]).split(".", 1)
    return f"def _{_word(module)}_{own}({_parameters(task)}) -> Any: ...\n"


def _parameters(task: Mapping[str, Any]) -> str:
    args: Mapping[str, Any] = task["args"]
    named = _named(task["kwargs"])
    alternatives = args.get("anyOf")
    if alternatives is not None and all("prefixItems" in one for one in alternatives):
        return ", ".join([*_merged(alternatives, task), *named])
    if "prefixItems" in args:
        return ", ".join([*_merged([args], task), *named])
    return ", ".join([f"*args: {type_of(args.get('items', {}))}", *(named[1:] if named else [])])


def _merged(lists: Sequence[Mapping[str, Any]], task: Mapping[str, Any]) -> list[str]:
    """The parameters of one list, or of several that a task takes: each a union of what they have at its place."""
    names = task.get("parameters") or []
    fewest = min(int(one.get("minItems", len(one["prefixItems"]))) for one in lists)
    found = []
    for index in range(max(len(one["prefixItems"]) for one in lists)):
        types = {type_of(one["prefixItems"][index]): None for one in lists if index < len(one["prefixItems"])}
        name = _word(names[index]) if index < len(names) else f"_{index}"
        found.append(f"{name}: {' | '.join(types)}{'' if index < fewest else ' = ...'}")
    return found if names else [*found, "/"][: len(found) + (1 if found else 0)]


def _named(kwargs: Mapping[str, Any]) -> list[str]:
    required = set(kwargs.get("required", []))
    fields = [
        f"{_word(name)}: {type_of(schema)}{'' if name in required else ' = ...'}"
        for name, schema in kwargs.get("properties", {}).items()
        if name.isidentifier()
    ]
    return ["*", *fields] if fields else []


def type_of(schema: Any) -> str:
    """A JSON Schema as a type of Python; Any where there is none that says as much."""
    if not isinstance(schema, Mapping):
        return "Any"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        if all(isinstance(value, (str, int, bool)) for value in values):
            return f"Literal[{', '.join(repr(value) for value in values)}]"
    if "anyOf" in schema:
        types = dict.fromkeys(type_of(one) for one in schema["anyOf"])
        return "Any" if "Any" in types else " | ".join(types)
    if schema.get("type") == "array":
        return f"list[{type_of(schema.get('items'))}]"
    if schema.get("type") == "object":
        return f"dict[str, {type_of(schema.get('additionalProperties'))}]"
    simple = {"number": "float", "integer": "int", "string": "str", "boolean": "bool", "null": "None"}
    return simple.get(str(schema.get("type")), "Any")


def _own(task: Mapping[str, Any]) -> str:
    return str(task["name"]).split(".", 1)[1]


def _word(name: str) -> str:
    word = re.sub(r"\W", "_", name)
    return f"{word}_" if keyword.iskeyword(word) else word


if __name__ == "__main__":
    sys.exit(main())
