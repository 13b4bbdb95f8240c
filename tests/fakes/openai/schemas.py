"""Which JSON Schemas a tool may have for parameters."""

from typing import Any

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


def check_parameters(schema: Any, *, strict: bool) -> str | None:
    """What is wrong with a tool's parameters, in OpenAI's words; None if nothing is."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, dict):
        return "In context=(), '$defs' must be an object."
    return _check(schema, (), definitions, strict=strict)


def _check(schema: Any, path: tuple[str, ...], definitions: dict[str, Any], *, strict: bool) -> str | None:
    if isinstance(schema, bool):
        return None
    if not isinstance(schema, dict):
        return f"In context={path}, {schema!r} is not of type 'object', 'boolean'."
    for problem in (
        _check_reference(schema, path, definitions),
        _check_types(schema, path),
        _check_object(schema, path, strict=strict),
    ):
        if problem:
            return problem
    for step, child in _children(schema):
        problem = _check(child, (*path, *step), definitions, strict=strict)
        if problem:
            return problem
    return None


def _check_reference(schema: dict[str, Any], path: tuple[str, ...], definitions: dict[str, Any]) -> str | None:
    reference = schema.get("$ref")
    if reference is None or reference == "#":
        return None
    if not isinstance(reference, str) or reference.removeprefix("#/$defs/") not in definitions:
        return f"In context={path}, reference can only point to definitions defined at the top level of the schema."
    return None


def _check_types(schema: dict[str, Any], path: tuple[str, ...]) -> str | None:
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    for name in kinds:
        if name is not None and name not in TYPES:
            return f"In context={path}, {name!r} is not valid under any of the given schemas."
    if "array" in kinds and "items" not in schema:
        return f"In context={path}, array schema missing items."
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        return f"In context={path}, 'enum' must be a non-empty array."
    return None


def _check_object(schema: dict[str, Any], path: tuple[str, ...], *, strict: bool) -> str | None:
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return f"In context={path}, 'properties' must be an object."
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return f"In context={path}, 'required' must be an array of strings."
    if strict and schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
        if set(required) != set(properties):
            return (
                f"In context={path}, 'required' is required to be supplied and to be an array including every key "
                "in properties."
            )
    return None


def _children(schema: dict[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    children: list[tuple[tuple[str, ...], Any]] = []
    for key in ("properties", "$defs"):
        children += [((key, name), child) for name, child in schema.get(key, {}).items()]
    for key in ("items", "additionalProperties", "not"):
        if key in schema:
            children.append(((key,), schema[key]))
    for key in ("anyOf", "allOf", "oneOf", "prefixItems"):
        children += [((key, str(i)), child) for i, child in enumerate(schema.get(key, []))]
    return children
