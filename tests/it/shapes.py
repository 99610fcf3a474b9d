"""Checks records against the output shapes of botocore's service models.

In: one JSON object a line, {"service", "operation", "member", "record"}. Out: one line for each thing that the model does not
allow. Members that the installed model does not know are reported as such: models grow.
"""
import json
import re
import sys

import botocore.loaders
import botocore.model

LOADER = botocore.loaders.Loader()
MODELS = {}
ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")
DEFAULT_TIME = {"rest-json": "unixTimestamp", "json": "unixTimestamp"}


def model(service):
    if service not in MODELS:
        MODELS[service] = botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)
    return MODELS[service]


def wire_name(name, shape):
    return shape.serialization.get("name", name)


def check(value, shape, path, protocol):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__}, not a structure"
            return
        members = {wire_name(name, member): member for name, member in shape.members.items()}
        required = {wire_name(name, shape.members[name]) for name in shape.required_members}
        for name in sorted(required - value.keys()):
            yield f"{path}.{name}: missing"
        for name, inner in value.items():
            if name in members:
                yield from check(inner, members[name], f"{path}.{name}", protocol)
            else:
                yield f"{path}.{name}: unknown member"
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__}, not a list"
            return
        for inner in value:
            yield from check(inner, shape.member, f"{path}[]", protocol)
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__}, not a map"
            return
        for inner in value.values():
            yield from check(inner, shape.value, f"{path}{{}}", protocol)
    elif kind == "timestamp":
        form = shape.serialization.get("timestampFormat", DEFAULT_TIME.get(protocol))
        good = isinstance(value, str) and ISO.match(value) if form == "iso8601" else isinstance(value, (int, float))
        if not good:
            yield f"{path}: {value!r} is no {form}"
    else:
        wanted = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float), "float": (int, float)}[kind]
        if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
            yield f"{path}: {value!r} is no {kind}"
        elif kind == "string" and shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is not in the list of {shape.name}"


for line in sys.stdin:
    case = json.loads(line)
    service = model(case["service"])
    shape = service.operation_model(case["operation"]).output_shape
    for name in case["member"].split("."):
        shape = {wire_name(key, member): member for key, member in shape.members.items()}[name] if name else shape
    if shape.type_name == "list":
        shape = shape.member
    for problem in check(case["record"], shape, case["operation"], service.protocol):
        print(problem)
