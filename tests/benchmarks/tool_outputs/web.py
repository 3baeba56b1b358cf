"""Packages, tests, types and linters of JavaScript."""

from __future__ import annotations

import json
from typing import Final

from tests.benchmarks.tool_outputs.recipe import Recipe, port
from tests.benchmarks.tool_outputs.rules import both, each, under

_NONE: Final = each(r"\A\Z")

_TS: Final = {
    "tsconfig.json": json.dumps({"compilerOptions": {
        "strict": True, "noEmit": True, "target": "es2020", "types": [], "lib": ["es2020"]}}),
    **{f"src/{port(n).lower()}.ts":
       f"export const berth{n}: number = {n};\n"
       f"export function depth{n}(tide: number): number {{\n  return tide + berth{n};\n}}\n"
       for n in range(40)},
    "src/fares.ts": (
        'import { depth0 } from "./velmar";\n\n'
        "export interface Fare { kind: string; cents: number; until?: Date }\n\n"
        'export const day: Fare = { kind: "day", cents: "38" };\n'
        "export function total(fares: Fare[]): number {\n"
        "  return fares.reduce((sum, fare) => sum + fare.until.getTime(), 0);\n}\n"
        "export const deep: string = depth0(3);\n"
        "missing(day);\n"
    ),
}  # fmt: skip
TSC: Final = each(r"^\S+\.ts(?:\(\d+,\d+\):|:\d+:\d+ -) error TS\d+: .*")

_ESLINT: Final = {
    "eslint.config.mjs": (
        "export default [{ files: ['src/*.js'], rules: { 'no-unused-vars': 'warn', "
        "'prefer-const': 'warn', 'eqeqeq': 'warn', 'no-undef': 'error', "
        "'no-dupe-keys': 'error' } }];\n"
    ),
    "package.json": '{"name": "kiosk", "version": "1.0.0", "scripts": {"lint": "eslint src"}}',
    **{f"src/{port(n).lower()}.js":
       f"let depth = {n};\nlet tide = depth == 3;\nexport function berth(a, b) {{\n"
       f"  let c = a;\n  return c == {n};\n}}\n" for n in range(28)},
    "src/orrisay.js": "let a = { x: 1, x: 2 };\nexport const b = a.x == fare;\n",
    "src/tollan.js": "export function night( {\n",
}  # fmt: skip
ESLINT: Final = under(r"/\S+\.js$", r" +\d+:\d+ +error ")
ESLINT_END: Final = each(r"^✖ \d+ problems.*")

_MOCHA: Final = {
    "package.json": '{"name": "kiosk", "version": "1.0.0", "scripts": {"test": "mocha"}}',
    "test/fares.spec.js": (
        "const assert = require('assert');\n"
        + "".join(
            f"describe('the boat to {port(n)}', () => {{\n"
            + "".join(f"  it('leaves pier {k} at {h}:15', () => {{ assert.ok(true); }});\n"
                      for k, h in enumerate(range(6, 12)))
            + "});\n" for n in range(30))
        + "describe('fares', () => {\n"
        "  it('doubles at night', () => { assert.strictEqual(38 * 2, 82); });\n"
        "  it('knows every port', () => { assert.deepStrictEqual({a: [1, 2]}, {a: [1, 3]}); });\n"
        "  it('reads the plan', () => { JSON.parse('{'); });\n});\n"
    ),
}  # fmt: skip
_NODE: Final = {
    "kiosk.test.js": (
        "const { test } = require('node:test');\nconst assert = require('node:assert');\n"
        + "".join(
            f"test('the boat to {port(n)} leaves at noon', () => {{ assert.ok(true); }});\n"
            for n in range(110)
        )
        + "test('the night boat costs 82', () => { assert.strictEqual(76, 82); });\n"
        "test('the plan is read', () => { require('./nowhere.json'); });\n"
    )
}

_APP: Final = json.dumps({
    "name": "kiosk", "version": "1.0.0",
    "dependencies": {"eslint": "9.0.0", "mocha": "11.0.1", "eslint-plugin-react-hooks": "4.6.0"},
})  # fmt: skip
_BAD: Final = json.dumps({
    "name": "kiosk", "version": "1.0.0",
    "dependencies": {"mocha": "11.0.1", "@kiosk-nobody-has/fares": "1.0.0"},
})  # fmt: skip
_SCRIPT: Final = json.dumps({
    "name": "kiosk", "version": "1.0.0",
    "dependencies": {f"p{n}": f"file:p{n}" for n in range(60)},
    "scripts": {"postinstall": "node build.js"},
})  # fmt: skip
NPM: Final = each(
    r"^npm error (?:code|404 |ERESOLVE|Could not|peer |missing|invalid|syscall|path) ?.*"
)

RECIPES: Final = [
    Recipe("tsc --listFiles", "tsc",
           {**_TS, **{f"src/more/{port(n).lower()}.ts": f"export const a = {n};\n"
                      for n in range(99)}},
           "tsc --listFiles", TSC, _NONE),
    Recipe("tsc --explainFiles", "tsc", _TS, "tsc --explainFiles", TSC, _NONE),
    Recipe("tsc --traceResolution --pretty", "tsc", _TS,
           "tsc --traceResolution --pretty | tail -600", TSC,
           each(r"Found \d+ errors? in .*")),
    Recipe("eslint", "eslint", _ESLINT, "eslint src", ESLINT, ESLINT_END),
    Recipe("npm run lint", "eslint",
           {**_ESLINT, "src/orrisay.js": "export const b = fare;\n"}, "npm run lint",
           ESLINT, ESLINT_END),
    Recipe("npm test, mocha", "mocha", _MOCHA, "npm test",
           each(r"(?s)^  (\d\) [^\n]*)\n +(?:[^\n]*:\n)\n? +(\w*Error[^\n]*)"
                r"(?:(?!^  \d\) ).)*?^ +(at Context[^\n]*)"),
           each(r"^ +\d+ (?:passing|failing).*")),
    Recipe("mocha, TAP", "mocha", _MOCHA, "mocha --reporter tap",
           each(r"(?s)^(not ok [^\n]*)\n +(\w*Error[^\n]*|[A-Z][^\n]*)"),
           each(r"^# (?:pass|fail|tests) .*")),
    Recipe("node --test, TAP", "node", _NODE, "node --test --test-reporter=tap",
           each(r"(?s)^(not ok [^\n]*)\n(?:(?!^(?:not )?ok ).)*?^  location: ([^\n]*)",
                r"(?s)^(not ok [^\n]*)\n(?:(?!^(?:not )?ok ).)*?^  error: ([^\n]*)"),
           each(r"^# (?:pass|fail|tests) .*")),
    Recipe("node --test, spec", "node", _NODE, "node --test --test-reporter=spec",
           each(r"(?s)^(test at [^\n]*)\n(✖ [^\n]*)\n  (?:\[?)(\w*Error[^\n]*)"),
           each(r"^ℹ (?:pass|fail|tests) .*")),
    Recipe("npm install --verbose, no such package", "npm", {"package.json": _BAD},
           "npm install --loglevel verbose --no-audit", NPM, _NONE),
    Recipe("npm install, failing script", "npm",
           {"package.json": _SCRIPT, "build.js": "require('./charts.json');\n",
            **{f"p{n}/package.json": json.dumps(
                {"name": f"p{n}", "version": "1.0.0",
                 "scripts": {"postinstall": f"echo p{n} is built"}})
               for n in range(60)}},
           "npm install --foreground-scripts --loglevel http --no-audit --install-links",
           both(NPM, each(r"^(?:npm error )?Error: Cannot find.*")), _NONE),
    Recipe("npm ls, missing and invalid", "npm", {"package.json": _APP},
           "npm install --no-audit --no-fund --legacy-peer-deps >/dev/null; "
           "rm -rf node_modules/he node_modules/minimatch; npm ls --all",
           NPM, _NONE),
    Recipe("prettier --write", "prettier",
           {**{path: text for path, text in _TS.items() if path.endswith(".ts")},
            **{f"src/more/{port(n).lower()}.ts": f"export const a = {n}\n" for n in range(99)},
            "src/tide.ts": "export function tide( {\n", "src/crew.ts": "const a = ;\n"},
           "prettier --write src", each(r"^\[error\] \S+\.ts: .*"), _NONE),
]  # fmt: skip
