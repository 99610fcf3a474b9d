"""Checks records against the output shapes of botocore's service models.

In: one JSON object a line, {"service", "operation", "member", "record"}; a record that is a text is a whole answer in XML; with "input"
it is a request. Out:
one line for each thing that the model does not allow. Members that the installed model does not know are reported as such: models grow.
"""
import json
import re
import sys
from xml.etree import ElementTree

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


def check_xml(element, shape, path):
    """An element against its shape: names and the form of lists; what is text is not looked at closer."""
    kind = shape.type_name
    children = [(bare(child.tag), child) for child in element]
    if kind == "structure":
        members = {wire_name(name, member): member for name, member in shape.members.items()}
        for name, child in children:
            if name not in members:
                yield f"{path}.{name}: unknown member"
            elif members[name].type_name == "list" and members[name].serialization.get("flattened"):
                yield from check_xml(child, members[name].member, f"{path}.{name}")
            else:
                yield from check_xml(child, members[name], f"{path}.{name}")
    elif kind == "list":
        item = shape.member.serialization.get("name", "member")
        for name, child in children:
            if name != item:
                yield f"{path}: an item is {name}, not {item}"
            yield from check_xml(child, shape.member, f"{path}[]")
    elif kind == "map":
        for name, child in children:
            if name != "entry" or [bare(part.tag) for part in child] != ["key", "value"]:
                yield f"{path}: {name} is no entry"
    elif children:
        yield f"{path}: has elements, but is {kind}"


def bare(tag):
    return tag.rsplit("}", 1)[-1]


def check_answer(xml, operation, protocol):
    root = ElementTree.fromstring(xml)
    shape = operation.output_shape
    if protocol == "query":
        wrapper = shape.serialization.get("resultWrapper", operation.name + "Result")
        root = next(child for child in root if bare(child.tag) == wrapper)
    elif protocol == "rest-xml" and (payload := shape.serialization.get("payload")):
        shape = shape.members[payload]
    elif protocol == "ec2":
        root.remove(next(child for child in root if bare(child.tag) == "requestId"))
    yield from check_xml(root, shape, operation.name)


for line in sys.stdin:
    case = json.loads(line)
    service = model(case["service"])
    operation = service.operation_model(case["operation"])
    if isinstance(case["record"], str):
        for problem in check_answer(case["record"], operation, service.protocol):
            print(problem)
        continue
    shape = operation.input_shape if case.get("input") else operation.output_shape
    for name in case["member"].split("."):
        shape = {wire_name(key, member): member for key, member in shape.members.items()}[name] if name else shape
    if shape.type_name == "list":
        shape = shape.member
    for problem in check(case["record"], shape, case["operation"], service.protocol):
        print(problem)
