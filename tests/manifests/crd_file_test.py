#!/usr/bin/python3
"""crds/scanjobs.yaml keeps the conventions of the Kubernetes API, as far as the file alone can show."""

import os
import re
import unittest

from documents import CRD, objects, resource, schema

# Of each condition; Kubernetes' own type asks for them.
CONDITION_FIELDS = {"type", "status", "lastTransitionTime", "reason", "message"}


def parts():
    """(path, schema) of everything below spec and status."""
    properties = schema()["properties"]
    for name in ("spec", "status"):
        for path, part in objects(properties[name]):
            yield f"{name}.{path}", part


def faulty(kind, is_well):
    return [path for path, part in parts() if part.get("type") == kind and not is_well(part)]


def versions():
    return resource()["spec"]["versions"]


def property_names():
    for _, part in parts():
        yield from part["properties"] if isinstance(part.get("properties"), dict) else ()


class ShapeTest(unittest.TestCase):
    def test_each_version_has_the_status_subresource_and_one_is_stored(self):
        self.assertTrue(all("status" in version["subresources"] for version in versions()))
        self.assertEqual(sum(version["storage"] for version in versions()), 1)

    def test_the_top_level_has_the_usual_members_only(self):
        self.assertEqual(set(schema()["properties"]), {"apiVersion", "kind", "metadata", "spec", "status"})

    def test_a_job_that_nobody_has_seen_is_not_ready_to_kstatus(self):
        status = schema()["properties"]["status"]
        self.assertEqual(status["default"], {"observedGeneration": -1})
        self.assertEqual(status["properties"]["observedGeneration"]["minimum"], -1)

    def test_conditions_are_a_map_by_type_with_the_five_fields(self):
        conditions = schema()["properties"]["status"]["properties"]["conditions"]
        self.assertEqual(conditions["x-kubernetes-list-type"], "map")
        self.assertEqual(conditions["x-kubernetes-list-map-keys"], ["type"])
        self.assertGreater(conditions["maxItems"], 0)
        self.assertEqual(set(conditions["items"]["required"]), CONDITION_FIELDS)

    def test_every_property_has_a_description(self):
        silent = [f"{path}.{name}" for path, part in parts() if isinstance(part.get("properties"), dict)
                  for name, inner in part["properties"].items() if isinstance(inner, dict) and "description" not in inner]
        self.assertEqual(silent, [])

    def test_nothing_is_nullable_or_of_unknown_shape(self):
        for word in ("nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"):
            self.assertEqual([path for path, part in parts() if word in part], [])

    def test_a_job_is_never_deleted_unless_it_asks_for_it(self):
        self.assertNotIn("default", schema()["properties"]["spec"]["properties"]["ttlSecondsAfterFinished"])

    def test_the_file_fits_the_annotation_of_kubectl_apply(self):
        self.assertLess(os.path.getsize(CRD), 200 * 1024)


class BoundsTest(unittest.TestCase):
    def test_there_are_no_floats(self):
        self.assertEqual(faulty("number", lambda part: False), [])

    def test_each_string_is_bounded(self):
        self.assertEqual(faulty("string", lambda part: part.keys() & {"maxLength", "enum", "format"}), [])

    def test_each_integer_is_bounded(self):
        self.assertEqual(faulty("integer", lambda part: {"minimum", "maximum"} <= part.keys()), [])

    def test_each_list_is_bounded_and_says_how_it_merges(self):
        self.assertEqual(faulty("array", lambda part: {"maxItems", "x-kubernetes-list-type"} <= part.keys()), [])

    def test_maps_are_bounded_and_hold_no_objects(self):
        maps = [(path, part) for path, part in parts() if "additionalProperties" in part]
        self.assertEqual([path for path, part in maps if "maxProperties" not in part], [])
        self.assertEqual([path for path, part in maps if part["additionalProperties"].get("type") == "object"], [])

    def test_enum_values_begin_with_a_capital(self):
        words = [word for _, part in parts() for word in part.get("enum", []) if isinstance(part.get("enum"), list)]
        self.assertGreater(len(words), 20)
        self.assertEqual([word for word in words if not re.match(r"[A-Z]", word)], [])


class NamesTest(unittest.TestCase):
    def test_durations_are_integers_named_seconds(self):
        self.assertEqual([name for name in property_names() if re.search(r"(?i)duration|interval|timeout$", name)], [])

    def test_times_are_named_time_and_are_dates(self):
        self.assertEqual([name for name in property_names() if "stamp" in name.lower()], [])
        dates = [(name, inner) for _, part in parts() if isinstance(part.get("properties"), dict)
                 for name, inner in part["properties"].items() if name.endswith("Time") or inner.get("format") == "date-time"]
        self.assertGreater(len(dates), 4)
        for name, inner in dates:
            self.assertTrue(name.endswith("Time") and inner.get("format") == "date-time", name)

    def test_short_name_and_category_are_ours_alone(self):
        names = resource()["spec"]["names"]
        self.assertEqual(names["shortNames"], ["sfj"])
        self.assertEqual(names["categories"], ["scans"])

    def test_age_is_the_last_column_and_titles_are_words(self):
        for version in versions():
            titles = [column["name"] for column in version["additionalPrinterColumns"]]
            self.assertEqual(titles[-1], "Age")
            self.assertEqual([title for title in titles if " " in title], [])

    def test_a_usual_row_of_the_default_view_fits_100_columns(self):
        usual = {"Scanner": "Synthetic", "Status": "PartiallyCompleted", "Chunks": "256/256", "Coverage": "100",
                 "Findings": "100000", "Crit": "100", "High": "1000", "Age": "120m"}
        shown = [column for column in versions()[0]["additionalPrinterColumns"] if not column.get("priority")]
        width = len("name-of-job.") + sum(3 + max(len(column["name"]), len(usual[column["name"]])) for column in shown)
        self.assertLessEqual(width, 100)

    def test_at_most_eight_fields_are_selectable(self):
        self.assertTrue(all(len(version.get("selectableFields", [])) <= 8 for version in versions()))


class RulesTest(unittest.TestCase):
    def rules(self):
        for path, part in objects(schema()):
            for rule in part.get("x-kubernetes-validations", []):
                yield path, rule

    def test_each_rule_has_a_message_of_the_usual_form(self):
        rules = list(self.rules())
        self.assertGreater(len(rules), 20)
        for path, rule in rules:
            self.assertRegex(rule.get("message", ""), r"\bmust (be|not|have|name)\b", path)

    def test_messages_quote_values_and_fields_in_their_own_way(self):
        for path, rule in self.rules():
            self.assertNotIn('"', rule["message"], path)
            self.assertNotRegex(rule["message"], r"[<>]=?|==", path)


if __name__ == "__main__":
    unittest.main()
