#!/usr/bin/python3
"""Validates SARIF files against the OASIS schema: validate_sarif.py SCHEMA FILE…

Exit code 77 (skipped) when jsonschema or the schema is absent.
"""
import json
import sys


def main(schema_path, paths):
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed")
        return 77
    try:
        with open(schema_path, encoding="utf-8") as file:
            schema = json.load(file)
    except FileNotFoundError:
        print(f"skipped: no schema at {schema_path}")
        return 77
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    faults = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        errors = sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.path)))
        faults += len(errors)
        for error in errors[:20]:
            print(f"{path}: /{'/'.join(map(str, error.path))}: {error.message[:300]}")
        results = sum(len(run.get("results", [])) for run in document["runs"])
        print(f"{path}: {results} results, {len(errors)} faults")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
