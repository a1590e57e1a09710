"""What ONNX's operators gained in operator sets 14 to 21, from the schemas of the onnx package (pip install onnx).

    python scripts/operator-history.py > src/onnx/lowest/history.ts && npx biome check --write src/onnx/lowest/history.ts

Only element types that chiquito knows are told. What an operator came to mean, while its signature stayed, no schema says: that stands in forms.ts.
"""
from onnx import __version__, defs

FLOOR, CEILING = 13, 21
# Of sequences, texts and sound; a network that reads photos has none of them.
ELSEWHERE = ('Optional', 'String', 'Sequence', 'Regex', 'ImageDecoder', 'BlackmanWindow', 'HammingWindow', 'HannWindow', 'Mel', 'STFT')
DTYPES = {
    f'tensor({there})': here
    for there, here in {
        'float': 'float32', 'double': 'float64', 'float16': 'float16', 'bfloat16': 'bfloat16', 'bool': 'bool',
        **{name: name for name in ('int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64')},
    }.items()
}


def dtypes(formal):
    return {DTYPES[name] for name in formal.types if name in DTYPES}


def gain(old, new):
    """Attributes, and element types by position, that one version takes and the one before it did not."""
    attributes = sorted(set(new.attributes) - set(old.attributes))
    inputs = {}
    for i, formal in enumerate(new.inputs[: len(old.inputs)]):
        more = sorted(dtypes(formal) - dtypes(old.inputs[i]))
        if more:
            inputs[i] = more
    return attributes, inputs


def line(since, attributes, inputs):
    parts = [f'since: {since}']
    if attributes:
        parts.append(f'attributes: {attributes}')
    if inputs:
        parts.append('inputs: {' + ', '.join(f'{i}: {types}' for i, types in inputs.items()) + '}')
    return '{ ' + ', '.join(parts) + ' }'


def main():
    versions = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == '' and schema.since_version <= CEILING and not schema.name.startswith(ELSEWHERE):
            versions.setdefault(schema.name, []).append(schema)
    rows = []
    for name, schemas in sorted(versions.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        gains = []
        if schemas[0].since_version > FLOOR:
            gains.append(f'{{ since: {schemas[0].since_version}, isNew: true }}')
        for old, new in zip(schemas, schemas[1:]):
            found = gain(old, new)
            if new.since_version > FLOOR and any(found):
                gains.append(line(new.since_version, *found))
        if gains:
            rows.append(f'  {name}: [{", ".join(gains)}],')
    print(f'// Written by scripts/operator-history.py from the schemas of onnx {__version__}.\n')
    print("import type { DType } from '../../core/index.js'\n")
    print('/** What an operator takes since one operator set, and not before: itself, attributes, element types of inputs by position. */')
    print('export interface Gain {')
    print('  readonly since: number\n  readonly isNew?: true\n  readonly attributes?: readonly string[]')
    print('  readonly inputs?: Readonly<Record<number, readonly DType[]>>\n}\n')
    print(f'/** Operators that gained something in operator sets {FLOOR + 1} to {CEILING}. */')
    print('export const gains: Readonly<Record<string, readonly Gain[]>> = {')
    print('\n'.join(rows))
    print('}')


main()
