#!/usr/bin/env python3
"""Writes the topology files of this directory from the division list.

    topology/make.py --divisions DIR           writes the four files
    topology/make.py --divisions DIR --check   exits 1 where a file differs from its making

DIR holds divisions-shandong.csv: code, name, level (1 to 5), parent; the statistics bureau's
12-digit codes, edition 2020. The list itself is not part of this tree.
"""

import argparse
import csv
import json
import pathlib
import sys

LEVELS = {"1": "province", "2": "city", "3": "county", "4": "town", "5": "village"}
SERVICE = {
    "province": "政务服务中心",
    "city": "政务服务中心",
    "county": "政务服务中心",
    "town": "便民服务中心",
    "village": "便民服务站",
}
# The bureau's own words for the committee of a village or a neighbourhood.
COMMITTEES = [("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居民委员会", "社区"),
              ("居委会", "社区"), ("村民委员会", "村"), ("村委会", "村")]
FIRST_PORT = 8370

PINGYIN = "370124000000"
DONGCHANGFU = "371502000000"


def read_divisions(directory):
    with open(directory / "divisions-shandong.csv", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def station_name(row):
    name = row["name"]
    if row["level"] == "5":
        for long, short in COMMITTEES:
            if name.endswith(long):
                name = name[: -len(long)] + short
                break
    return name + SERVICE[LEVELS[row["level"]]]


def nodes(divisions, codes):
    """One node per code, in the order given; a parent outside the list is none."""
    chosen = set(codes)
    made = []
    for index, code in enumerate(codes):
        row = divisions[code]
        made.append({
            "region": code,
            "name": station_name(row),
            "level": LEVELS[row["level"]],
            "parent": row["parent"] if row["parent"] in chosen else None,
            "listen": f"127.0.0.1:{FIRST_PORT + index}",
        })
    return made


def children(divisions, parent, most=None):
    found = sorted(code for code, row in divisions.items() if row["parent"] == parent)
    return found[:most]


def branch(divisions, county, towns, villages_each):
    """A county, some of its towns, and the first villages of each."""
    codes = [county] + towns
    for town in towns:
        codes += children(divisions, town, villages_each)
    return codes


def corridor(a, b):
    """A link between two counties and the agreement under which cases may cross it."""
    return {
        "links": [{"a": a, "b": b}],
        "agreements": [{"a": a, "b": b, "mode": "agency"}],
    }


def demo(divisions):
    codes = [PINGYIN, "370124106000", "370124106201", "370124106202", "370124001000",
             DONGCHANGFU, "371502101000"]
    return {"name": "demo", "nodes": nodes(divisions, codes),
            **corridor(PINGYIN, DONGCHANGFU)}


def pingyin(divisions):
    codes = branch(divisions, PINGYIN, children(divisions, PINGYIN), None)
    assert len(codes) == 1 + 8 + 353, len(codes)
    return {"name": "pingyin", "nodes": nodes(divisions, codes), "links": [], "agreements": []}


def two_counties(divisions):
    codes = branch(divisions, PINGYIN,
                   ["370124001000", "370124102000", "370124106000", "370124107000"], 3)
    codes += branch(divisions, DONGCHANGFU,
                    ["371502001000", "371502101000", "371502102000"], 3)
    return {"name": "two-counties", "nodes": nodes(divisions, codes),
            **corridor(PINGYIN, DONGCHANGFU)}


def province(divisions, with_towns):
    """Province, cities and counties, without the list's childless placeholders (市辖区)."""
    levels = "1234" if with_towns else "123"
    codes = sorted(
        (code for code, row in divisions.items()
         if row["level"] in levels and row["name"] != "市辖区"),
        key=lambda code: (divisions[code]["level"], code))
    if not with_towns:
        assert len(codes) == 1 + 16 + 169 - 16, len(codes)
    return {"name": "province", "nodes": nodes(divisions, codes),
            **corridor(PINGYIN, DONGCHANGFU)}


def text(topology):
    """One node, link or agreement a line, so that a change shows as one line."""
    def entry(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def block(key):
        rows = ",\n".join("  " + entry(row) for row in topology[key])
        return f"{entry(key)}:[\n{rows}\n]" if rows else f"{entry(key)}:[]"

    parts = ['"version":1', f'"name":{entry(topology["name"])}']
    parts += [block(key) for key in ("nodes", "links", "agreements")]
    return "{" + ",\n".join(parts) + "}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--divisions", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(__file__).parent)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--towns", action="store_true",
                        help="province.json with the towns of the list, too")
    arguments = parser.parse_args()

    divisions = read_divisions(arguments.divisions)
    made = [demo(divisions), pingyin(divisions), two_counties(divisions),
            province(divisions, arguments.towns)]
    differ = 0
    for topology in made:
        path = arguments.out / (topology["name"] + ".json")
        wanted = text(topology)
        if not arguments.check:
            path.write_text(wanted, encoding="utf-8")
            print(f"{path}: {len(topology['nodes'])} nodes")
        elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
            print(f"{path}: differs from what the division list gives", file=sys.stderr)
            differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main())
