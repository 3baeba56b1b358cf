# ruff: noqa: E501 - texts as tools write them
"""YAML: what is kept parses, under its own keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.config.yaml import lay_out_yaml
from specpc.text.layout import Layout, expand
from tests.structure.kept import around, choices, fitted, keep, kept, pieces, read, units

yaml = pytest.importorskip("yaml")
WORD = re.compile(r"\w+")
NAMES = ("e_pod.yaml", "deploy.yaml", "compose.yml", "ci.yml")
KEYS = st.sampled_from(["name", "port", "a b", "x-y", '"q: r"', "path"])
WORDS = st.sampled_from(
    ["one", "two: three", "# four", "- five", "a\nb\n  c\nd", "'", '"x', "*", ""]
)
VALUES = st.recursive(
    WORDS | st.integers(0, 99) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def documents(text: str) -> list[Any]:
    return list(yaml.load_all(text, yaml.BaseLoader))


def is_part(kept_value: Any, value: Any) -> bool:
    """Whether all of a value stands in another in the same place, but for what was left out."""
    if isinstance(kept_value, dict) and isinstance(value, dict):
        return all(key in value and is_part(kept_value[key], value[key]) for key in kept_value)
    if isinstance(kept_value, list) and isinstance(value, list):
        rest = iter(value)
        return all(any(is_part(one, other) for other in rest) for one in kept_value)
    if isinstance(kept_value, str) and isinstance(value, str):
        rest = iter(WORD.findall(value))
        return all(word in rest for word in WORD.findall(kept_value))
    return kept_value == value or kept_value in ("", None)


def put(text: str, *parts: str, gap: str = "") -> str:
    """What is left of a text where only the pieces that hold some words are chosen."""
    return around(lay_out(text), text, *parts, gap=gap)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ratio", [0.1, 0.3, 0.6])
def test_what_is_kept_stands_under_its_own_keys(name: str, seed: int, ratio: float) -> None:
    text = read(name)
    layout = lay_out(text)
    assert layout.kind == "yaml"
    assert kept(layout, text, units(layout)) == text
    assert is_part(documents(fitted(layout, text, ratio, seed) or ""), documents(text))
    chosen = units(layout)[seed :: round(1 / ratio)]
    assert is_part(documents(kept(layout, text, chosen, "[...]")), documents(text))


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=2, max_size=5), st.integers(0, 9), st.data())
def test_any_document_parses(value: dict[str, Any], seed: int, data: st.DataObject) -> None:
    style = data.draw(st.sampled_from([None, "|", ">", '"', "'"]))
    text = yaml.safe_dump(value, default_style=style, sort_keys=False, default_flow_style=False)
    text = text.replace("\n", data.draw(st.sampled_from(["\n", "\r\n"])))
    layout = lay_out_yaml(text, named=True)
    if layout is None:
        return
    pieces(layout, text)
    chosen = data.draw(st.sets(st.sampled_from(units(layout)), min_size=1))
    for result in (kept(layout, text, chosen), fitted(layout, text, 0.5, seed) or ""):
        assert is_part(documents(result), documents(text)), result


def test_a_limit_comes_with_the_keys_above_it() -> None:
    assert put(read("e_pod.yaml"), "memory: 2Gi") == (
        "spec:\n  containers:\n  - name: cassandra\n    resources:\n      limits:\n"
        "        memory: 2Gi\n"
    )


def test_what_is_kept_of_several_manifests_says_of_which() -> None:
    made = put(read("deploy.yaml"), "replicas: 3")
    assert made == (
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n"
        "spec:\n  replicas: 3\n"
    )


def test_an_item_is_known_by_its_name_wherever_that_stands() -> None:
    made = put(read("deploy.yaml"), "sleep 1000")
    assert '        - image: busybox\n          name: sidecar\n          command: ["sh"' in made
    assert "web" not in made


def test_an_alias_brings_what_it_stands_for() -> None:
    assert "x-base" not in put(read("compose.yml"), "interval: 10s")
    layout = lay_out(read("compose.yml"))
    own = pieces(layout, read("compose.yml"))
    alias = next(n for n in units(layout) if "<<: *base" in own[n])
    assert kept(layout, read("compose.yml"), [alias]).startswith("x-base: &base\n  restart:")


def test_comments_stay_with_what_follows() -> None:
    assert "    # the volume must be on the fast disk\n    volumes:\n" in put(
        read("compose.yml"), "data:/var/lib"
    )


def test_lines_of_a_block_scalar_keep_the_scalar() -> None:
    made = put(read("deploy.yaml"), 'provider = "acme"', gap="[...]")
    [document] = documents(made)
    assert document["data"]["app.toml"].split("\n")[-2] == 'provider = "acme"'
    made = put(read("ci.yml"), "echo done")  # an indented line needs the one it is indented below
    assert made.endswith('          if [ -n "$CI" ]; then\n            echo done\n          fi\n')


@pytest.mark.parametrize(
    "text",
    [
        "Ann: hello\nBen: hi\nAnn: how are you?\n  Ben: fine\n",
        "Note: this is prose.\nIt goes on here: and there.\nIt ends.\n",
        "try:\n    import x\nexcept ImportError:\n    x = None\n",
        "else:\n\n    class A(B):\n        func: C\n\n\n",
        "a: 1\nb: 2\nc: 3\n",
        "Dear all:\n- one\n- two\n\nplease bring: bread, and come early.\nThank you so much.\n",
    ],
)
def test_what_is_no_yaml_is_left_to_others(text: str) -> None:
    assert lay_out_yaml(text) is None


def test_yaml_in_prose_and_in_a_fence_is_known() -> None:
    pod = read("e_pod.yaml")
    for text in (f"This is the pod:\n\n{pod}\nIt is too small.\n", f"Look:\n\n```yaml\n{pod}```\n"):
        made = put(text, "memory: 2Gi")
        assert "      limits:\n        memory: 2Gi\n" in made
        assert "requests" not in made


@pytest.mark.parametrize(
    "text", ["a: [" * 9000, "- " * 9000, '"' * 9000, " " * 9000 + "a: b\n", "a:\n" * 9000]
)
def test_it_is_linear(text: str) -> None:
    lay_out_yaml(text, named=True)


PLAYBOOK = """- hosts: web
  tasks:
    - name: Copy the site
      template:
        src: site.conf.j2
        mode: "0644"
- hosts: db
  tasks:
    - name: Raise the pool
      lineinfile:
        line: "max_connections = 250"
"""


def test_a_list_whose_items_begin_alike_is_no_chat() -> None:
    assert put(PLAYBOOK, "0644").endswith(
        '    - name: Copy the site\n      template:\n        mode: "0644"\n'
    )
    assert lay_out_yaml("- Ann: hello\n- Ben: hey\n- Ann: bye\n- Ben: bye\n") is None


SCALARS = """\
apiVersion: v1
kind: ConfigMap
data:
  nginx.conf: |
    events { worker_connections 1024; }
    http {
      server {
        server_name harbour.example;
        location / {
          proxy_pass http://api;
        }
        location /admin/ {
          deny all;
        }
      }
    }
  settings.toml: |
    [server]
    port = 8080
    hosts = [
      "a",
      "b",
    ]

    [db]
    # never above 20
    pool = 10
  values.json: |-
    {
      "limits": {
        "berth": 4,
        "length": 180
      },
      "note": "Not for tankers."
    }
  one.json: |
    {"limits": {"berth": 4, "length": 180}, "note": "Not for tankers. Tugs are exempt."}
  run: |
    set -eu
    if [ "$DAY" = 7 ]; then
      exit 0
    fi
    for db in app tides; do
      if [ -n "$db" ]; then
        pg_dump "$db" |
          gzip
      fi
    done
  README.md: |
    # Fees

    Fees do not include VAT. Ask
    the office.

    | Berth | Fee |
    |---|---|
    | 1 | 6,200 |
    | 2 | 4,100 |
  init.sql: |
    INSERT INTO moves VALUES
      (1, 'Solveig'),
      (2, 'Tide');
    COMMIT;
  indented: |2
      deeper first
    then less. And a sentence that
    goes on here.
      deeper again
  folded: >-
    Removes a berth. It cannot be undone. Fails
    with 409 while a vessel lies there.

    # no heading
"""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            "deny all",
            "  nginx.conf: |\n    http {\n      server {\n        server_name harbour.example;\n"
            "        location /admin/ {\n          deny all;\n        }\n      }\n    }\n",
        ),
        ("pool = 10", "  settings.toml: |\n    [db]\n    # never above 20\n    pool = 10\n"),
        (
            "gzip",
            "  run: |\n    for db in app tides; do\n"
            '      if [ -n "$db" ]; then\n        pg_dump "$db" |\n          gzip\n      fi\n    done\n',
        ),
        ("1 | 6,200", "  README.md: |\n    # Fees\n\n    | Berth | Fee |\n    |---|---|\n    | 1 | 6,200 |\n"),
    ],
)  # fmt: skip
def test_a_block_scalar_is_a_text_of_its_own(part: str, expected: str) -> None:
    assert around(_opened(SCALARS), SCALARS, part).endswith(expected)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(8))
def test_a_block_scalar_stays_one(line_end: str, seed: int) -> None:
    text = SCALARS.replace("\n", line_end)
    layout = _opened(text)
    own = units(layout)
    for chosen in (own[seed::9], own[seed::4], [own[seed * len(own) // 8]]):
        for gap in ("", "[...]"):
            result = kept(layout, text, chosen, gap)
            assert is_part(documents(result), documents(text)), result
            for value in (documents(result)[0].get("data") or {}).values():
                assert "{" not in value or value.count("{") == value.count("}")
    for ratio in (0.1, 0.3, 0.6):
        assert is_part(documents(fitted(lay_out(text), text, ratio, seed) or ""), documents(text))


def _opened(text: str) -> Layout:
    """The layout in which all that may be cut finer is."""
    layout = lay_out(text)
    edges = layout.edges.tolist()
    inside = {
        unit: layout.finer[unit](text[edges[unit] : edges[unit + 1]])
        for unit in units(layout)
        if unit in layout.finer
    }
    return expand(layout, inside)


def test_what_begins_with_a_colon_is_below_its_key() -> None:
    service = (
        "  s{0}:\n    image: web:{0}\n    ports:\n      - 80\n      - 443\n    restart: always\n"
    )
    text = "services:\n" + "".join(map(service.format, range(3)))
    text += "    healthcheck:\n      :20:11\n"
    layout = lay_out_yaml(text, named=True)
    assert layout is not None
    assert pieces(layout, text)[-2:] == ["    healthcheck:\n", "      :20:11\n"]


def test_a_remark_right_below_an_entry_is_about_that() -> None:
    text = """\
image: berth
pullSecrets: []
#  - name: regcred

## Service in the cluster
## ref: https://kubernetes.io/docs
service:
  type: ClusterIP
# not in the cluster
ingress:
  enabled: false
"""
    assert put(text, "ClusterIP") == text[text.index("## Service") : text.index("# not in")]
    assert put(text, "regcred") == "pullSecrets: []\n#  - name: regcred\n\n"
    assert put(text, "enabled") == "# not in the cluster\ningress:\n  enabled: false\n"


def test_a_manifest_in_a_list_says_of_which_it_is() -> None:
    text = (
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    labels:\n"
        "      app: web\n    name: web-1\n    namespace: shop\n  status:\n    phase: Running\n"
        "    containerStatuses:\n    - name: app\n      ready: false\n- apiVersion: v1\n  kind: Pod\n"
        "  metadata:\n    name: db-0\n    namespace: shop\n  status:\n    phase: Pending\n"
        '    message: 0/3 nodes are available\nkind: List\nmetadata:\n  resourceVersion: ""\n'
    )
    layout = lay_out(text)
    for unit in units(layout):
        for item in documents(kept(layout, text, [unit]))[0].get("items", []):
            assert item["kind"] == "Pod"
            assert item["metadata"]["name"] in {"web-1", "db-0"}


@pytest.mark.parametrize(
    ("listed", "own", "other"),
    [
        ("Instances", "InstanceId", "ImageId"),
        ("DBInstances", "DBInstanceIdentifier", "SubnetId"),
        ("policies", "policy_id", "owner_id"),
    ],
)
def test_an_item_is_known_by_the_number_of_what_it_is(listed: str, own: str, other: str) -> None:
    items = "".join(
        f"- Architecture: x86_64\n  {other}: o-{n}\n  {own}: i-{n}\n  State:\n    Code: 80\n"
        f"    Name: stopped\n  Tags:\n  - Key: Owner\n    Value: team-{n}\n"
        for n in range(3)
    )
    text = f"{listed}:\n{items}"
    left = documents(around(lay_out(text), text, "team-1"))[0][listed]
    assert left == [
        {"Architecture": "x86_64", own: "i-1", "Tags": [{"Key": "Owner", "Value": "team-1"}]}
    ]


CHART = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
spec:
  {{- if not .Values.autoscaling }}
  replicas: {{ .Values.count }}
  {{- else }}
  minimum: 2
  {{- end }}
  containers:
    - name: {{ .Chart.Name }}
      limits:
        memory: 2Gi
      {{- with .Values.requests }}
      requests:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
"""
JINJA = """\
{% if kiosk.enabled %}
kiosk:
  port: 8443
{% for host in hosts %}
  {{ host }}:
    timeout: {{ timeout }}
{% endfor %}
{% else %}
kiosk: {}
{% endif %}
mail:
  timeout: 10
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [CHART, JINJA])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_parts_of_templates_are_opened_and_closed(
    text: str, line_end: str, data: st.DataObject
) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text, "a.yaml")
    assert layout.kind == "yaml"
    made = kept(layout, text, data.draw(choices(layout)))
    depth = 0
    for word in re.findall(r"\{[{%]-? (if|with|for|end|else)", made):
        depth += (word in {"if", "with", "for"}) - (word == "end")
        assert depth >= (word != "end")
    assert depth == 0


def test_a_value_keeps_the_condition_it_stands_under() -> None:
    assert around(lay_out(CHART, "a.yaml"), CHART, "replicas") == (
        "{{- if .Values.enabled }}\nspec:\n  {{- if not .Values.autoscaling }}\n"
        "  replicas: {{ .Values.count }}\n  {{- else }}\n  {{- end }}\n{{- end }}\n"
    )
    assert around(lay_out(JINJA, "a.yaml"), JINJA, "timeout: 10") == "mail:\n  timeout: 10\n"
    text = JINJA.replace("  port: 8443\n", "{% set a %}\n{% endset %}\n  port: 8443\n")
    assert "{% if kiosk.enabled %}\n" in around(lay_out(text, "a.yaml"), text, "port")


RULES = """\
- alert: DiskFull
  expr: |
    avail_bytes / size_bytes < 0.05
    and readonly == 0
  for: 10m
- command: >
    postgres
    -c max_connections=20
    -c log_statement=none
- query: |
    SELECT no, leaves
    FROM trips
    WHERE late = false
- text: |
    The trip is late.
    It does not wait for the bus.
- note: >
    The trip is late, and nobody
    knows why. It does not wait
    for the bus.
- run: |
    pip install -e .
    pytest -q
- about: |
    The trip is late.
    It waits for the bus, and it leaves with the tide
    or when the last of the passengers is on board.
"""


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ("avail", "avail_bytes / size_bytes < 0.05\n    and readonly == 0\n"),
        ("max_conn", "postgres\n    -c max_connections=20\n    -c log_statement=none\n"),
        ("FROM", "SELECT no, leaves\n    FROM trips\n    WHERE late = false\n"),
        ("wait for", "text: |\n    It does not wait for the bus.\n"),
        ("does not wait\n", "The trip is late, and nobody\n    knows why. It does not wait\n"),
        ("pytest", "pytest -q\n"),
        ("tide", "about: |\n    It waits for the bus"),
    ],
)
def test_conditions_and_commands_of_several_lines_are_whole(part: str, left: str) -> None:
    assert left in around(lay_out(RULES, "a.yaml"), RULES, part)


STEPS = """\
jobs:
  test:
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          submodules: recursive
      - run: |
          pip install -e .
          pytest -q --maxfail=1
        env:
          TOKEN: ${{ secrets.TOKEN }}
          STAGE: staging
      - name: Deploy
        run: ./deploy.sh
        env:
          STAGE: production
"""
PLAY = """\
- hosts: web
  become: true
  tasks:
    - block:
        - name: Open the port
          ufw: rule=allow port={{ port }}
        - name: Reload the firewall
          command: ufw reload
      rescue:
        - debug: msg="no ufw"
      when: firewall
"""


@pytest.mark.parametrize(
    ("text", "part", "left", "lost"),
    [
        (STEPS, "actions/checkout", "      - uses: actions/checkout@v4", "fetch-depth"),
        (STEPS, "--maxfail", "          pytest -q --maxfail=1", "STAGE"),
        (STEPS, "fetch-depth", "      - uses: actions/checkout@v4", "submodules"),
        (STEPS, "STAGE: production", "      - name: Deploy", "deploy.sh"),
        (PLAY, "ufw: rule", "    - block:", "reload"),
        (PLAY, "no ufw", "    - block:", "Open the port"),
        (PLAY, "become", "- hosts: web", "tasks"),
    ],
)
def test_what_an_item_begins_with_is_kept_for_itself(
    text: str, part: str, left: str, lost: str
) -> None:
    """What comes with the others of the item is its line alone, with a value that is no text."""
    result = keep(text, part)
    assert left in result.splitlines()
    assert part in result
    assert lost not in result
    yaml.safe_load(result)
