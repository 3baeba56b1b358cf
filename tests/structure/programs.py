"""Programs in several languages, written to be hard to cut."""

from __future__ import annotations

PYTHON = '''#!/usr/bin/env python3
"""What the registry does.

    def not_code(): in a docstring
"""
from __future__ import annotations

import os
import sys  # for the path
from pathlib import Path

LIMIT = 3; OTHER = 4
if os.name == "nt": LIMIT = 5

TABLE = {
    "añejo": [1, 2, 3],  # aged
    "ünder": {
        "nested": (1,
                   2),
        "text": """
def inside_a_string():
    pass
""",
    },
    "z": lambda x: (
        x + 1
    ),
    "long": "............................................................................",
    "longer": "..........................................................................."
}


# A comment that stands alone.


@dataclass(
    frozen=True,
)
class Registry(
    Base,
    metaclass=Meta,
):
    """Keeps things, and says for each of them when it was seen and by whom, in order."""

    first: int = 1
    second: str = "two"  # trailing

    @staticmethod
    @cache
    def remember(self, items: dict[str, int], *, moment: float = 0.0) -> None:
        """Remember items.

        A long explanation of what it means to remember items, and why anyone would want to do
        so, which is longer than what is kept with every statement of this function.
        """
        # First of all
        for key, value in items.items():
            if value < 0:
                # refuse
                raise ValueError(f"{key} is {value!r}")
            elif value == 0: continue
            elif value > 1_000_000:
                self.big = True
                self.biggest = max(self.biggest, value, key=lambda v: (v, len(str(v))))
                self.note(f"a very big value came in for {key}, which is worth a line of text")
            else:
                self._seen[key] = (moment, value)
                self._count += 1
                self._last = key if self._count > 10 else self._previous[len(key) - 1]
            # ends the loop's body
        else:
            self.done = True
            self.log("nothing was wrong with any of the items that were to be remembered today")
        try:
            with open(self.path) as f, \\
                    lock(self.path):
                data = f.read()
                self.content = data.replace("one thing", "another thing").strip().casefold()
                self.other = [line for line in data.splitlines() if not line.startswith("#")]
        except (OSError, ValueError) as error:
            self.log("could not read what was to be read, or could not make sense of any of it")
            raise SystemExit(str(error) + " while reading " + str(self.path)) from error
        finally:
            self.close()
            self.log("closed whatever had been opened, which may have been nothing at all, maybe")
        match items:
            case {"a": 1}:
                self.a = 1
            case [x, *rest] if rest:
                self.b = [x + 1 for x in rest if x is not None and x != "nothing to be added to"]
                self.c = x
            case _:
                pass
        return None

    def forget(self):
        async def inner(): return 1
        def other():
            # nothing
            yield from range(10)
        while self.items: self.items.pop()
        return inner, other

    async def wait(self):
        async with self.lock:
            async for item in self.queue:
                if item is None: break
                await self.handle(item, "with a long text so that this function is not small")
                await self.handle(item, "with a long text so that this function is not small")
        x = """
    text that is indented
  differently
"""; y = 2
        return x


def tiny(): return 1


def main() -> int:
    parser = make()
    if True:
        if True:
            if True:
                print("deep", file=sys.stderr)
                print("deeper", Path("a") / "b", "and some more text to make this line long enough")
                print("deepest", Path("a") / "b", "and some more text to make this line long")
    return 0
# the end

if __name__ == "__main__":
    sys.exit(main())
'''

JAVASCRIPT = """"use strict";
/* License
 * of several lines
 */

import fs from "fs";
import { a,
  b } from "./ab.js";

const path = require("path"), other = require("other")
let x = 1; let y = 2

;(function () {
  var root = this
  /**
   * Says what it does, at some length, so that this comment is not one of the short ones, which
   * always come along with the function's first line.
   * @param {string} name
   */
  function outer(name, options = {}) { // starts
    if (!name) {
      throw new TypeError("a name is needed, and there was none where one was looked for")
    } else if (name === "x") {
      options.x = `template
${name.map(n => {
  return n + 1
}).join("")}
  if (not code) {
`
      options.y = /[{}"'/]/.test(name) ? { a, b, ...options } : [1, , 3]
    } else {
      // nothing to be done
      options.z = name.length > 10 && name.split(/\\s+/).filter(Boolean).map((s) => s.trim())
    }
    switch (name) {
      case "a":
      case "b": {
        options.count += 1
        break
      }
      case "c":
        options.count -= 1
        return options
      default:
        options.default = "nothing of what was known was given, so that this is what is taken"
    }
    try {
      await_ = fs.readFileSync(path.join(name, "some", "file"), "utf-8").split("\\n").length
      options.lines = await_
    } catch {
      options.lines = 0
    }
    finally {
      options.done = true
      options.message = "done with all of it, and nothing more is to be said about any of this"
    }
    do x++; while (x < 10)
    label: for (const i of [1, 2, 3]) { if (i) continue label }
    for (;;) {
      if (x) break
      x = y
        ? 1
        : 2
    }
    return options
  }

  module.exports = {
    outer,
    ["computed" + 1]: 2,
    async *generator() {
      yield* [1, 2, 3]
      yield "a long text so that this method is not one of the small ones at all, not at all"
      yield "a long text so that this method is not one of the small ones at all, not at all"
    },
    get value() { return 1 },
    handler: async ({ a, b }) => {
      await a
      await b.then(() => {
        return a + b
      })
    },
    list: [
      "one", "two",
      "three",
      { four: 4 },
      "a long text so that this list is not one of the small ones at all, not at all, is it",
      "a long text so that this list is not one of the small ones at all, not at all, is it"
    ]
  }
}).call(this)

class Shape extends Base {
  #secret = 1
  static count = 0;

  constructor(a) {
    super(a)
    this.text = "a long text so that this is not one of the small ones at all, not at all, is it"
    this.more = "a long text so that this is not one of the small ones at all, not at all, is it"
  }

  static { Shape.count = 1 }
  // draws
  draw() {
    const html = <div onClick={() => { this.go() }}>
      {this.items.map(i => <b key={i}>{i}</b>)}
    </div>
    return html
  }
}

describe("things", () => {
  it("works", async () => {
    expect(await f()).toBe(1)
  })
  it("fails", function () {
    expect(() => f()).toThrow("a long text so that this is not a small one at all")
  })
})
export default Shape
"""

GO = """// Package harbour is a sample.
package harbour

import "fmt"
import (
\t"os"
\tstr "strings"
)

const (
\tA = iota // first
\tB
\tC
\tText = `raw
func notCode() {
`
\tOther = "a long text so that this list is not one of the small ones, which are not cut"
\tOthers = "a long text so that this list is not one of the small ones, which are not cut"
)

var ErrFull, errOther = fmt.Errorf("full"), error(nil)

// Berth is
// where ships lie.
type Berth struct {
\tName string `json:"name"`
\tShips []*Ship
}

type Mover interface {
\tMove(to *Berth) error
\tfmt.Stringer
}

func tiny() int { return 1 }

/* Dock brings a ship in. */
func (b *Berth) Dock(s *Ship, opts ...func(*Ship)) (n int, err error) {
\tdefer func() {
\t\tif r := recover(); r != nil {
\t\t\terr = fmt.Errorf("docking: %v", r)
\t\t}
\t}()
\tif s == nil {
\t\treturn 0, ErrFull
\t} else if len(b.Ships) > 3 {
\t\tfmt.Fprintln(os.Stderr, "there are too many ships at this berth already, so it goes away")
\t\treturn 0, errOther
\t} else {
\t\t// room enough
\t\tb.Ships = append(b.Ships, s)
\t\tfmt.Fprintln(os.Stderr, "there was room enough at this berth for one more ship to be docked")
\t}
\tswitch x := any(s).(type) {
\tcase nil:
\t\treturn
\tcase fmt.Stringer, error:
\t\tfmt.Println(x, "a long text so that this switch is not one of the small ones at all")
\t\tfallthrough_ := 1
\t\t_ = fallthrough_
\tdefault:
\t\tfmt.Println("nothing")
\t}
\tswitch {
\tcase n > 1: n--
\tcase n < 1:
\t\tn++
\t\tfallthrough
\tdefault:
\t\tfmt.Println("a long text so that this switch is not one of the small ones at all, is it")
\t}
\tselect {
\tcase v, ok := <-s.c:
\t\tfmt.Println(v, ok)
\tcase s.c <- 1:
\tdefault:
\t\tfmt.Println("a long text so that this select is not one of the small ones at all, is it")
\t}
outer:
\tfor i, c := range str.Split(s.Name, "") {
\t\tfor {
\t\t\tif c == "" { break outer }
\t\t\tgo func(i int) { fmt.Println(i) }(i)
\t\t}
\t}
\treturn len(b.Ships), nil
}

var table = map[string][]int{
\t"a": {1, 2,
\t\t3},
\t"b": {
\t\t4,
\t},
\t"c": append([]int{5}, func() []int {
\t\treturn nil
\t}()...), // last
\t"a long text so that this map is not one of the small ones": nil,
\t"a long text so that this map is not one of the small ones, either": nil,
}

func Map[T, U any](in []T, f func(T) U) (out []U) {
\tfor _, v := range in {
\t\tout = append(out, f(v))
\t}
\treturn
}
"""

RUST = """#![allow(dead_code)]
//! A crate.

use std::fmt;
use std::{
    collections::HashMap,
    io::{self, Read},
};

/// Doc of a macro.
#[macro_export]
macro_rules! twice {
    ($e:expr) => {{ $e; $e }};
    ($($e:expr),*) => {
        $( $e; )*
    };
}

const TEXT: &str = r#"
fn not_code() { "quoted" }
"#;

fn tiny(x: u8) -> u8 {
    x + 1
}

/// A ship, of which there are several kinds, each of which has its own needs.
///
/// This is explained at some length, so that the comment is not one of the short ones, which
/// always come along.
#[derive(Debug, Clone)]
pub enum Ship<'a, T: ?Sized> where T: 'a {
    /// carries boxes
    Container { teu: u32, owner: &'a T },
    Tanker(f64),
    #[allow(unused)]
    Ferry, // for people, who are more demanding than boxes, and for their cars, which are not
    Other(Box<dyn Fn(&str) -> Result<(), Box<dyn std::error::Error + Send + Sync + 'static>>>)
}

pub(crate) struct Berth<const N: usize> {
    name: String,
    slots: [Option<u8>; N]
}

impl<const N: usize> Berth<N> {
    pub const SIZE: usize = N;

    #[inline]
    #[must_use]
    pub async unsafe fn dock<F>(&mut self, ship: u8, f: F) -> Result<usize, io::Error>
    where
        F: Fn(u8) -> bool,
    {
        // looks for a place
        let place = self.slots.iter().position(|s| {
            s.is_none() && f(ship)
        });
        let Some(place) = place else {
            return Err(io::Error::new(io::ErrorKind::Other, "no place for one more ship here"));
        };
        let label = 'outer: loop {
            for i in 0..N {
                if i == place { break 'outer i; }
                println!("{} is not {}", i, {
                    let x = 1;
                    x
                });
            }
        };
        let text = match (ship, label) {
            (0, _) => "zero",
            (1..=9, n) if n > 3 => {
                self.slots[n] = Some(ship);
                "a long text so that this match is not one of the small ones at all, is it"
            }
            (_, 7) | (_, 8) => if f(ship) { "seven" } else { "eight" },
            _ => "other"
        };
        if let Some(x) = self.slots[0] {
            self.name.push_str(&x.to_string());
        } else if ship > 3 {
            self.name.push_str("a long text so that this is not one of the small ones at all");
        } else {
            self.name.clear();
        }
        let config = Config {
            text: text.to_string(),
            place,
            closure: Box::new(move |a: u8, b| -> u8 { a + b }),
            other: "a long text so that this is not one of the small ones, which are not cut",
            ..Default::default()
        };
        drop(config);
        Ok(place)
    }

    fn rest(&self) {}
}

impl fmt::Display for Berth<3> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works() {
        assert_eq!(tiny(1), 2, "añ");
        twice!(println!("a long text so that this is not one of the small ones, is it"));
        assert!(matches!(tiny(2), 3 | 4), "a long text so that this is not a small one, is it");
    }
}
"""

JAVA = '''/*
 * License of several lines.
 */
package org.example.harbour;

import java.util.*;
import static java.util.Map.entry;

/**
 * A harbour: where ships come in and go out, are unloaded and loaded, repaired and painted, at
 * all hours, in all weathers, by people who are paid for it.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
public class Harbour<T extends Comparable<? super T>> extends Base implements Iterable<T> {
    private int size;
    private static final int[] SIZES = {
        1, 2, 3,
        4,
    }, OTHER = {};

    static {
        System.loadLibrary("harbour");
    }

    enum Kind {
        /** carries boxes */
        CONTAINER("c") {
            @Override
            int cost() { return 3; }
        },
        TANKER("t"),
        FERRY("f, which is a long text so that this is not one of the small ones, is it");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        int cost() {
            return switch (this) {
                case CONTAINER -> 1;
                case TANKER, FERRY -> {
                    int x = 2;
                    yield x;
                }
            };
        }
    }

    public Harbour(int size) {
        super(size);
        this.size = size;
    }

    /** Unloads. */
    @Override
    @Deprecated
    public <R> List<R> unload(final Ship ship, Function<? super T, R>... how) throws IOException {
        if (ship == null) return null;
        else if (ship.size() > size) {
            throw new IOException("a ship of " + ship.size() + " is too large for this harbour");
        } else {
            // fits
            size -= ship.size();
            log.info("a ship came in that is to be unloaded here today, and it fits, luckily");
        }
        switch (ship.kind()) {
            case CONTAINER:
            case TANKER:
                size++;
                break;
            default:
                size--;
                log.info("a ship came in of a kind that is not known here, but is unloaded anyway");
        }
        try (var in = ship.open(); var out = open()) {
            in.transferTo(out);
            log.info("all that was in the ship was brought ashore, where it is going to be stored");
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new IOException(e);
        } finally {
            close();
        }
        Runnable r = new Runnable() {
            private int count;
            @Override public void run() {
                count++;
            }
        };
        list.stream().filter(x -> x != null).map(x -> {
            String text = """
                class NotCode {
                }
                """;
            return text + x;
        }).forEach(System.out::println);
        outer:
        for (int i = 0, j = 1; i < 10; i++) {
            for (T t : this) { if (t == null) continue outer; }
        }
        synchronized (this) {
            do { size--; } while (size > 10);
        }
        return List.of();
    }

    record Point(int x, int y) {
        Point {
            if (x < 0) throw new IllegalArgumentException();
        }
    }

    @interface Marker {
        String value() default "";
    }

    abstract static class Inner {
        abstract void go();
        ;
    }
}

interface Moved {
    void move();
    default int speed() { return 1; }
}
'''

C = """/* Fees of a harbour. */
#ifndef HARBOUR_FEES_H
#define HARBOUR_FEES_H

#include <stddef.h>
#include <stdint.h>

#define LONGEST 100
#define MOST(a, b) \\
    ((a) > (b) ? (a) : (b))

/* A ship as the office knows it, with its length in metres and all that it owes so far. */
struct ship {
    const char *name; /* ends with a zero */
    size_t length;
    uint32_t owed[2];
    enum { AT_SEA, MOORED = 5, LOST } state;
};

/* Returns the fee of a ship in euros, which is never less than that of the shortest one. */
uint32_t ship_fee(const struct ship *ship);

#if defined(WITH_TABLES) && \\
    LONGEST > 50
/* Fees by length, and what they were a year before that, as the office wrote them down. */
static const uint32_t fees[][2] = {
    {10, 12}, {20, 24},
    {30, 36}, /* "}" */
    {40, 48},
};
static const char *names[] = {"short", "middle", "long", "longer than any ship that was here"};
#elif defined(WITH_NONE)
static const uint32_t none[] = {0};
#else
static const uint32_t few[] = {1, 2, 3};
#endif

static inline int is_long(const struct ship *ship)
{
    if (ship == NULL) return 0;
    for (size_t i = 0; i < 2; i++) {
        if (ship->owed[i] > LONGEST) { break; } else if (ship->owed[i] == 7)
            continue;
        else
            while (0) ;
    }
#ifdef DEBUG_OF_THE_HARBOUR_OFFICE
    report("ship %s is looked at by the office, which wants to know its length", ship->name);
    report("its length is %zu metres, and that of the longest one is %d", ship->length, LONGEST);
#endif
    switch (ship->state) {
    case AT_SEA:
        return 0;
    case MOORED: /* falls through */
    default:
        return ship->length > LONGEST;
    }
}

# ifdef WITH_NOTHING
# endif

#endif /* HARBOUR_FEES_H */
"""

CPP = """#ifndef HARBOUR_HPP
#define HARBOUR_HPP
#include <string>
#include <vector>

namespace harbour {
namespace fees {

template <typename T, int N = 3>
class Registry : public Base<T> {
public:
    explicit Registry(const std::string &name) : name_(name), count_{0} {}
    virtual ~Registry() = default;

    // Adds a ship, and tells how many there are now that it was added to the others.
    int add(T ship) {
        ships_.push_back(std::move(ship));
        auto longer = [this](const T &other) {
            return other.length() > limit_ && !other.name().empty();
        };
        for (const auto &one : ships_) {
            if (longer(one)) { count_ += 1; }
        }
        return count_;
    }

    operator bool() const { return count_ > 0; }

#if defined(HARBOUR_WITH_TEXT)
    std::string text() const { return R"(a } raw #endif text of the "harbour")"; }
    std::string other() const { return "another text that is here so that the block is long"; }
#endif

private:
    std::string name_;
    std::vector<T> ships_;
    int count_, limit_ = 100;
};

enum class State : unsigned char {
    at_sea = 0,
    moored,
    lost = 7,
    found_again_after_some_years_at_the_bottom_of_the_sea_by_a_diver,
};

constexpr int largest(int a, int b) noexcept { return a > b ? a : b; }

struct Point { int x; int y; };
static const Point points[] = {
    {1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}, {13, 14}, {15, 16}, {17, 18},
    {.x = 1, .y = 2},
};

}  // namespace fees
}  // namespace harbour

#endif
"""

TSX = """\
import React, { useState } from 'react';
import type { Item } from './types';

interface Props {
  items: Item[];
  onPay?: (total: number) => void;
}

/** The cart, with a button to pay. */
export function Cart({ items, onPay }: Props): JSX.Element {
  const [open, setOpen] = useState<boolean>(false);
  const total = items.reduce((sum, item) => sum + item.price * item.qty, 0);

  if (items.length === 0) {
    return <p className="empty">Nothing here yet. Come back on Monday.</p>;
  }

  return (
    <main className="cart" data-open={open}>
      <h1>Your cart</h1>
      {/* The list of items */}
      <ul>
        {items.map((item) => (
          <li key={item.id} className={item.qty > 9 ? 'many' : undefined}>
            {item.name}: {item.price} each
          </li>
        ))}
      </ul>
      <p>
        You do not pay for shipping
        above 50 francs.
      </p>
      <button type="button" disabled={total === 0} onClick={() => onPay?.(total)}>
        Pay {total}
      </button>
    </main>
  );
}

export default Cart;
"""
PROGRAMS = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "tsx": TSX,
    "go": GO,
    "rust": RUST,
    "java": JAVA,
    "c": C,
    "cpp": CPP,
}
