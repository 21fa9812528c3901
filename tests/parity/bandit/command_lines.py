"""Runs Bandit's command line many times in one interpreter and compares its answers with those of another program.

Standard input: JSON, {"cwd": "...", "cases": [{"args": [...], "stdin": "...", "file": "...", "code": n, "output":
"..."}]}; `code` and `output` are the other program's answer, `file` names what `-o` writes, if anything.
Standard output: a JSON list of {"ours": {...}, "theirs": {...}}, one a case, ready to be compared: documents instead
of texts, with times and the messages of findings taken out.

Starting Bandit costs half a second; a fork of an interpreter that has imported it costs a few milliseconds.
"""

import csv
import io
import json
import os
import re
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import yaml
from bandit.cli import main as cli
from bandit.core import extension_loader  # noqa: F401  loads the plug-ins once, before the forks

MASK = "*"


def run(case, cwd):
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out:
        given.write(case.get("stdin", "").encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.chdir(cwd)
                os.dup2(given.fileno(), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                sys.argv = ["bandit", *case["args"]]
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            except BaseException:
                traceback.print_exc()
            finally:
                try:
                    sys.stdout.flush()
                finally:
                    os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    if case.get("file"):
        path = os.path.join(cwd, case["file"])
        with open(path, encoding="utf-8", newline="") as file:
            text += file.read()
        os.remove(path)
    return os.waitstatus_to_exitcode(status), text


def document(text):
    """Returns what a text says, whichever format it is in."""
    if text.startswith("usage: bandit"):
        return [""]
    if text.startswith("{"):
        return masked(json.loads(text))
    if text.startswith("errors:"):
        return masked(yaml.safe_load(text))
    if text.startswith("filename,test_name"):
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        return [{**row, "issue_text": MASK} for row in rows] + [text.count("\r\n")]
    if text.startswith("<?xml"):
        return element(ElementTree.fromstring(text))
    if text.lstrip().startswith("<!DOCTYPE"):
        page = Page()
        page.feed(text)
        return page.tokens
    text = re.sub(r"Run started:[-\d]+ [:.\d]+\+00:00", MASK, text)
    text = re.sub(r"(>> Issue: \[\w+:\w+\]) .*", rf"\1 {MASK}", text)
    return re.sub(r"(: (LOW|MEDIUM|HIGH): ).*", rf"\1{MASK}", text).split("\n")


def masked(value, key=None):
    if key in ("issue_text", "generated_at", "endTimeUtc"):
        return MASK
    if isinstance(value, dict):
        if "ruleId" in value:
            value = {**value, "message": MASK}
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value


def element(node):
    attributes = dict(node.attrib)
    message = attributes.get("message")
    text = node.text or ""
    if message is not None:
        attributes["message"] = MASK
        text = text.replace(message, MASK)
    return [node.tag, attributes, text, [element(child) for child in node]]


class Page(HTMLParser):
    """The body of a page: its elements and texts, white space at the ends of texts left out."""

    def __init__(self):
        super().__init__()
        self.tokens = []
        self.inside = False
        self.until_message = None

    def handle_starttag(self, tag, attrs):
        self.inside = self.inside or tag == "body"
        if self.inside:
            self.tokens.append([tag, sorted(attrs)])
        if "issue-block" in dict(attrs).get("class", ""):
            self.until_message = 1

    def handle_data(self, data):
        data = data.strip()
        if not self.inside or not data:
            return
        if self.until_message == 0:
            data = MASK
            self.until_message = None
        elif self.until_message is not None:
            self.until_message -= 1
        self.tokens.append(data)


def answer(code, text):
    try:
        return {"code": code, "document": document(text)}
    except Exception as error:  # a document that cannot be read is an answer, too
        return {"code": code, "unreadable": str(error), "text": text}


def main():
    given = json.load(sys.stdin)
    answers = []
    for case in given["cases"]:
        ours = answer(case["code"], case["output"])
        theirs = answer(*run(case, given["cwd"]))
        answers.append({"ours": ours, "theirs": theirs})
    json.dump(answers, sys.stdout)


main()
