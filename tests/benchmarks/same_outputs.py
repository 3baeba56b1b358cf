"""Whether commands, server and Python API put out what they did before: text, JSON, exit codes.

python -m tests.benchmarks.same_outputs record FOLDER [--only SUBSTRING]
python -m tests.benchmarks.same_outputs compare FOLDER_A FOLDER_B [--only SUBSTRING]

``record`` makes small texts of every kind, does some 450 runs, each in a fresh folder, and
writes one JSON file a run; runs whose file is there are skipped. Which code runs is up to
PYTHONPATH. ``compare`` sets times aside, takes the scorers ``specpc`` and ``paper`` for one,
leaves out help texts, and holds usage errors against each other by their exit codes: where only
their words differ, that is shown and not counted.
"""

from __future__ import annotations

import argparse
import difflib
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

COMMAND: Final = (sys.executable, "-m", "specpc_cli")
AT_ONCE: Final = 2
SECONDS: Final = 600
UNITS: Final = ("auto", "sentence", "line", "paragraph", "word", "token", "structure")
SCORERS: Final = ("auto", "retrieval-heads", "specpc", "received-attention")
DRAFT_NAME: Final = "smollm2-135m"
# What specpc eval calls the paper's rule in the code that runs.
PAPER: Final = "paper" if find_spec("specpc") and find_spec("specpc.pipeline") else "specpc"
HELP, ERROR = "help", "error"

# ------------------------------------------------------------------------------------- the texts

FACTS: Final = (
    "The lighthouse of Skarn was built in 1871 by two brothers from Ostby.",
    "Its lamp burned whale oil until 1902, and kerosene after that.",
    "In the winter of 1911 the keeper, Ansa Brekke, rowed out four times to save a crew.",
    "She never spoke of it in the village, where people thought her proud.",
    "The great lens came from Lyon and weighed nearly two tons.",
    "It was lifted up the cliff by forty men with ropes in a single afternoon.",
    "A storm in March 1924 broke three of its panes.",
    "The lens was repaired by the clockmaker Ludvig Thorne, who asked for no money.",
    "Instead he wanted the right to fish from the rocks below the tower.",
    "His grandchildren still hold it, and the council has tried twice to buy it back.",
    "Electric light reached the island in 1953, eleven years late.",
    "The cable was cut by an anchor within a month, and mended in the spring.",
    "From then on the keepers had time to count birds, which they did every morning.",
    "Their books list 212 kinds, among them a snowy owl that stayed for nine days.",
    "Dr. Imre Vass of the university copied all of them between 1968 and 1971.",
    "The last keeper, Jon Ravn, left on 30 June 1987 with two goats and a radio.",
    "Since then a machine on the mainland switches the lamp on at dusk.",
    "The tower was painted red in 1990 because pilots had asked for it.",
    "Nobody had asked the painters' union, which sued and lost.",
    "Visitors may climb the 148 steps from May to September for 6 crowns.",
    "The museum next door shows the old lamp, a boat and a letter to the king.",
    "Its roof leaks, and the letter is kept in a drawer when it rains.",
    "A new roof would cost 84,000 crowns, of which half has been found.",
    "The council will decide about the rest on 12 October.",
)
WHO_REPAIRED: Final = "Who repaired the lens of the lighthouse?"
WHAT_COST: Final = "What would a new roof cost?"

MARKDOWN: Final = """# The island of Skarn

An island of 3 square miles with a lighthouse, a village and a quarry.

## Ferries

Two boats call in summer and one in winter. The *Marit* takes cars; the *Lille* does not.
In fog both wait at the mainland until the horn of the lighthouse stops.

| boat  | leaves | arrives | cars | price |
|-------|--------|---------|------|-------|
| Marit | 7.30   | 8.45    | 22   | 14.00 |
| Lille | 9.00   | 9.50    | 0    | 9.50  |
| Marit | 12.15  | 13.30   | 22   | 14.00 |
| Lille | 16.40  | 17.30   | 0    | 9.50  |
| Marit | 19.00  | 20.15   | 22   | 11.00 |

## Quarry

- The quarry gave slate until 1964.
- Its manager, Berta Holm, kept all wages in a biscuit tin.
- Today it is a lake. Swimming is forbidden, and everybody swims.
- The crane was sold to a school of engineers for one crown.

> The slate of Skarn is blue when wet and grey when dry, and it splits like a deck of cards.

## Weather station

The station sends a reading every ten minutes. To read it on your own machine:

```python
import socket

STATION = ("10.1.0.7", 4321)
FIELDS = ("time", "wind", "gust", "pressure", "rain")


def readings(count: int) -> list[dict[str, str]]:
    found = []
    with socket.create_connection(STATION) as line:
        for raw in line.makefile():
            found.append(dict(zip(FIELDS, raw.split(), strict=True)))
            if len(found) == count:
                break
    return found
```

### When it is silent

Its battery lasts for three days without sun. Ask Tove Lind at the harbour office for the key;
she keeps the spare battery behind the door. A reading of -999 means that the sensor is frozen.
"""

LOG_TEMPLATES: Final = (
    "INFO  http GET /tides/{n} 200 in {m} ms",
    "INFO  http GET /ferries?day={n} 200 in {m} ms",
    "DEBUG cache hit for key tides:{n}",
    "INFO  scheduler job refresh-{n} done in {m} ms",
)

CHAT: Final = """Mara: Good morning. Has anyone looked at the ferry bookings for Friday?
Otis: Yes. 312 booked, and the Marit takes 280.
Mara: So we need a second crossing.
Pia: The crew is on its rest day. I asked; Sunniva would take an extra shift for double pay.
Otis: Double pay is in the contract anyway.
Mara: Then let us do that. What about the fuel?
Pia: The tank holds enough for two crossings, not for three.
Otis: The next delivery is on Monday at six.
Mara: Fine. Who tells the harbour office?
Otis: I will. They want to know by noon.
Pia: By the way, the card reader on deck two is broken again.
Mara: Again? We bought it in April.
Pia: The salt gets in. Henrik says a bag over it would do.
Otis: A bag!
Mara: A bag it is, until the new one comes.
Pia: I ordered one from Dahl & Sons, 1,250 crowns, to be here on the 19th.
Otis: Good. Anything else?
Mara: The school asks for forty seats on Tuesday.
Otis: They can have them.
"""

HTML: Final = """<!doctype html>
<html lang="en">
<head><title>Skarn museum</title><style>p { margin: 0 }</style>
<script>var seen = {"page": 1};</script></head>
<body>
<nav><a href="/">Home</a> <a href="/tickets">Tickets</a></nav>
<h1>The museum of Skarn</h1>
<p>The museum lies beside the lighthouse. It was a school until 1950 and a shed after that.
It has three rooms, and none of them is heated.</p>
<h2>Opening hours</h2>
<table>
<tr><th>month</th><th>from</th><th>to</th></tr>
<tr><td>May</td><td>10</td><td>16</td></tr>
<tr><td>July</td><td>9</td><td>19</td></tr>
<tr><td>September</td><td>11</td><td>15</td></tr>
</table>
<h2>What to see</h2>
<ul><li>The <b>old lamp</b> of 1902, with its bill.</li>
<li>A boat of four oars, found in the quarry.</li>
<li>A letter to the king, who did not answer.</li></ul>
<p>Groups of ten or more ask <a href="mailto:x@example.org">Tilde Moe</a> for a guide. Dogs may
come in if they are carried.</p>
<pre>
steps  148
height 31 m
reach  19 miles
</pre>
</body></html>
"""

PYTHON: Final = '''"""Tides of a harbour, from a table."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Tide:
    """One high or low water."""

    minute: int
    height: float

    def is_high(self) -> bool:
        return self.height > 1.5


class Table:
    """Tides of a year, by day."""

    def __init__(self, path: str) -> None:
        self.days: dict[str, list[Tide]] = {}
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                hour, minute = row["time"].split(":")
                tide = Tide(int(hour) * 60 + int(minute), float(row["height"]))
                self.days.setdefault(row["day"], []).append(tide)

    def height(self, day: str, minute: int) -> float:
        """Height between two waters, by the rule of twelfths."""
        tides = self.days[day]
        for before, after in zip(tides, tides[1:]):
            if before.minute <= minute <= after.minute:
                share = (minute - before.minute) / (after.minute - before.minute)
                weight = (1 - math.cos(math.pi * share)) / 2
                return before.height + weight * (after.height - before.height)
        raise LookupError(f"no tide at minute {minute} of {day}")

    def drop_stale(self, today: str) -> int:
        """Forget the days before today; how many that were."""
        stale = [day for day in self.days if day < today]
        for day in stale:
            del self.days[day]
        return len(stale)


def may_land(table: Table, day: str, minute: int, draught: float) -> bool:
    """Whether a boat of this draught can land."""
    try:
        return table.height(day, minute) > draught + 0.4
    except LookupError:
        return False
'''

JAVASCRIPT: Final = """// Ticket shop of the museum.
import { connect } from "./store.js";

const PRICES = { adult: 6, child: 3, dog: 0 };

export class Cart {
  #lines = [];

  add(kind, count = 1) {
    if (!(kind in PRICES)) {
      throw new RangeError(`no ticket ${kind}`);
    }
    this.#lines.push({ kind, count });
    return this;
  }

  total() {
    let sum = 0;
    for (const { kind, count } of this.#lines) {
      sum += PRICES[kind] * count;
    }
    return sum > 50 ? sum * 0.9 : sum; // ten per cent off for groups
  }
}

export async function checkout(cart, address) {
  const store = await connect({ retries: 3, timeout: 2000 });
  try {
    const id = await store.save({ total: cart.total(), address });
    await store.send(address, `Your tickets: ${id}`);
    return id;
  } catch (error) {
    console.error("checkout failed", error);
    return null;
  } finally {
    store.close();
  }
}
"""

GO: Final = """package harbour

import (
\t"errors"
\t"sync"
\t"time"
)

// Berths hands out berths to boats.
type Berths struct {
\tmu    sync.Mutex
\ttaken map[int]time.Time
\tcount int
}

// Take gives the first free berth.
func (b *Berths) Take(until time.Time) (int, error) {
\tb.mu.Lock()
\tdefer b.mu.Unlock()
\tfor i := 0; i < b.count; i++ {
\t\tif _, ok := b.taken[i]; !ok {
\t\t\tb.taken[i] = until
\t\t\treturn i, nil
\t\t}
\t}
\treturn -1, errors.New("the harbour is full")
}

// Sweep frees berths whose time is up.
func (b *Berths) Sweep(now time.Time) {
\tb.mu.Lock()
\tdefer b.mu.Unlock()
\tfor i, until := range b.taken {
\t\tif until.Before(now) {
\t\t\tdelete(b.taken, i)
\t\t}
\t}
}
"""

MAIL: Final = """From: Tove Lind <tove@harbour.example>
To: Berthing <berths@harbour.example>
Date: Tue, 7 Oct 2025 09:12:00 +0200
Subject: Berth 2 on Friday

Dear all,

the survey boat needs berth 2 from Friday noon until Sunday. The Lille will have to use berth 4,
which has no ramp. Please tell the crew today. The diver found a crack in the fender of berth 3,
so nothing heavy may lie there before it is replaced; the new one comes from Aalvik on the 21st.

Thanks,
Tove

On Mon, 6 Oct 2025, Kai Sund wrote:
> Is berth 2 free at the weekend? We measure the sea floor for the new cable.
> We need 40 metres and power. Our draught is 3.2 metres.

From: Kai Sund <kai@survey.example>
To: Tove Lind <tove@harbour.example>
Date: Tue, 7 Oct 2025 10:30:00 +0200
Subject: Re: Berth 2 on Friday

Thank you. We come at 13:00 with six people and leave on Sunday at 17:00. The bill goes to the
cable company, account 4471. Could you ask the harbour master for the depth at the ramp?

Kai
"""

CHINESE: Final = (
    "灯塔建于一八七一年，由两兄弟设计。守塔人安莎在冬天四次划船救人。"
    "巨大的透镜来自里昂，重近两吨。一九二四年三月的风暴打碎了三块玻璃。"
    "钟表匠索恩修好了透镜，没有收钱。他只要求在塔下的岩石上钓鱼的权利。"
    "电灯在一九五三年才到达岛上。守塔人从此每天早晨数鸟。最后一位守塔人带着两只山羊离开。"
    "博物馆的屋顶漏水，新屋顶需要八万四千克朗。委员会将在十月十二日决定。"
)
JAPANESE: Final = (
    "灯台は1871年に二人の兄弟によって建てられた。守り人のアンサは冬に四度も船を出して人を救った。"
    "大きなレンズはリヨンから来て、重さはほぼ二トンだった。1924年3月の嵐で三枚のガラスが割れた。"
    "時計職人のソーンがレンズを直し、お金を受け取らなかった。島に電気が来たのは1953年である。"
    "それから守り人は毎朝鳥を数えた。博物館の屋根は雨漏りする。新しい屋根は八万四千クローネかかる。"
)
ARABIC: Final = (
    "بني المنار عام 1871 على يد أخوين من أوستبي. كان المصباح يحرق زيت الحوت حتى عام 1902. "
    "جاءت العدسة الكبيرة من ليون ووزنها قرابة طنين. كسرت عاصفة في مارس 1924 ثلاثة ألواح منها. "
    "أصلح العدسة صانع الساعات لودفيغ ثورن ولم يطلب مالا. وصلت الكهرباء إلى الجزيرة عام 1953. "
    "غادر آخر حارس عام 1987 مع عنزتين وراديو. سقف المتحف يسرب الماء. "
    "يكلف السقف الجديد أربعة وثمانين ألف كرون. سيقرر المجلس في 12 أكتوبر."
)


def prose(width: int = 6) -> str:
    """The facts in paragraphs."""
    parts = [FACTS[at : at + width] for at in range(0, len(FACTS), width)]
    return "\n\n".join(" ".join(part) for part in parts) + "\n"


def crew() -> list[dict[str, Any]]:
    """Records as an interface gives them."""
    chosen = random.Random(1)
    names = ("Ansa", "Ludvig", "Tove", "Kai", "Berta", "Jon", "Pia", "Otis", "Mara", "Sunniva")
    return [
        {
            "id": 100 + number,
            "name": name,
            "boat": chosen.choice(["Marit", "Lille"]),
            "shifts": [f"2025-10-{chosen.randint(1, 28):02}" for _ in range(3)],
            "paid": chosen.random() < 0.5,
            "pay": {"hour": chosen.randint(20, 40), "note": None if number % 3 else "double"},
        }
        for number, name in enumerate(names)
    ]


def log() -> str:
    """A server's log with one failure in it."""
    chosen = random.Random(2)
    lines = []
    for number in range(26):
        told = chosen.choice(LOG_TEMPLATES).format(n=chosen.randint(1, 9), m=chosen.randint(2, 90))
        lines.append(f"2025-10-07 09:{number:02}:{chosen.randint(10, 59)},{number:03} {told}")
        if number == 14:
            lines.append(
                "2025-10-07 09:14:59,990 ERROR scheduler job refresh-tides failed\n"
                "Traceback (most recent call last):\n"
                '  File "/srv/tides.py", line 48, in height\n'
                '    raise LookupError(f"no tide at minute {minute} of {day}")\n'
                "LookupError: no tide at minute 1501 of 2025-10-07"
            )
    return "\n".join(lines) + "\n"


def openai_request() -> dict[str, Any]:
    """A chat with a tool call, long turns and a question."""
    call = {"name": "crew", "arguments": '{"boat": "Marit"}'}
    return {
        "model": "some-model",
        "temperature": 0.5,
        "messages": [
            {"role": "system", "content": "You answer in one sentence. " * 6},
            {"role": "user", "content": "Here is a text on an island.\n\n" + prose()},
            {"role": "assistant", "content": "Thank you. " + " ".join(FACTS[3:9])},
            {"role": "user", "content": [{"type": "text", "text": " ".join(FACTS[8:16])}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps(crew()[:6])},
            {"role": "assistant", "content": "There they are."},
            {"role": "user", "content": WHO_REPAIRED},
        ],
    }


def anthropic_request() -> dict[str, Any]:
    """The same in the other vendor's form, with a picture."""
    picture = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    result = {"type": "text", "text": json.dumps(crew()[:6], indent=1)}
    return {
        "model": "other-model",
        "max_tokens": 200,
        "system": "You answer in one sentence.",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": prose()},
                    {"type": "image", "source": picture},
                    {"type": "text", "text": "Look up the crew of the Marit."},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "t1", "name": "crew", "input": {"boat": "Marit"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": [result]},
                    {"type": "tool_result", "tool_use_id": "t2", "content": CHAT},
                ],
            },
            {"role": "assistant", "content": "Ansa and Kai."},
            {"role": "user", "content": "Who wants double pay, and when is the fuel delivered?"},
        ],
    }


def json_lines(*values: Any) -> str:
    """JSON lines; a string stands for itself."""
    return "".join(f"{v if isinstance(v, str) else json.dumps(v)}\n" for v in values)


def data_set() -> str:
    """Questions of which it is known where they are answered."""
    asked = (
        (WHO_REPAIRED, FACTS[7], "Ludvig Thorne"),
        (WHAT_COST, FACTS[22], "84,000 crowns"),
        ("How many steps does the tower have?", FACTS[19], "148"),
        ("Which bird stayed for nine days?", FACTS[13], "a snowy owl"),
    )
    return json_lines(
        *(
            {"id": f"q{number}", "context": prose(), "question": question}
            | {"evidence": [evidence], "answers": [answer]}
            for number, (question, evidence, answer) in enumerate(asked)
        ),
        {"id": "none", "context": prose(), "question": "Why?"},
    )


def other_sets() -> dict[str, str]:
    """The same in the forms of two benchmarks."""
    ruler: dict[str, Any] = {"index": 0, "outputs": ["Tove Lind", "Berta Holm"]}
    ruler |= {"input": f"{MARKDOWN}\n\nWho keeps the key, and who kept the wages?"}
    bench: dict[str, Any] = {
        "_id": "b1",
        "context": CHAT,
        "input": "What does the new card reader cost?",
    }
    bench |= {"answers": ["1,250 crowns"], "language": "en", "all_classes": None}
    return {"ruler.jsonl": json_lines(ruler), "bench.jsonl": json_lines(bench)}


def inputs() -> dict[str, bytes]:
    """All files that a run finds in its folder."""
    rows = [
        {"id": 1, "context": prose(), "question": WHO_REPAIRED, "tag": ["a", None, 1.5]},
        {"id": 2, "context": MAIL, "question": "What did the diver find?"},
        {"id": 3, "context": " ".join(FACTS[:12])},
        {"id": 4, "question": "There is no context?"},
        {"id": 5, "context": "  "},
        "{broken",
        "",
        {"id": 6, "context": CHAT, "question": 7},
        {"id": 7, "context": HTML, "question": "When does the museum open in July?"},
    ]
    bodies = [{"body": prose(), "ask": WHAT_COST}, {"body": MARKDOWN, "ask": "Who has the key?"}]
    documents = [
        {"id": "island", "text": MARKDOWN},
        {"text": prose()},
        {"id": "mail", "text": MAIL},
        {"id": "bad"},
        {"id": "short", "text": "The ramp is closed."},
    ]
    fees = "".join(
        f"{100 + n},{boat},{metres},{metres * 12.5:.2f},{'yes' if n % 2 else 'no'}\n"
        for n, (boat, metres) in enumerate(
            [("Asta", 9), ("Vela", 12), ("Rask", 31), ("Nordlys", 24), ("Mimi", 7), ("Hauk", 15)]
            * 3
        )
    )
    request, other = openai_request(), anthropic_request()
    marked = prose().replace(FACTS[1], f"<specpc:keep>{FACTS[1]}</specpc:keep>")
    mixed = f"The agent looked up the crew.\n\nObservation: {json.dumps(crew())}\n\n{prose()}"
    texts = {
        "prose.txt": prose(),
        "guide.md": MARKDOWN,
        "crew.json": json.dumps(crew(), indent=2),
        "flat.json": json.dumps({"crew": crew()[:4], "note": FACTS[2]}),
        "events.jsonl": json_lines(*crew()),
        "fees.csv": "id,boat,metres,fee,paid\n" + fees,
        "server.log": log(),
        "chat.txt": CHAT,
        "page.html": HTML,
        "tides.py": PYTHON,
        "cart.js": JAVASCRIPT,
        "berths.go": GO,
        "mail.txt": MAIL,
        "crlf.txt": prose().replace("\n", "\r\n"),
        "chinese.txt": CHINESE,
        "japanese.txt": JAPANESE,
        "arabic.txt": ARABIC,
        "mixed.txt": mixed,
        "marked.txt": marked,
        "asking.txt": prose() + "\nAnswer in one word: who repaired the lens?\n",
        "bom.txt": "\ufeff" + prose(),
        "one.txt": FACTS[0],
        "empty.txt": "",
        "blank.txt": " \n\t\n",
        "unpaired.txt": prose() + "<specpc:keep> and no end",
        "question.txt": WHO_REPAIRED + "\n",
        "openai.json": json.dumps(request, indent=2),
        "openai-list.json": json.dumps(request["messages"]),
        "anthropic.json": json.dumps(other, ensure_ascii=False, indent="\t"),
        "short-chat.json": json.dumps([{"role": "user", "content": "Hello?"}]),
        "no-user.json": json.dumps([{"role": "system", "content": prose()}]),
        "rows.jsonl": json_lines(*rows),
        "good-rows.jsonl": json_lines(*rows[:3], rows[-1]),
        "bodies.jsonl": json_lines(*bodies),
        "documents.jsonl": json_lines(*documents),
        "facts.jsonl": data_set(),
        "docs/a.md": MARKDOWN,
        "docs/b.txt": prose(),
        "docs/deep/c.txt": MAIL,
        "docs/deep/d.csv": "id,boat,metres,fee,paid\n" + fees,
        "docs/.hidden": "hidden",
        "bad/e.txt": prose(),
        "bad/empty.txt": "",
        "more/b.txt": CHAT,
        **other_sets(),
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "latin.txt": "Der Bär saß am Fluß und schlief.".encode("latin-1"),
        "utf16.txt": prose().encode("utf-16"),
        "zero.bin": b"abc\0def",
        "bad/latin.txt": "Der Bär schlief am Fluß.".encode("latin-1"),
    }


QUESTIONS: Final = {
    "prose.txt": WHO_REPAIRED,
    "guide.md": "Who keeps the spare battery?",
    "crew.json": "On which boat does Tove work?",
    "flat.json": "Who is paid for shifts on the Marit?",
    "events.jsonl": "What is the pay of Sunniva?",
    "fees.csv": "Which boat is the longest?",
    "server.log": "Why did the job fail?",
    "chat.txt": "What does the new card reader cost?",
    "page.html": "When does the museum open in July?",
    "tides.py": "How are stale days dropped?",
    "cart.js": "What happens when the checkout fails?",
    "berths.go": "When is a berth freed?",
    "mail.txt": "What did the diver find?",
    "crlf.txt": WHO_REPAIRED,
    "chinese.txt": "谁修好了透镜？",
    "japanese.txt": "レンズを直したのは誰か。",
    "arabic.txt": "من أصلح العدسة؟",
    "mixed.txt": "On which boat does Tove work, and what would the roof cost?",
    "marked.txt": WHO_REPAIRED,
    "asking.txt": WHAT_COST,
    "bom.txt": WHO_REPAIRED,
}

# -------------------------------------------------------------------------------------- the runs


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        argv: ``specpc`` and its arguments, ``python`` likewise; ``http METHOD PATH HEADER...`` asks
            the run's server; ``mcp FOLDER...`` talks to ``specpc mcp`` line by line.
        stdin: what it reads, or the body of the request.
        into: file that gets what it prints.
        before: done to the folder first.
        killed_at: file and number of lines; once it has them, the command is killed.
    """

    argv: tuple[str, ...]
    stdin: bytes = b""
    into: str | None = None
    before: Callable[[Path], None] | None = None
    killed_at: tuple[str, int] | None = None


@dataclass(frozen=True)
class Run:
    """Commands one after another in a folder of their own.

    Attributes:
        name: also that of its file.
        category: what it is about; see `HELP` and `ERROR`.
        steps: the commands.
        server: options of the server that they need; ``None`` for none.
        own: whether nobody else may use that server; it is stopped and told of at the end.
        env: variables, in which the placeholders are filled in.
    """

    name: str
    category: str
    steps: tuple[Step, ...]
    server: tuple[str, ...] | None = None
    own: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


def specpc(*argv: str, stdin: bytes = b"", into: str | None = None) -> Step:
    return Step(("specpc", *argv), stdin, into)


def compress(*argv: str, stdin: bytes = b"", into: str | None = None) -> Step:
    return specpc("compress", *argv, stdin=stdin, into=into)


def asked(name: str, *argv: str, into: str | None = None) -> Step:
    """``specpc compress`` of a text with its question."""
    return compress(name, "-q", QUESTIONS[name], *argv, into=into)


def runs() -> list[Run]:
    """All runs, the longest first."""
    made = [
        *evaluations(),
        *generations(),
        *corpora(),
        *units(),
        *kinds(),
        *options(),
        *lines(),
        *documents(),
        *messages(),
        *folders(),
        *cached(),
        *served(),
        *pictures(),
        *located(),
        *agents(),
        *programs(),
        *others(),
        *helps(),
        *errors(),
    ]
    twice = [name for name, count in Counter(run.name for run in made).items() if count > 1]
    assert not twice, twice
    return made


def units() -> Iterator[Run]:
    """Every unit with every scorer, on kinds of text in turn."""
    texts = (
        "prose.txt", "guide.md", "crew.json", "chat.txt", "page.html", "tides.py", "server.log",
        "mixed.txt", "fees.csv", "mail.txt", "chinese.txt",
    )  # fmt: skip
    for number, (unit, scorer) in enumerate(product(UNITS, SCORERS)):
        made_with = ("--unit", unit, "--scorer", scorer, "--ratio", "0.3")
        name = texts[number % len(texts)]
        step = asked(name, *made_with, "--json")
        yield Run(f"units-{unit}-{scorer}-question", "units", (step,))
        name = texts[(number + 5) % len(texts)]
        step = compress(name, *made_with, "-v")
        yield Run(f"units-{unit}-{scorer}-none", "units", (step,))


def kinds() -> Iterator[Run]:
    """Every kind of text as it comes, to small and large budgets."""
    for name in QUESTIONS:
        steps: tuple[Step, ...] = (asked(name, "--ratio", "0.25", "--json"),)
        if name in {"guide.md", "tides.py", "server.log", "page.html"}:
            steps = (*steps, asked(name, "--ratio", "0.6", "--gap", "[...]"))
        yield Run(f"kinds-{name}", "kinds", steps)
    for name in ("prose.txt", "asking.txt", "guide.md", "chat.txt", "japanese.txt"):
        yield Run(f"kinds-no-question-{name}", "kinds", (compress(name, "--ratio", "0.4"),))


def options() -> Iterator[Run]:
    """The options of ``specpc compress`` on one text."""
    ask = ("-q", WHO_REPAIRED)
    third = ("--ratio", "0.33")
    one = {
        "gap": asked("prose.txt", *third, "--gap", " [cut] "),
        "gap-json": asked("prose.txt", *third, "--gap", "\n...\n", "--json"),
        "gap-code": asked("tides.py", *third, "--gap", "[...]"),
        "gap-words": compress("prose.txt", *third, "--gap", " _ "),
        "keep": asked("prose.txt", *third, "--keep", "owl", "--keep", r"(?i)THE COUNCIL\b"),
        "keep-nowhere": asked("prose.txt", *third, "--keep", "giraffe", "-v"),
        "keep-words": compress("prose.txt", *third, "--keep", r"\d{4}", "--unit", "word"),
        "keep-tokens": asked("prose.txt", *third, "--keep", r"\d{4}", "--unit", "token"),
        "keep-ends": asked("prose.txt", *third, "--keep-first", "1", "--keep-last", "2"),
        "keep-ends-log": asked(
            "server.log", *third, "--unit", "line", "--keep-first", "2", "--keep-last", "1"
        ),
        "keep-marks": compress("marked.txt", *third, "--json", "--marks"),
        "tokenizer-draft": asked("prose.txt", *third, "--tokenizer", "draft", "--json"),
        "tokenizer-characters": asked("prose.txt", *third, "--tokenizer", "characters", "--json"),
        "tokenizer-words": asked("prose.txt", *third, "--tokenizer", "words", "--json"),
        "tokenizer-words-verbose": asked("guide.md", *third, "--tokenizer", "words", "-v"),
        "tokenizer-folder": asked("prose.txt", *third, "--tokenizer", "{DRAFT}", "--json"),
        "tokenizer-chinese": asked("chinese.txt", *third, "--tokenizer", "characters"),
        "target-tokens": asked("prose.txt", "--target-tokens", "60"),
        "target-tokens-small": asked("prose.txt", "--target-tokens", "9", "--json"),
        "target-tokens-large": asked("prose.txt", "--target-tokens", "90000", "--json"),
        "target-characters": asked(
            "prose.txt", "--target-tokens", "300", "--tokenizer", "characters", "-v"
        ),
        "whole": asked("prose.txt", "--ratio", "1", "--json"),
        "whole-marked": compress("marked.txt", "--ratio", "1", "--json", "--marks"),
        "question-file": compress("prose.txt", "--question-file", "question.txt", *third),
        "stdin": compress(*ask, *third, stdin=prose().encode()),
        "stdin-json": compress("-", *ask, *third, "--json", stdin=MARKDOWN.encode()),
        "stdin-bom": compress(*third, stdin=b"\xef\xbb\xbf" + prose().encode()),
        "output-file": asked("prose.txt", *third, "-o", "out.txt"),
        "output-folder": asked("prose.txt", *third, "-o", "docs"),
        "output-stdin": compress(*ask, *third, "-o", "docs", stdin=prose().encode()),
        "output-json": asked("crlf.txt", *third, "-o", "out.json", "--json"),
        "stats": asked("prose.txt", *third, "--stats"),
        "stats-json": asked("prose.txt", *third, "--stats", "--json"),
        "price": asked("prose.txt", *third, "--price", "2.50"),
        "price-json": asked("prose.txt", *third, "--stats", "--price", "1000", "--json"),
        "verbose": asked("guide.md", *third, "-v"),
        "verbose-none": compress("prose.txt", *third, "-v"),
        "verbose-tail": compress("asking.txt", *third, "-v"),
        "quiet": asked("prose.txt", *third, "-Q", "--stats"),
        "offline": asked("prose.txt", *third, "--offline"),
        "device-cpu": asked("prose.txt", *third, "--device", "cpu", "--json"),
        "float32": asked("prose.txt", *third, "--dtype", "float32", "--json"),
        "float32-specpc": asked("mail.txt", *third, "--dtype", "float32", "--scorer", "specpc"),
        "bfloat16": asked("guide.md", *third, "--dtype", "bfloat16", "--json"),
        "draft-folder": asked("prose.txt", *third, "--draft", "{DRAFT}", "--json"),
    }
    for name, step in one.items():
        yield Run(f"options-{name}", "options", (step,))
    yield Run("options-closed-pipe", "options", (Step(("python", "-c", CLOSED_PIPE)),))
    yield Run("options-module", "options", (Step(("python", "-m", "specpc", "--version")),))
    yield Run("options-version", "options", (specpc("--version"),))


def lines() -> Iterator[Run]:
    """``--jsonl``, also interrupted."""
    third = ("--jsonl", "--ratio", "0.33")
    out = ("-o", "out.jsonl")
    good = inputs()["good-rows.jsonl"]
    again = compress("good-rows.jsonl", *third, *out, "--resume")
    ask = ("-q", WHAT_COST)
    yield Run("jsonl", "jsonl", (compress("rows.jsonl", *third),))
    yield Run("jsonl-verbose", "jsonl", (compress("good-rows.jsonl", *third, "-v"),))
    yield Run("jsonl-stdin", "jsonl", (compress(*third, "--price", "3", stdin=good),))
    yield Run("jsonl-question", "jsonl", (compress("rows.jsonl", *third, *ask, *out),))
    fields = ("--context-field", "body", "--question-field", "ask")
    yield Run("jsonl-fields", "jsonl", (compress("bodies.jsonl", *third, *fields),))
    yield Run("jsonl-no-field", "jsonl", (compress("bodies.jsonl", *third),))
    made_with = ("--unit", "line", "--scorer", "specpc", "--tokenizer", "words", "--gap", "~")
    yield Run("jsonl-options", "jsonl", (compress("good-rows.jsonl", *third, *made_with),))
    yield Run("jsonl-resume-twice", "jsonl", (again, again))
    begun = Step(("specpc", "compress", *third, *out), good, killed_at=("out.jsonl.part", 3))
    yield Run("jsonl-killed", "jsonl", (begun, again))
    other = compress("good-rows.jsonl", *third, "--gap", "_", *out, "--resume")
    yield Run("jsonl-killed-other", "jsonl", (begun, other))


def documents() -> Iterator[Run]:
    """``--together``."""
    three = ("guide.md", "prose.txt", "mail.txt")
    both = ("--together", "-q", WHO_REPAIRED)
    third = (*both, "--ratio", "0.33")
    small = (*both, "--target-tokens", "80")
    jsonl = ("documents.jsonl", "--jsonl")
    template = ("--template", r"<doc {name}>\n{text}</doc>\n")
    one = {
        "text": compress(*three, *third),
        "json": compress(*three, *third, "--json"),
        "no-question": compress(*three, "--together", "--ratio", "0.4", "-v"),
        "small": compress(*three, *small, "-v"),
        "min": compress(*three, *third, "--min-per-document", "30", "--json"),
        "min-too-much": compress(*three, *small, "--min-per-document", "60"),
        "template": compress(*three, *third, *template),
        "template-json": compress(*three, *third, *template, "--json", "--gap", "[..]"),
        "template-file": compress(*three, *third, *template, "-o", "all.txt"),
        "folder": compress("docs", *third, "-o", "out", "-v"),
        "folder-json": compress("docs", "chat.txt", *third, "--json", "--stats"),
        "bad": compress("bad", "chat.txt", *third),
        "stdin": compress("-", "chat.txt", *third, stdin=prose().encode()),
        "jsonl": compress(*jsonl, *third),
        "jsonl-json": compress(*jsonl, *third, "--json", "-o", "out.json"),
        "jsonl-field": compress(
            "bodies.jsonl", "--jsonl", "--context-field", "body", *third, "--json"
        ),
        "units": compress(*three, *third, "--unit", "line", "--scorer", "specpc", "--json"),
        "token": compress(*three, *third, "--unit", "token", "--scorer", "received-attention"),
        "words": compress(*three, *third, "--tokenizer", "words", "--keep", "owl", "--json"),
        "whole": compress(*three, *both, "--ratio", "1", "--json"),
        "price": compress(*three, *third, "--price", "2"),
        "kinds": compress("crew.json", "tides.py", "fees.csv", "page.html", *third, "--json"),
    }
    for name, step in one.items():
        yield Run(f"together-{name}", "together", (step,))


def messages() -> Iterator[Run]:
    """``--format messages``."""
    chat = ("--format", "messages")
    third = (*chat, "--ratio", "0.33")
    one = {
        "openai": compress("openai.json", *third),
        "openai-verbose": compress("openai.json", *third, "-v"),
        "openai-list": compress("openai-list.json", *third),
        "openai-question": compress("openai.json", *third, "-q", WHAT_COST),
        "openai-stdin": compress(*third, stdin=json.dumps(openai_request()).encode()),
        "openai-specpc": compress("openai.json", *third, "--scorer", "specpc"),
        "anthropic": compress("anthropic.json", *third),
        "anthropic-options": compress(
            "anthropic.json", *third, "--gap", " [cut] ", "--keep", "delivery", "--price", "3"
        ),
        "anthropic-small": compress("anthropic.json", *chat, "--target-tokens", "60"),
        "anthropic-file": compress("anthropic.json", *third, "-o", "out.json", "--stats"),
        "anthropic-line": compress("anthropic.json", *third, "--unit", "line"),
        "words": compress("openai.json", *third, "--tokenizer", "words", "-v"),
        "short": compress("short-chat.json", *third),
        "whole": compress("openai.json", *chat, "--ratio", "1"),
    }
    for name, step in one.items():
        yield Run(f"messages-{name}", "messages", (step,))


def forget_last(folder: Path) -> None:
    """Leave the manifest as a killed run does."""
    manifest = folder / "out" / "manifest.jsonl"
    kept = manifest.read_bytes().splitlines(keepends=True)[:-1]
    manifest.write_bytes(b"".join([*kept, b'{"path": "deep']))


def change_one(folder: Path) -> None:
    """Change an input of a run that is to be gone on with."""
    (folder / "docs" / "b.txt").write_text(CHAT, "utf-8")


def folders() -> Iterator[Run]:
    """Several files, each by itself."""
    third = ("-q", WHO_REPAIRED, "--ratio", "0.33")
    whole = compress("docs", *third, "-o", "out")
    again = compress("docs", *third, "-o", "out", "--resume")
    many = [name for name in QUESTIONS if name not in {"flat.json", "bom.txt", "crlf.txt"}]
    one = {
        "files": compress("prose.txt", "guide.md", *third, "-o", "out"),
        "files-json": compress("prose.txt", "guide.md", *third, "--json"),
        "files-json-folder": compress("prose.txt", "guide.md", *third, "--json", "-o", "out"),
        "files-stdin": compress("-", "mail.txt", *third, "-o", "out", stdin=prose().encode()),
        "all-kinds": compress(*many, "--ratio", "0.4", "--json"),
        "all-kinds-line": compress(*many, "--ratio", "0.4", "--unit", "line", "-o", "out"),
        "verbose": compress("docs", *third, "-o", "out", "-v"),
        "price": compress("docs", *third, "-o", "out", "--price", "2.5"),
        "several": compress("docs", "bad", "mail.txt", *third, "-o", "out"),
        "same-name": compress("docs/b.txt", "more/b.txt", *third, "-o", "out"),
    }
    for name, step in one.items():
        yield Run(f"folder-{name}", "folders", (step,))
    yield Run("folder", "folders", (whole,))
    yield Run("folder-resume-twice", "folders", (again, again))
    yield Run("folder-resume-other", "folders", (whole, Step((*again.argv, "--gap", "_"))))
    killed = Step((*again.argv, "--stats"), before=forget_last)
    yield Run("folder-resume-killed", "folders", (whole, killed))
    changed = Step(again.argv, before=change_one)
    yield Run("folder-resume-changed", "folders", (whole, changed))


def cached() -> Iterator[Run]:
    """``--cache``, twice and with another budget."""
    env = {"SPECPC_CACHE": "{CACHE}"}
    for scorer, name in product(("auto", "specpc"), ("prose.txt", "crew.json")):
        made_with = ("--scorer", scorer, "--cache")
        steps = (
            asked(name, "--ratio", "0.3", *made_with, "-v"),
            asked(name, "--ratio", "0.3", *made_with, "-v"),
            asked(name, "--ratio", "0.6", *made_with, "--json"),
        )
        yield Run(f"cache-{scorer}-{name}", "cache", steps, env=env)
    words = compress("prose.txt", "--ratio", "0.5", "--cache", "--json")
    picture = specpc("view", "prose.txt", "--cache", "--ratio", "0.5")
    yield Run("cache-words", "cache", (words, words, picture), env=env)


def http_step(method: str, path: str, body: Any = None, *headers: str) -> Step:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Step(("http", method, path, *headers), data)


def served() -> Iterator[Run]:
    """A server: by ``--server`` and by HTTP."""
    url = ("--server", "{URL}")
    third = ("--ratio", "0.33")
    three = ("guide.md", "prose.txt", "mail.txt")
    together = ("--together", "-q", WHO_REPAIRED, *third)
    command = {
        "text": asked("prose.txt", *third, *url),
        "json": asked("guide.md", *third, *url, "--json"),
        "verbose": asked("guide.md", *third, *url, "-v"),
        "options": asked(
            "prose.txt", *third, *url, "--gap", "_", "--keep", "owl", "--keep-first", "1", "--stats"
        ),
        "unit": asked("prose.txt", *third, *url, "--unit", "token", "--scorer", "specpc", "--json"),
        "tokenizer": asked("prose.txt", *third, *url, "--tokenizer", "words", "--json"),
        "messages": compress("openai.json", *third, *url, "--format", "messages", "-v"),
        "messages-short": compress("short-chat.json", *third, *url, "--format", "messages"),
        "jsonl": compress("rows.jsonl", *third, *url, "--jsonl"),
        "together": compress(*three, *together, *url),
        "together-json": compress(*three, *together, *url, "--json"),
        "folder": compress("docs", "-q", WHO_REPAIRED, *third, *url, "-o", "out"),
        "draft": asked("prose.txt", *third, *url, "--draft", DRAFT_NAME),
        "other-draft": asked("prose.txt", *third, *url, "--draft", "qwen2.5-0.5b"),
        "bad-budget": asked("prose.txt", "--target-tokens", "1", *url),
        "bad-marks": compress("unpaired.txt", "--marks", *third, *url),
        "bad-device": asked("prose.txt", *third, *url, "--device", "cpu"),
        "bad-tokenizer": asked("prose.txt", *third, *url, "--tokenizer", "{DRAFT}"),
    }
    for name, step in command.items():
        yield Run(f"server-command-{name}", "server", (step,), ())
    variable = asked("prose.txt", *third)
    yield Run("server-command-variable", "server", (variable,), (), env={"SPECPC_SERVER": "{URL}"})

    text = {"context": prose(), "question": WHO_REPAIRED, "ratio": 0.33}
    pair = [{"name": "a.md", "text": MARKDOWN}, {"name": "b.txt", "text": prose()}]
    several = {"documents": pair, "question": WHO_REPAIRED, "target_tokens": 120}
    form = "content-type: application/x-www-form-urlencoded"
    bodies = {
        "text": text,
        "options": {
            **text,
            "gap": "_",
            "keep": ["owl"],
            "keep_last": 1,
            "unit": "sentence",
            "scorer": "specpc",
            "tokenizer": "words",
        },
        "named": {"context": PYTHON, "question": "How is a table read?", "ratio": 0.4}
        | {"name": "tides.py"},
        "no-question": {"context": prose(), "target_tokens": 90},
        "documents": {**several, "min_per_document": 20, "template": "{name}: {text}\n"},
        "messages": {"request": anthropic_request(), "ratio": 0.4},
        "list": [text, {**text, "ratio": 2}, {**text, "context": " "}, several],
        "no-budget": {"context": prose()},
        "no-text": {"ratio": 0.3},
        "two-texts": {**text, "documents": pair},
        "unknown-field": {**text, "rate": 0.2},
        "wrong-type": {**text, "ratio": "a third"},
        "wrong-scorer": {**text, "scorer": "best"},
        "empty-list": [],
        "broken": b'{"context": ',
    }
    for name, body in bodies.items():
        yield Run(f"server-http-{name}", "server", (http_step("POST", "/v1/compress", body),), ())
    gets = {"healthz": "/healthz", "page": "/", "openapi": "/openapi.json", "lost": "/nowhere"}
    for name, path in gets.items():
        yield Run(f"server-http-{name}", "server", (http_step("GET", path),), ())
    view = b"text=" + FACTS[7].encode() + b"+A+hen+slept.+It+rained.&question=Who%3F&ratio=0.5"
    elsewhere = http_step("POST", "/v1/compress", text, "origin: http://elsewhere.example")
    renamed = http_step("GET", "/", None, "host: elsewhere.example")
    for name, step in {
        "view": http_step("POST", "/view", view, form),
        "view-bad": http_step("POST", "/view", b"text=a", form),
        "elsewhere": elsewhere,
        "renamed": renamed,
        "no-upstream": http_step("POST", "/v1/chat/completions", openai_request()),
        "wrong-method": http_step("GET", "/v1/compress"),
    }.items():
        yield Run(f"server-http-{name}", "server", (step,), ())

    upstreams = ("--openai-upstream", "{ECHO}/v1", "--anthropic-upstream", "{ECHO}")
    passing = (*upstreams, "--min-tokens", "100", "--ratio", "0.4")
    chats: dict[str, tuple[str, Any, tuple[str, ...]]] = {
        "openai": ("/v1/chat/completions", openai_request(), ()),
        "openai-ratio": ("/v1/chat/completions", openai_request(), ("x-specpc-ratio: 0.7",)),
        "openai-whole": ("/v1/chat/completions", openai_request(), ("x-specpc-ratio: 1",)),
        "openai-wrong": ("/v1/chat/completions", openai_request(), ("x-specpc-ratio: much",)),
        "short": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}]}, ()),
        "none": ("/v1/chat/completions", b"no JSON", ()),
        "anthropic": ("/v1/messages?beta=true", anthropic_request(), ("x-api-key: k",)),
    }
    for name, (path, body, headers) in chats.items():
        step = http_step("POST", path, body, *headers)
        yield Run(f"server-passes-{name}", "server", (step,), passing)
    yield Run(
        "server-metrics",
        "server",
        (
            http_step("POST", "/v1/compress", text),
            http_step("GET", "/nowhere"),
            http_step("GET", "/metrics"),
        ),
        (),
        own=True,
    )
    token = "x-specpc-token: open-sesame"
    bearer = "authorization: Bearer open-sesame"
    yield Run(
        "server-token",
        "server",
        (
            http_step("POST", "/v1/compress", text),
            http_step("POST", "/v1/compress", text, token),
            http_step("GET", "/healthz"),
            http_step("GET", "/", None, bearer),
            http_step("POST", "/v1/compress", text, "x-specpc-token: wrong"),
            asked("prose.txt", *third, *url),
        ),
        ("--max-bytes", "100000"),
        own=True,
        env={"SPECPC_TOKEN": "open-sesame"},
    )
    yield Run(
        "server-limits",
        "server",
        (
            http_step("POST", "/v1/compress", text),
            http_step("POST", "/v1/compress", {**text, "context": FACTS[0] + FACTS[1]}),
        ),
        ("--max-bytes", "1000"),
        own=True,
    )


def pictures() -> Iterator[Run]:
    """``specpc view``."""
    ask = ("-q", WHO_REPAIRED)
    one = {
        "terminal": specpc("view", "prose.txt", *ask),
        "terminal-none": specpc("view", "prose.txt", "--ratio", "0.5"),
        "terminal-marks": specpc("view", "prose.txt", *ask, "--mark", "Thorne", "--mark", "owl"),
        "terminal-code": specpc("view", "tides.py", "-q", QUESTIONS["tides.py"]),
        "terminal-specpc": specpc("view", "guide.md", *ask, "--scorer", "specpc", "--unit", "line"),
        "terminal-pager": specpc("view", "one.txt", "--ratio", "0.5", "--pager"),
        "page": specpc("view", "guide.md", "-q", "Who has the key?", "-o", "page-out.html"),
        "page-marks": specpc("view", "prose.txt", *ask, "--mark", "owl", "-o", "docs"),
        "page-none": specpc("view", "chat.txt", "-o", "docs", "--ratio", "0.5"),
        "page-specpc": specpc(
            "view", "prose.txt", *ask, "--scorer", "specpc", "--unit", "token", "-o", "p.html"
        ),
        "page-stdin": specpc("view", *ask, "-o", "docs", stdin=HTML.encode()),
        "page-words": specpc(
            "view", "mail.txt", *ask, "--tokenizer", "words", "--keep-first", "1", "-o", "p.html"
        ),
        "colours": specpc("view", "prose.txt", *ask, "--mark", "Thorne"),
    }
    for name, step in one.items():
        env = {"FORCE_COLOR": "1", "TERM": "xterm-256color"} if name == "colours" else {}
        yield Run(f"view-{name}", "view", (step,), env=env)


def located() -> Iterator[Run]:
    """``specpc locate``."""
    third = ("--ratio", "0.33", "--json")
    quote = "was repaired by the clockmaker Ludvig  Thorne"
    one = asked("prose.txt", *third, into="small.json")
    three = ("guide.md", "prose.txt", "marked.txt")
    all_three = compress(
        *three, "--together", "-q", WHO_REPAIRED, *third, "--gap", "[...]", into="small.json"
    )
    each = compress(*three, "-q", WHO_REPAIRED, *third, into="small.json")
    steps: dict[str, tuple[Step, Sequence[tuple[str, ...]]]] = {
        "one": (one, [(quote,), (quote, "--json"), ("--at", "30"), ("no such words",), ()]),
        "together": (all_three, [(quote,), (quote, "--json"), ("--at", "90", "--json")]),
        "each": (each, [(quote,), (quote, "--json"), ("--at", "3")]),
    }
    for name, (first, asks) in steps.items():
        asking = tuple(specpc("locate", "small.json", *ask) for ask in asks)
        yield Run(f"locate-{name}", "locate", (first, *asking))
    changed = Step(("specpc", "locate", "small.json", quote), before=change_prose)
    yield Run("locate-changed", "locate", (one, changed))


def change_prose(folder: Path) -> None:
    """Change a text after it was compressed."""
    (folder / "prose.txt").write_text("New. " + prose(), "utf-8")


def evaluations() -> Iterator[Run]:
    """``specpc eval``."""
    few = ("--limit", "2", "--ratio", "0.3")
    methods = ("auto", PAPER, f"{PAPER}:token", "random", "truncate", "bm25", "stopwords")
    named = [word for method in methods for word in ("--method", method)]
    one = ("eval", "facts.jsonl")
    three = ("facts.jsonl", "ruler.jsonl", "bench.jsonl")
    begun = specpc(*one, *few, "--method", "bm25", "--method", PAPER, "-o", "r.jsonl")
    base, full = ("--baseline", "bm25"), ("--baseline", "full")
    answers = ("--target", DRAFT_NAME, "--answer-tokens", "6", "--limit", "1", "--ratio", "0.3")
    kv = ("--method", "speckv", "--method", "snapkv", "--method", "streaming", "--kv-budget", "64")
    endpoint = ("--endpoint", "{ECHO}/v1", "--endpoint-model", "some-model")
    steps: dict[str, tuple[Step, ...]] = {
        "tables": (specpc(*one, *few, *named, *base, "-v"),),
        "json": (specpc("eval", *three, *few, *named, *base, "--json"),),
        "lines": (specpc(*one, "--limit", "2", *named[:2], "--method", "bm25:line", "--json"),),
        "no-question": (specpc(*one, *few, *named, "--no-question", "--json"),),
        "seed": (specpc(*one, *few, "--method", "random", "--seed", "7", "--json"),),
        "file": (
            begun,
            specpc(*one, *few, "--method", "truncate", "-o", "r.jsonl", "--resume"),
            specpc("eval", "--from", "r.jsonl", *base, "--json"),
            specpc("eval", "--from", "r.jsonl", "-v"),
        ),
        "plot": (
            specpc(*one, "--limit", "2", *named[6:12], "-o", "r.jsonl"),
            specpc("eval", "--from", "r.jsonl", "--plot", "recall.svg", "-Q"),
        ),
        "answers": (
            specpc(*one, *answers, "--method", PAPER, *full, "--json", "-o", "r.jsonl"),
            specpc("eval", "--from", "r.jsonl", *full, "-v"),
        ),
        "endpoint": (
            specpc(*one, *few, *named[8:12], *endpoint, "-o", "r.jsonl"),
            specpc("eval", "--from", "r.jsonl", *full, "--json"),
        ),
        "kv": (specpc(*one, *answers, *kv, "--method", f"speckv-pc:{PAPER}", "--json"),),
    }
    for name, made in steps.items():
        yield Run(f"eval-{name}", "eval", made)


def generations() -> Iterator[Run]:
    """``specpc generate`` and ``correlate``."""
    ask = ("prose.txt", "-q", WHO_REPAIRED)
    short = (*ask, "--max-new-tokens", "6")
    kv = ("--kv-budget", "64")
    one = {
        "full": specpc("generate", *short, "--method", "full"),
        "specpc": specpc("generate", *short, "--method", "specpc", "--prompt-budget", "150"),
        "specpc-specpc": specpc(
            "generate", *short, "--method", "specpc", "--prompt-budget", "150", "--scorer", "specpc"
        ),
        "speckv": specpc("generate", *short, *kv, "-v"),
        "speckv-pc": specpc(
            "generate", *short, *kv, "--method", "speckv-pc", "--prompt-budget", "150"
        ),
        "speckv-pc-specpc": specpc(
            "generate", *short, *kv, "--method", "speckv-pc", "--prompt-budget", "150",
            "--scorer", "specpc", "--lookahead", "4", "--target", DRAFT_NAME, "-v",
        ),
        "snapkv": specpc("generate", *short, *kv, "--method", "snapkv"),
        "streaming": specpc("generate", *short, *kv, "--method", "streaming"),
    }  # fmt: skip
    for name, step in one.items():
        yield Run(f"generate-{name}", "generate", (step,))
    target = ("--target", DRAFT_NAME)
    yield Run("correlate", "correlate", (specpc("correlate", *ask, *target),))
    more = ("--json", "--top", "0.2", "--plot", "layers.svg")
    yield Run("correlate-json", "correlate", (specpc("correlate", "mail.txt", *target, *more),))


def write_parquet(folder: Path) -> None:
    """The good rows as a table, of which one text is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "number": [1, 2, 3, 4],
            "context": [prose(), MAIL, None, CHAT],
            "question": [WHO_REPAIRED, None, "Why?", "Who tells the harbour office?"],
        }
    )
    (folder / "tables").mkdir()
    pq.write_table(table, folder / "tables" / "rows.parquet")


def corpora() -> Iterator[Run]:
    """``specpc batch``."""
    third = ("--ratio", "0.33", "--workers", "1")
    first = specpc("batch", "rows.jsonl", "short", *third, "-v", "--part-rows", "3")
    again = specpc("batch", "rows.jsonl", "short", *third, "--part-rows", "3", "--resume")
    other = specpc("batch", "rows.jsonl", "short", *third, "--gap", "_", "--resume")
    yield Run("batch-jsonl", "batch", (first, again, other, first))
    fields = ("--context-field", "body", "--question-field", "ask", "--scorer", "specpc")
    more = ("--unit", "line", "--tokenizer", "words", "--keep", "owl", "--gap", "~")
    step = specpc("batch", "bodies.jsonl", "short", *third, *fields, *more)
    yield Run("batch-fields", "batch", (step,))
    ask = ("-q", WHAT_COST)
    table = Step(("specpc", "batch", "tables", "short", *third, *ask), before=write_parquet)
    yield Run("batch-parquet", "batch", (table,))


def agents() -> Iterator[Run]:
    """``specpc mcp``, message by message."""
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    text = {"question": WHO_REPAIRED, "text": prose(), "ratio": 0.33}
    files = {"question": WHO_REPAIRED, "paths": ["a.md", "b.txt"], "target_tokens": 80}
    quote = "repaired by the clockmaker"
    calls: list[tuple[str, dict[str, Any]]] = [
        ("compress", text),
        ("compress", {**files, "tokenizer": "words"}),
        ("locate", {"id": "1", "quote": quote}),
        ("locate", {"id": "2", "quote": quote}),
        ("locate", {"id": "2", "quote": "no such words"}),
        ("locate", {"id": "9", "quote": quote}),
        ("compress", {**text, "ratio": None}),
        ("compress", {**text, "question": " "}),
        ("compress", {**files, "paths": ["../prose.txt"]}),
        ("compress", {**text, "tokenizer": "gtp-4o"}),
        ("compress", {"text": prose()}),
    ]
    requests: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
        *(
            {"id": number, "method": "tools/call", "params": {"name": name, "arguments": fields}}
            for number, (name, fields) in enumerate(calls, start=3)
        ),
    ]
    talk = json_lines(*({"jsonrpc": "2.0", **request} for request in requests)).encode()
    yield Run("mcp-folder", "mcp", (Step(("mcp", "docs"), talk),))
    yield Run("mcp-alone", "mcp", (Step(("mcp",), talk),))


def others() -> Iterator[Run]:
    """The list of models, and finding heads."""
    yield Run("models", "models", (specpc("models"),))
    yield Run("models-json", "models", (specpc("models", "--json"),))
    yield Run("models-pull", "models", (specpc("models", "pull"),))
    step = specpc("calibrate", "--examples", "16", "-o", "profile.json")
    yield Run("calibrate", "calibrate", (step,), env={"SPECPC_CACHE": "{CACHE}"})


def helps() -> Iterator[Run]:
    """``--help`` of all commands."""
    commands = (
        "compress", "batch", "view", "generate", "correlate", "locate", "mcp", "eval", "serve",
        "bench", "calibrate", "models",
    )  # fmt: skip
    yield Run("help", HELP, (specpc("--help"), specpc("-h"), specpc()))
    for name in commands:
        yield Run(f"help-{name}", HELP, (specpc(name, "--help"),))
    for name in ("pull", "remove"):
        yield Run(f"help-models-{name}", HELP, (specpc("models", name, "--help"),))


def errors() -> Iterator[Run]:
    """What is refused."""
    third = ("--ratio", "0.33")
    text = ("prose.txt", "-q", WHO_REPAIRED)
    chat = ("openai.json", "--format", "messages", *third)
    kv = ("generate", *text, "--max-new-tokens", "2")
    wrong: dict[str, tuple[str, ...]] = {
        "command": ("squeeze",),
        "option": ("compress", *text, *third, "--rate", "1"),
        "no-budget": ("compress", *text),
        "two-budgets": ("compress", *text, *third, "--target-tokens", "9"),
        "ratio-zero": ("compress", *text, "--ratio", "0"),
        "ratio-two": ("compress", *text, "--ratio", "2"),
        "ratio-word": ("compress", *text, "--ratio", "much"),
        "ratio-nan": ("compress", *text, "--ratio", "nan"),
        "target-zero": ("compress", *text, "--target-tokens", "0"),
        "target-one": ("compress", *text, "--target-tokens", "1"),
        "no-file": ("compress", "nowhere.txt", *third),
        "no-output-folder": ("compress", *text, *third, "-o", "nowhere/out.txt"),
        "empty": ("compress", "empty.txt", *third),
        "blank": ("compress", "blank.txt", *third),
        "latin": ("compress", "latin.txt", *third),
        "utf16": ("compress", "utf16.txt", *third),
        "binary": ("compress", "zero.bin", *third),
        "unpaired-mark": ("compress", "unpaired.txt", "--marks", *third),
        "scorer": ("compress", *text, *third, "--scorer", "best"),
        "unit": ("compress", *text, *third, "--unit", "letter"),
        "format": ("compress", *text, *third, "--format", "xml"),
        "tokenizer": ("compress", *text, *third, "--tokenizer", "gtp-4o"),
        "draft": ("compress", *text, *third, "--draft", "smolm2-135m"),
        "draft-offline": ("compress", *text, *third, "--draft", "llama-3.2-1b", "--offline"),
        "device": ("compress", *text, *third, "--device", "tpu"),
        "dtype": ("compress", *text, *third, "--dtype", "int3"),
        "keep": ("compress", *text, *third, "--keep", "("),
        "keep-negative": ("compress", *text, *third, "--keep-first", "-1"),
        "keep-too-much": ("compress", *text, "--target-tokens", "20", "--keep", "."),
        "two-questions": ("compress", *text, *third, "--question-file", "question.txt"),
        "empty-question": ("compress", "prose.txt", "-q", " ", *third),
        "no-question-file": ("compress", "prose.txt", *third, "--question-file", "nowhere"),
        "resume-alone": ("compress", *text, *third, "--resume"),
        "resume-no-output": ("compress", "rows.jsonl", "--jsonl", *third, "--resume"),
        "jsonl-json": ("compress", "rows.jsonl", "--jsonl", "--json", *third),
        "jsonl-two": ("compress", "rows.jsonl", "bodies.jsonl", "--jsonl", *third),
        "jsonl-empty": ("compress", "empty.txt", "--jsonl", *third),
        "folder-no-output": ("compress", "docs", *third),
        "folder-into-itself": ("compress", "docs", *third, "-o", "docs"),
        "folder-into-file": ("compress", "docs", *third, "-o", "prose.txt"),
        "stdin-twice": ("compress", "-", "-", *third, "--json"),
        "template-alone": ("compress", *text, *third, "--template", "{text}"),
        "template": ("compress", "docs", "--together", *third, "--template", "{name}"),
        "min-alone": ("compress", *text, *third, "--min-per-document", "5"),
        "together-resume": ("compress", "docs", "--together", *third, "--resume"),
        "messages-json": ("compress", *chat, "--json"),
        "messages-jsonl": ("compress", *chat, "--jsonl"),
        "messages-together": ("compress", *chat, "--together"),
        "messages-two": ("compress", "anthropic.json", *chat),
        "messages-prose": ("compress", "prose.txt", "--format", "messages", *third),
        "messages-none": ("compress", "flat.json", "--format", "messages", *third),
        "messages-no-user": ("compress", "no-user.json", "--format", "messages", *third),
        "price": ("compress", *text, *third, "--price", "-1"),
        "server": ("compress", *text, *third, "--server", "elsewhere"),
        "server-gone": ("compress", *text, *third, "--server", "http://127.0.0.1:9"),
        "view-ratio": ("view", "prose.txt", "--ratio", "0"),
        "view-no-file": ("view", "nowhere.txt"),
        "view-pager": ("view", "prose.txt", "--pager", "-o", "page.html"),
        "view-itself": ("view", "page.html", "-o", "page.html"),
        "view-no-folder": ("view", "prose.txt", "-o", "nowhere/page.html"),
        "view-mark": ("view", "prose.txt", "--mark", "giraffe"),
        "locate-none": ("locate",),
        "locate-both": ("locate", "crew.json", "quote", "--at", "1"),
        "locate-foreign": ("locate", "prose.txt", "quote"),
        "locate-foreign-json": ("locate", "flat.json", "quote"),
        "locate-no-file": ("locate", "nowhere.json", "quote"),
        "eval-none": ("eval",),
        "eval-method": ("eval", "facts.jsonl", "--method", "best"),
        "eval-unit": ("eval", "facts.jsonl", "--method", "specpc:letter"),
        "eval-baseline": ("eval", "facts.jsonl", "--method", "bm25", "--baseline", "random"),
        "eval-kv": ("eval", "facts.jsonl", "--method", "speckv"),
        "eval-kv-budget": ("eval", "facts.jsonl", "--method", "bm25", "--kv-budget", "64"),
        "eval-data": ("eval", "rows.jsonl", "--method", "bm25"),
        "eval-from": ("eval", "--from", "nowhere.jsonl"),
        "eval-foreign": ("eval", "--from", "facts.jsonl"),
        "eval-resume": ("eval", "facts.jsonl", "--resume"),
        "eval-endpoint": ("eval", "facts.jsonl", "--endpoint", "http://127.0.0.1:9/v1"),
        "eval-peer": ("eval", "facts.jsonl", "--method", "llmlingua", "--limit", "1"),
        "eval-limit": ("eval", "facts.jsonl", "--limit", "0"),
        "eval-plot": ("eval", "facts.jsonl", "--plot", "plot.doc"),
        "generate-method": (*kv, "--method", "best"),
        "generate-scorer": (*kv, "--method", "speckv-pc", "--scorer", "best"),
        "generate-idle": (*kv, "--method", "full", "--kv-budget", "64"),
        "generate-idle-scorer": (*kv, "--method", "snapkv", "--scorer", "specpc"),
        "generate-budget": (*kv, "--kv-budget", "3"),
        "generate-target": (*kv, "--target", "nothing-such"),
        "generate-no-file": ("generate", "nowhere.txt"),
        "correlate-no-target": ("correlate", *text),
        "correlate-top": ("correlate", *text, "--target", DRAFT_NAME, "--top", "2"),
        "correlate-plot": ("correlate", *text, "--target", DRAFT_NAME, "--plot", "plot.doc"),
        "batch-none": ("batch",),
        "batch-one": ("batch", "rows.jsonl"),
        "batch-budget": ("batch", "rows.jsonl", "short"),
        "batch-no-file": ("batch", "nowhere.jsonl", "short", *third),
        "batch-full": ("batch", "rows.jsonl", "docs", *third),
        "batch-inside": ("batch", "docs", "docs/short", *third),
        "batch-engine": ("batch", "rows.jsonl", "short", *third, "--engine", "steam"),
        "batch-workers": ("batch", "rows.jsonl", "short", *third, "--workers", "0"),
        "batch-field": ("batch", "rows.jsonl", "short", *third, "--context-field", "body"),
        "mcp-folder": ("mcp", "nowhere"),
        "serve-ratio": ("serve", "--ratio", "3"),
        "serve-port": ("serve", "--port", "99999"),
        "serve-host": ("serve", "--host", "0.0.0.0"),
        "serve-upstream": ("serve", "--openai-upstream", "nowhere"),
        "serve-queue": ("serve", "--queue", "0"),
        "calibrate-examples": ("calibrate", "--examples", "1"),
        "calibrate-data": ("calibrate", "--data", "nowhere.jsonl"),
        "calibrate-output": ("calibrate", "-o", "nowhere/profile.json"),
        "bench-tokens": ("bench", "--tokens", "1"),
        "bench-compare": ("bench", "--compare", "nowhere.json", "neither.json"),
        "models-command": ("models", "push"),
        "models-pull": ("models", "pull", "smolm2-135m"),
        "models-remove": ("models", "remove", "qwen3-0.6b"),
    }
    for name, argv in wrong.items():
        yield Run(f"error-{name}", ERROR, (specpc(*argv),))


# ------------------------------------------------------------------------------------ Python API

API: Final = '''\
import json, sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType

from specpc import Compressor, SpecPCError


def home(name, *modules):
    """What has this name, in its new home or in an old one."""
    for module in ("specpc", *modules):
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
        if not isinstance(found, ModuleType):
            return found
    raise ImportError(name)


Document = home("Document", "specpc.documents")
Protection = home("Protection", "specpc.config")
if hasattr(Compressor, "compress_messages"):
    compress_messages = Compressor.compress_messages
else:
    compress_messages = home("compress_messages", "specpc.messages")
locate = home("locate", "specpc.output.locate", "specpc.locate")
read = lambda name: Path(name).read_bytes().decode()
ASKS = {ASKS}
WHO, COST = {WHO}, {COST}


def show(result):
    spans = [[span.start, span.end, repr(float(span.score))] for span in result.spans]
    fields = {name: getattr(result, name) for name in (
        "text", "positions", "original_tokens", "compressed_tokens", "budget", "query", "draft",
        "scorer", "unit", "windows", "tokenizer", "notes", "ratio", "cached")}
    fields["query_source"] = result.query_source.value
    runtime = None if result.runtime is None else asdict(result.runtime)
    print(json.dumps({**fields, "spans": spans, "runtime": runtime}, ensure_ascii=False))


def show_documents(result):
    for one in result.documents:
        spans = [[span.start, span.end, repr(float(span.score))] for span in one.spans]
        fields = {name: getattr(one, name) for name in (
            "name", "text", "positions", "original_tokens", "compressed_tokens")}
        print(json.dumps({**fields, "spans": spans}, ensure_ascii=False))
    print(json.dumps([result.text, result.dropped, result.positions], ensure_ascii=False))
    show(result.total)
'''

SNIPPETS: Final = {
    "lazy": """\
import specpc
print("torch" in sys.modules, "transformers" in sys.modules, specpc.__version__)
print(sorted(name for name in ("CompressionResult", "Compressor", "Span", "SpecPCError")
             if getattr(specpc, name)))
""",
    "compress": """\
compressor = Compressor.from_pretrained()
for question in (WHO, COST, None):
    for budget in ({"ratio": 0.1}, {"ratio": 0.5}, {"ratio": 1}, {"target_tokens": 60}):
        show(compressor.compress(read("prose.txt"), question, **budget))
print(compressor.scorer.name, compressor.unit, compressor.draft.name)
""",
    "kinds": """\
compressor = Compressor.from_pretrained()
for name, question in ASKS.items():
    show(compressor.compress(read(name), question, ratio=0.35, name=name))
    show(compressor.compress(read(name), question, ratio=0.35, gap="[...]"))
""",
    "kinds-no-question": """\
compressor = Compressor.from_pretrained()
for name in ASKS:
    show(compressor.compress(read(name), ratio=0.35, name=name))
""",
    "units": """\
for unit in ("auto", "sentence", "line", "paragraph", "word", "token", "structure"):
    compressor = Compressor.from_pretrained(unit=unit)
    for name in ("guide.md", "chat.txt", "chinese.txt"):
        show(compressor.compress(read(name), ASKS[name], ratio=0.3))
        show(compressor.compress(read(name), ratio=0.6, name=name))
""",
    "scorers": """\
for scorer in ("auto", "retrieval-heads", "specpc", "received-attention"):
    compressor = Compressor.from_pretrained(scorer=scorer)
    for name in ("prose.txt", "mail.txt", "fees.csv"):
        show(compressor.compress(read(name), ASKS[name], ratio=0.3, name=name))
        show(compressor.compress(read(name), ratio=0.6, name=name))
""",
    "float32": """\
for scorer in ("auto", "specpc", "received-attention"):
    compressor = Compressor.from_pretrained(scorer=scorer, dtype="float32", device="cpu")
    show(compressor.compress(read("mail.txt"), ASKS["mail.txt"], ratio=0.3))
""",
    "tokenizers": """\
for tokenizer in ("draft", "characters", "words", sys.argv[1]):
    compressor = Compressor.from_pretrained(tokenizer=tokenizer)
    show(compressor.compress(read("prose.txt"), WHO, ratio=0.3))
    show(compressor.compress(read("chinese.txt"), ASKS["chinese.txt"], target_tokens=60))
""",
    "score": """\
compressor = Compressor.from_pretrained()
for name in ("guide.md", "crew.json", "prose.txt"):
    for question in (ASKS[name], None):
        scored = compressor.score(read(name), question, name=name)
        print(scored.original_tokens, scored.windows)
        for percent in range(10, 101, 15):
            show(scored.compress(ratio=percent / 100))
        show(scored.compress(target_tokens=50, gap=" ~ "))
""",
    "score-specpc": """\
compressor = Compressor.from_pretrained(scorer="specpc", unit="token")
scored = compressor.score(read("prose.txt"), WHO)
for percent in range(5, 101, 10):
    show(scored.compress(ratio=percent / 100))
""",
    "documents": """\
compressor = Compressor.from_pretrained()
names = ("guide.md", "prose.txt", "mail.txt", "tides.py", "one.txt")
documents = [Document(name, read(name)) for name in names]
for question in (WHO, None):
    for more in ({"ratio": 0.1}, {"ratio": 0.5, "gap": "[..]"}, {"target_tokens": 120},
                 {"target_tokens": 300, "min_per_document": 20}, {"ratio": 1},
                 {"ratio": 0.3, "template": "{name}: {text}\\n"},
                 {"ratio": 0.4, "keep": Protection((r"owl",), 1, 0)}):
        show_documents(compressor.compress_documents(documents, question, **more))
""",
    "messages": """\
compressor = Compressor.from_pretrained()
for name in ("openai.json", "openai-list.json", "anthropic.json", "short-chat.json"):
    request = json.loads(read(name))
    for more in ({"ratio": 0.3}, {"target_tokens": 60, "gap": "_"},
                 {"ratio": 0.4, "question": COST}, {"ratio": 0.5, "keep": Protection((r"owl",))}):
        made = compress_messages(compressor, request, **more)
        print(json.dumps(made.request, ensure_ascii=False))
        print(made.places, [part.text for part in made.texts])
        if made.total is not None:
            show(made.total)
""",
    "protection": """\
compressor = Compressor.from_pretrained()
for keep in (Protection((r"owl", r"\\d{4}")), Protection(first=2), Protection(last=2),
             Protection((r"giraffe",), 1, 1)):
    for name, question in (("prose.txt", WHO), ("guide.md", None), ("marked.txt", WHO)):
        show(compressor.compress(read(name), question, ratio=0.7, keep=keep))
""",
    "locate": """\
compressor = Compressor.from_pretrained()
one = compressor.compress(read("prose.txt"), WHO, ratio=0.4)
documents = [Document(name, read(name)) for name in ("guide.md", "prose.txt")]
many = compressor.compress_documents(documents, WHO, ratio=0.4, gap="[...]")
for result in (one, many):
    for quote in ("repaired by the clockmaker", "The", "no such words", result.text[10:300]):
        print([[(p.document, p.start, p.end) for p in places] for places in locate(result, quote)])
""",
    "errors": """\
compressor = Compressor.from_pretrained()
text = read("prose.txt")
calls = [
    lambda: compressor.compress(text, WHO),
    lambda: compressor.compress(text, WHO, ratio=0.1, target_tokens=3),
    lambda: compressor.compress(text, WHO, ratio=1.5),
    lambda: compressor.compress(text, WHO, target_tokens=0),
    lambda: compressor.compress(text, WHO, target_tokens=1),
    lambda: compressor.compress(" ", WHO, ratio=0.5),
    lambda: compressor.compress("a\\ud800b c d e f", WHO, ratio=0.5),
    lambda: compressor.compress(read("unpaired.txt"), WHO, ratio=0.5, marks=True),
    lambda: compressor.compress_documents([], WHO, ratio=0.5),
    lambda: compressor.compress_documents([Document("a", text)] * 2, WHO, ratio=0.5),
    lambda: compressor.compress_documents([Document("a", text)], WHO, ratio=0.5, template="x"),
    lambda: compressor.compress_documents([Document("a", text)], WHO, target_tokens=9,
                                          min_per_document=20),
    lambda: compress_messages(compressor, {"messages": []}, ratio=0.5),
    lambda: compress_messages(compressor, [{"role": "system", "content": text}], ratio=0.5),
    lambda: Protection(("(",)),
    lambda: Protection(first=-1),
    lambda: Compressor.from_pretrained("smolm2-135m"),
    lambda: Compressor.from_pretrained(scorer="best"),
    lambda: Compressor.from_pretrained(unit="letter"),
    lambda: Compressor.from_pretrained(device="tpu"),
    lambda: Compressor.from_pretrained(dtype="int3"),
    lambda: Compressor.from_pretrained(tokenizer="gtp-4o"),
    lambda: Compressor.from_pretrained("qwen3-0.6b", offline=True),
]
for call in calls:
    try:
        call()
        print("no error")
    except SpecPCError as error:
        print([cls.__name__ for cls in type(error).__mro__], error)
""",
    "progress": """\
compressor = Compressor.from_pretrained()
text = "\\n\\n".join(read(name) for name in ("prose.txt", "guide.md", "mail.txt", "chat.txt"))
show(compressor.compress(text, WHO, ratio=0.2, progress=lambda *at: print("progress", at)))
""",
    "cache": """\
ScoreCache = home("ScoreCache", "specpc.scorers.cache", "specpc.score_cache")
cache = ScoreCache(Path("scores"), tell=print)
compressor = Compressor.from_pretrained(cache=cache)
for ratio in (0.2, 0.2, 0.5):
    show(compressor.compress(read("prose.txt"), WHO, ratio=ratio))
print(len(list(Path("scores").iterdir())))
for path in Path("scores").iterdir():
    path.unlink()
""",
    "painting": """\
paint = home("paint", "specpc.painting")
compressor = Compressor.from_pretrained()
for name in ("prose.txt", "tides.py"):
    scored = compressor.score(read(name), ASKS[name], name=name)
    picture = paint(scored, 0.3, ["Thorne"] if name == "prose.txt" else [])
    print(picture.ratios, picture.units, picture.units_kept)
    for piece in picture.pieces:
        print(piece.start, piece.end, piece.level, [(p.start, p.end, p.kept) for p in piece.parts])
""",
    "llmlingua": """\
from specpc.integrations.llmlingua import PromptCompressor
compressor = PromptCompressor()
texts = [read("prose.txt"), read("mail.txt")]
made = compressor.compress_prompt(texts, instruction="Be brief.", question=WHO, rate=0.4)
print(json.dumps(made))
print(json.dumps(compressor.compress_prompt(texts, question=WHO, target_token=90)))
print(json.dumps(compressor.compress_prompt(texts[0], rate=0.5)))
tagged = f"<llmlingua, compress=False>Read:</llmlingua><llmlingua, rate=0.4>{texts[0]}</llmlingua>"
print(json.dumps(compressor.structured_compress_prompt([tagged], question=WHO)))
""",
    "langchain": """\
from langchain_core.documents import Document as Found
from langchain_core.messages import AIMessage, HumanMessage
from specpc.integrations.langchain import SpecPCPromptCompressor
SpecPCCompressor = home(
    "SpecPCDocumentCompressor", "specpc.integrations.langchain"
) if hasattr(
    import_module("specpc.integrations.langchain"), "SpecPCDocumentCompressor"
) else home("SpecPCCompressor", "specpc.integrations.langchain")
found = [Found(read(name), metadata={"source": name, "start_index": 7})
         for name in ("guide.md", "prose.txt", "tides.py")]
for more in ({"ratio": 0.2}, {"target_tokens": 160, "min_per_document": 5, "gap": "[..]"}):
    for made in SpecPCCompressor(**more).compress_documents(found, WHO):
        print(json.dumps([made.page_content, made.metadata], ensure_ascii=False))
prompt = SpecPCPromptCompressor(ratio=0.4)
print(prompt.invoke(f"{read('prose.txt')}\\n\\n{WHO}"))
print(prompt.invoke([HumanMessage(read("prose.txt")), AIMessage("Yes."), HumanMessage(WHO)]))
""",
    "llamaindex": """\
from llama_index.core.schema import NodeWithScore, TextNode
from specpc.integrations.llamaindex import SpecPCPostprocessor
nodes = [TextNode(text=read(name), id_=name, metadata={"file_name": name})
         for name in ("guide.md", "prose.txt", "tides.py")]
nodes = [NodeWithScore(node=node, score=1) for node in nodes]
for made in SpecPCPostprocessor(ratio=0.2).postprocess_nodes(nodes, query_str=WHO):
    print(json.dumps([made.node.get_content(), made.node.metadata, made.score], ensure_ascii=False))
""",
    "haystack": """\
from haystack import Document as Found
from specpc.integrations.haystack import SpecPCCompressor
found = [Found(id=name, content=read(name), meta={"file_path": name})
         for name in ("guide.md", "prose.txt", "tides.py")]
component = SpecPCCompressor(target_tokens=90)
component.warm_up()
for more in ({}, {"ratio": 0.1}):
    for made in component.run(WHO, found, **more)["documents"]:
        print(json.dumps([made.id, made.content, made.meta], ensure_ascii=False))
""",
    "ray-data": """\
import pyarrow as pa
try:
    from specpc.batch.ray_data import BatchSettings as Settings, CompressRows, Fields
except ImportError:
    from specpc.integrations.ray_data import CompressRows, Fields, Settings
table = pa.table({"body": [read("prose.txt"), "", read("mail.txt")], "ask": [WHO, WHO, None]})
try:
    from specpc.options import Cut
    settings = Settings(Cut(ratio=0.3), COST, Fields("body", "ask"))
except ImportError:
    settings = Settings(question=COST, ratio=0.3, fields=Fields("body", "ask"))
made = CompressRows(settings)(table)
print(made.schema.names)
for row in made.drop_columns(["seconds"]).to_pylist():
    print(json.dumps(row, ensure_ascii=False))
""",
    "kv": """\
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils.logging import disable_progress_bar
from specpc.kv import ATTENTION, FullCache, SnapKV, SpecKV, StreamingLLM, generate
disable_progress_bar()
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], attn_implementation=ATTENTION)
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ids = tokenizer(read("prose.txt") + "\\nThe lens was repaired by", return_tensors="pt").input_ids
for method in (FullCache(), SnapKV(64), StreamingLLM(64), SpecKV(64)):
    draft = {"draft": model} if isinstance(method, SpecKV) else {}
    made = generate(model, ids, method, max_new_tokens=6, do_sample=False, **draft)
    print(type(method).__name__, made[0, ids.shape[1]:].tolist())
""",
    "client": """\
ServerCompressor = home("ServerCompressor", "specpc.serving.client")
client = ServerCompressor(sys.argv[1])
made = client.compress(read("prose.txt"), WHO, ratio=0.3, gap="_")
print(made.text, made.positions, [(s.start, s.end) for s in made.spans], made.scorer, made.unit)
documents = [Document(name, read(name)) for name in ("guide.md", "prose.txt")]
made = client.compress_documents(documents, WHO, target_tokens=90)
print(made.text, made.dropped, [(one.name, one.positions) for one in made.documents])
made = client.compress_messages(json.loads(read("openai.json")), ratio=0.3)
print(json.dumps(made.request), client.draft_name())
try:
    client.compress(" ", WHO, ratio=0.3)
except SpecPCError as error:
    print(type(error).__name__, error)
""",
}


CLOSED_PIPE: Final = """\
import subprocess, sys
command = [sys.executable, "-m", "specpc_cli", "compress", "prose.txt", "--ratio", "0.5"]
process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
process.stdout.close()
print(process.stderr.read(), process.wait())
"""


def programs() -> Iterator[Run]:
    """The public Python API."""
    start = API.replace("{ASKS}", repr(QUESTIONS))
    start = start.replace("{WHO}", repr(WHO_REPAIRED)).replace("{COST}", repr(WHAT_COST))
    given = {"tokenizers": ("{DRAFT}",), "kv": ("{DRAFT}",), "client": ("{URL}",)}
    for name, code in SNIPPETS.items():
        step = Step(("python", "-W", "ignore", "-c", start + code, *given.get(name, ())))
        # Threads that wait do so without spinning, as those of the command do on a busy machine.
        env = {"HAYSTACK_TELEMETRY_ENABLED": "False", "OMP_WAIT_POLICY": "PASSIVE"}
        server = () if name == "client" else None
        yield Run(f"api-{name}", "api", (step,), server, env=env)


# --------------------------------------------------------------------------------- recording them


class Echo(BaseHTTPRequestHandler):
    """A vendor who answers with what was asked."""

    def do_POST(self) -> None:
        """Tell path and body."""
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        told: dict[str, Any] = {"path": self.path, "key": self.headers.get("x-api-key")}
        told |= {"body": body, "choices": [{"message": {"content": "Ludvig Thorne"}}]}
        data = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Server:
    """A ``specpc serve`` on a free port."""

    def __init__(self, options: Sequence[str], env: Mapping[str, str]) -> None:
        """Start it, and wait until it answers."""
        command = [*COMMAND, "serve", "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, env=env, text=True)
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        self.url = first.split()[-1] if "listens on" in first else ""
        if not self.url:
            raise RuntimeError(f"no server: {first}{self.process.stderr.read()}")
        self.told = first

    def stop(self) -> dict[str, Any]:
        """End it; what it said, and its exit code."""
        self.process.terminate()
        _, rest = self.process.communicate(timeout=30)
        return {"stderr": self.told + rest, "exit": self.process.returncode}


class Recorder:
    """Does runs and writes down what comes out."""

    def __init__(self, folder: Path) -> None:
        """Records go into ``folder``."""
        self.folder = folder
        self.inputs = inputs()
        dropped = {"SPECPC_SERVER", "SPECPC_TOKEN", "SPECPC_DEBUG", "OPENAI_API_KEY"}
        dropped |= {"NO_COLOR", "FORCE_COLOR"}
        self.env = {name: value for name, value in os.environ.items() if name not in dropped}
        self.env |= {"COLUMNS": "100", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.lock = threading.Lock()
        self.servers: dict[tuple[str, ...], Server] = {}
        self.echo = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=self.echo.serve_forever, daemon=True).start()
        self.known = {"{ECHO}": f"http://127.0.0.1:{self.echo.server_port}"}
        self.known |= {"{DRAFT}": self._draft(), "{PYTHON}": sys.executable}

    def _draft(self) -> str:
        """The folder of the draft, fetched if need be."""
        command = [*COMMAND, "models"]
        subprocess.run([*command, "pull"], check=True, env=self.env, stdout=subprocess.DEVNULL)
        told = subprocess.run([*command, "--json"], check=True, env=self.env, capture_output=True)
        [folder] = [m["folder"] for m in json.loads(told.stdout) if m["name"] == DRAFT_NAME]
        return str(folder)

    def record(self, run: Run) -> float:
        """Do a run and write its record; the seconds it took."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="same-outputs-") as scratch:
            root = Path(scratch).resolve()
            here = root / "here"
            for name, data in self.inputs.items():
                path = here / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            known = {**self.known, "{HERE}": str(here), "{CACHE}": str(root / "cache")}
            if "{CACHE}" in run.env.values():
                (root / "cache").mkdir()
                (root / "cache" / "drafts").symlink_to(Path(known["{DRAFT}"]).parent)
                known["{DRAFT}"] = str(root / "cache/drafts" / Path(known["{DRAFT}"]).name)
            env = {**self.env, **{name: _filled(value, known) for name, value in run.env.items()}}
            server = self._server(run, known, env)
            told: dict[str, Any] | None = None
            try:
                if server is not None:
                    known["{URL}"] = server.url
                    env = {n: server.url if v == "{URL}" else v for n, v in env.items()}
                steps = [_do(step, here, env, known) for step in run.steps]
            finally:
                if server is not None and run.own:
                    told = server.stop()
            made: dict[str, Any] = {"name": run.name, "category": run.category, "steps": steps}
            made |= {"server": told, **self._files(here)}
            text = _without(json.dumps(made, indent=1), known)
        part = self.folder / f".{run.name}.part"
        part.write_text(text, "utf-8")
        part.replace(self.folder / f"{run.name}.json")
        return time.monotonic() - began

    def _server(self, run: Run, known: Mapping[str, str], env: Mapping[str, str]) -> Server | None:
        if run.server is None:
            return None
        options = tuple(_filled(option, known) for option in run.server)
        if run.own:
            return Server(options, env)
        with self.lock:
            if options not in self.servers:
                self.servers[options] = Server(options, self.env)
            return self.servers[options]

    def _files(self, here: Path) -> dict[str, Any]:
        """Files that are new or changed, and those that are gone."""
        found = {str(p.relative_to(here)): p for p in sorted(here.rglob("*")) if p.is_file()}
        new = {
            name: _contents(path)
            for name, path in found.items()
            if path.read_bytes() != self.inputs.get(name)
        }
        return {"files": new, "removed": sorted(set(self.inputs) - set(found))}

    def close(self) -> None:
        """Stop the servers."""
        for server in self.servers.values():
            server.stop()
        self.echo.shutdown()


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def _without(text: str, known: Mapping[str, str]) -> str:
    """Addresses and paths of this machine replaced by their names, the longest first."""
    for name, value in sorted(known.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(value, name)
    return text


def _contents(path: Path) -> str:
    """Contents as text; a table as its rows."""
    if path.suffix == ".parquet":
        with suppress(ImportError):
            import pyarrow.parquet as pq

            table = pq.read_table(path)
            rows = "\n".join(json.dumps(row) for row in table.to_pylist())
            return f"{table.schema.to_string()}\n{rows}\n"
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _do(step: Step, here: Path, env: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Any]:
    """Do one command and tell what came of it."""
    if step.before is not None:
        step.before(here)
    program, *rest = (_filled(word, known) for word in step.argv)
    if program == "http":
        code, out, err = _ask(known["{URL}"], rest, step.stdin)
    elif program == "mcp":
        code, out, err = _talk(rest, step.stdin, here, env)
    else:
        command = [*(COMMAND if program == "specpc" else (sys.executable,)), *rest]
        if step.killed_at is not None:
            code, out, err = _kill(command, step, here, env)
        else:
            done = subprocess.run(
                command,
                input=step.stdin,
                cwd=here,
                env=env,
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
            code, out, err = done.returncode, done.stdout, done.stderr
    if step.into is not None:
        (here / step.into).write_bytes(out)
    told = {"exit": code, "stdout": out, "stderr": err, "stdin": step.stdin}
    return {"argv": step.argv} | {
        name: value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
        for name, value in told.items()
    }


def _ask(url: str, words: Sequence[str], body: bytes) -> tuple[int, bytes, bytes]:
    """One request: its status, and headers and body of the answer."""
    method, path, *told = words
    headers = {"content-type": "application/json"} if body else {}
    headers |= dict(header.split(": ", 1) for header in told)
    connection = http.client.HTTPConnection(url.partition("//")[2], timeout=SECONDS)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    names = sorted((name.lower(), value) for name, value in answer.getheaders())
    kept = [f"{n}: {v}\n" for n, v in names if n not in {"content-length", "date", "server"}]
    return answer.status, "".join(kept).encode() + b"\n" + data, b""


def _begun(command: Sequence[str], here: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A command that runs, all its streams in our hands."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=here, env=env, stdin=pipe, stdout=pipe, stderr=pipe)


def _talk(
    folders: Sequence[str], said: bytes, here: Path, env: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """A conversation: what has an id is answered before the next is said."""
    command = [*COMMAND, "mcp", *folders]
    heard = b""
    with _begun(command, here, env) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in said.splitlines(keepends=True):
            process.stdin.write(line)
            process.stdin.flush()
            wanted = json.loads(line).get("id")
            while wanted is not None:
                answer = process.stdout.readline()
                heard += answer
                if not answer or json.loads(answer).get("id") == wanted:
                    break
        rest, err = process.communicate()
    return process.returncode, heard + rest, err


def _kill(
    command: Sequence[str], step: Step, here: Path, env: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Kill a command in the middle: it gets no more lines than it is to write, and no end."""
    assert step.killed_at is not None
    name, count = step.killed_at
    given = b"".join(step.stdin.splitlines(keepends=True)[: count - 1])
    with _begun(command, here, env) as process:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.flush()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and process.poll() is None:
            if (here / name).exists() and (here / name).read_bytes().count(b"\n") >= count:
                break
            time.sleep(0.05)
        process.kill()
        out, err = process.communicate()
    return process.returncode, out, err


def record(folder: Path, only: str) -> None:
    """Do all runs that have no record yet."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [run for run in runs() if only in run.name]
    waiting = [run for run in wanted if not (folder / f"{run.name}.json").exists()]
    print(f"{len(wanted)} runs, {len(waiting)} to be done", flush=True)
    began, failed = time.monotonic(), 0
    recorder = Recorder(folder) if waiting else None

    def one(run: Run) -> str | None:
        assert recorder is not None
        try:
            print(f"{run.name} {recorder.record(run):.1f} s", flush=True)
        except Exception as error:
            return f"{run.name} FAILED: {type(error).__name__}: {error}"
        return None

    if recorder is not None:
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for told in pool.map(one, waiting):
                    if told is not None:
                        failed += 1
                        print(told, flush=True)
        finally:
            recorder.close()
    counts = Counter(run.category for run in wanted)
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"{len(waiting) - failed} recorded, {failed} failed, {time.monotonic() - began:.0f} s")
    if failed:
        sys.exit(1)


# ---------------------------------------------------------------------------------- comparing them

_NUMBER: Final = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"
_TIMES: Final = (
    (re.compile(rf'("\w*(?:seconds|peak_bytes|modified)\w*": ?)(?:{_NUMBER})'), r"\g<1>0"),
    (re.compile(r"\b\d[\d,]*\.\d+ s\b"), "0 s"),
    (re.compile(r"\b\d[\d,]*\.\d+ tokens/s"), "0 tokens/s"),
    (re.compile(r"peak memory [\d,]+ MiB"), "peak memory 0 MiB"),
    (re.compile(r"\bpid \d+"), "pid 0"),
    # A log says the time where it has changed.
    (re.compile(r"^(?:\[\d\d/\d\d/\d\d \d\d:\d\d:\d\d\]| {19}) ", re.MULTILINE), ""),
)
_TIMINGS: Final = re.compile(r'"timings": ?\{[^{}]*\}')
_PAPER: Final = re.compile(r"\bpaper\b")
_JSON_HASH: Final = re.compile(r'("output": "[^"]*\.json", .*"output_sha256": ")[0-9a-f]+')
_PLOT: Final = (
    (re.compile(r"<dc:date>[^<]*"), "<dc:date>"),
    (re.compile(r"\b([mp])[0-9a-f]{10}\b"), r"\g<1>0"),
)
_CELL: Final = re.compile(r"\S+(?: \S+)*")
_TIME_COLUMNS: Final = {"s / 1k tokens", "Peak memory", "First token", "Whole answer"}
_METRIC: Final = re.compile(r"^((?:specpc|process)_\w+(?:\{[^}]*\})?) .*$", re.MULTILINE)


def plain(text: str, name: str = "") -> str:
    """A text without times, process ids and the like."""
    for pattern, instead in _TIMES:
        text = pattern.sub(instead, text)
    text = _TIMINGS.sub(lambda found: re.sub(_NUMBER, "0", found[0]), text)
    text = _PAPER.sub("specpc", _JSON_HASH.sub(r"\g<1>0", text))
    if name.endswith(".svg"):
        for pattern, instead in _PLOT:
            text = pattern.sub(instead, text)
    return text


def parts(record: Mapping[str, Any]) -> dict[str, str]:
    """Everything of a record that is compared, by where it stands."""
    found: dict[str, str] = {}
    for number, step in enumerate(record["steps"], start=1):
        for stream in ("exit", "stdout", "stderr"):
            text = plain(str(step[stream]))
            if record["name"] == "server-metrics" and stream == "stdout":
                text = _METRIC.sub(r"\g<1> 0", text)
            if record["category"] == "eval":
                text = _untimed_tables(text)
            found[f"step {number} {stream}"] = text
    for name, text in record["files"].items():
        found[f"file {name}"] = plain(text, name)
    found["removed"] = str(record["removed"])
    found["server"] = plain(json.dumps(record["server"]))
    return found


def _untimed_tables(text: str) -> str:
    """Tables of ``specpc eval`` without times, and whatever the width of other columns."""
    lines: list[str] = []
    cuts: list[tuple[int, int]] = []
    for whole in text.splitlines():
        line = whole
        cells = list(_CELL.finditer(line))
        timed = [at for at, cell in enumerate(cells) if cell[0] in _TIME_COLUMNS]
        if timed:
            cuts = [(cells[at - 1].end(), cells[at].end()) for at in timed if at]
        elif not line.strip():
            cuts = []
        for start, end in reversed(cuts):
            line = line[:start] + line[end:]
        lines.append(re.sub(r"  +", "  ", line).rstrip())
    return "\n".join(lines)


def difference(old: str, new: str, width: int = 90) -> str:
    """Where two texts begin to differ, in one line."""
    olds, news = old.splitlines(keepends=True), new.splitlines(keepends=True)
    changed = [
        line
        for line in difflib.unified_diff(olds, news, n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    first = [next((line for line in changed if line[0] == sign), sign) for sign in "-+"]
    pairs = zip(first[0][1:], first[1][1:], strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), 0)
    start = max(0, at - 30)
    shown = [f"{line[0]}{line[1:][start : start + width]!r}" for line in first]
    return f"{len(changed)} lines: {' '.join(shown)}"


def compare(before: Path, after: Path, only: str) -> None:
    """Print what differs between two folders of records."""
    olds, news = (
        {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
        for folder in (before, after)
    )
    names = [name for name in sorted(olds | news) if only in name]
    compared, differ, worded = 0, 0, 0
    for name in names:
        old, new = olds.get(name), news.get(name)
        if (old or new or {})["category"] == HELP:
            continue
        compared += 1
        if old is None or new is None:
            print(f"{name}: only in {before if new is None else after}")
            differ += 1
            continue
        olden, newer = parts(old), parts(new)
        found = [
            (place, olden.get(place), newer.get(place))
            for place in dict.fromkeys([*olden, *newer])
            if olden.get(place) != newer.get(place)
        ]
        only_words = old["category"] == ERROR and all("stderr" in place for place, _, _ in found)
        for place, was, now in found:
            told = "missing" if was is None or now is None else difference(was, now)
            print(f"{name}: {'(words) ' if only_words else ''}{place}: {told}")
        differ += bool(found) and not only_words
        worded += bool(found) and only_words
    if worded:
        print(f"{worded} errors are worded otherwise, with the same exit codes")
    print(f"{compared} runs compared, {differ} differ")
    if differ:
        sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="do the runs")
    recording.add_argument("folder", type=Path)
    comparing = commands.add_parser("compare", help="tell what differs")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    for one in (recording, comparing):
        one.add_argument("--only", default="", metavar="SUBSTRING", help="runs named so")
    options = parser.parse_args()
    if options.command == "record":
        record(options.folder, options.only)
    else:
        compare(options.before, options.after, options.only)


if __name__ == "__main__":
    main()
