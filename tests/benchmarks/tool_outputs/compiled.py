"""Compilers, builds and tests of C, C++, Java and Rust."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.tool_outputs.recipe import Recipe, port
from tests.benchmarks.tool_outputs.rules import both, each

_NONE: Final = each(r"\A\Z")
GCC: Final = each(r"^\S+:\d+:\d+: (?:fatal )?error: .*")
MAKE_END: Final = each(r"^make(?:\[\d+\])?: \*\*\* .*")

_PORT_C: Final = (
    '#include "port.h"\n\nint berth_{n}(int tide)\n{{\n    int spare = {n};\n'
    "    return tide + {n};\n}}\n"
)
_FARES_C: Final = """\
#include "port.h"

struct fare { int cents; };

int night_fare(struct fare *base, int people)
{
    return base->cents * rate * people;
}

int day_fare(struct fare base)
{
    return base->cents;
}

int winter_fare(void)
{
    return night_fare(3)
}
"""
_C: Final = {
    "port.h": "".join(f"int berth_{n}(int tide);\n" for n in range(60)),
    **{f"{port(n).lower()}.c": _PORT_C.format(n=n) for n in range(60)},
}
_CC: Final = (
    "CFLAGS = -Wall -Wextra -O0 -g -std=c11 -D_GNU_SOURCE -fno-omit-frame-pointer\n"
    "OBJECTS = $(patsubst %.c,%.o,$(sort $(wildcard *.c)))\n"
    "all: kiosk\nkiosk: $(OBJECTS)\n\tgcc -o $@ $^\n%.o: %.c port.h\n\tgcc $(CFLAGS) -c -o $@ $<\n"
)
_CPP: Final = """\
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

struct Fare { int cents; };

int main() {
    std::map<std::string, Fare> fares{{"day", {38}}, {"night", {41}}};
    for (auto &[kind, fare] : fares) std::cout << kind << " " << fare << std::endl;
    return 0;
}
"""
_CMAKE: Final = (
    "cmake_minimum_required(VERSION 3.16)\nproject(kiosk C)\nenable_testing()\n"
    "set(CMAKE_EXPORT_COMPILE_COMMANDS ON)\nfile(GLOB PORTS CONFIGURE_DEPENDS *.c)\n"
)
_LINKED: Final = {
    **_C,
    "main.c": "int berth_3(int);\nint berth_999(int);\nint tide_at(const char *);\n"
    'int main(void) { return berth_3(1) + berth_999(2) + tide_at("Velmar"); }\n',
}
_ASAN: Final = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *name)
{
    char *made = malloc(strlen(name));
    strcpy(made, name);
    return made;
}

int main(void)
{
    for (int i = 0; i < 150; i++)
        printf("berth %d of 150 is free, depth %d m, tide %d cm\\n", i, i % 9 + 3, i * 7 % 300);
    fflush(stdout);
    puts(copy("Velmar"));
    return 0;
}
"""

_JAVA: Final = {
    **{f"src/Port{port(n)}.java":
       f"import java.util.*;\n\npublic class Port{port(n)} {{\n"
       f"    List berths = new ArrayList();\n"
       f"    void moor(Object ship) {{ berths.add(ship); }}\n"
       f"    Integer depth() {{ return new Integer({n}); }}\n}}\n" for n in range(14)},
    "src/Fares.java": (
        "import java.util.*;\n\npublic class Fares {\n"
        "    Map<String, Integer> base = Map.of(\"day\", 38, \"night\", 41);\n\n"
        "    int fare(String kind) {\n        return base.get(knd) * people;\n    }\n\n"
        "    String name() {\n        return fare(\"day\");\n    }\n}\n"
    ),
}  # fmt: skip
JAVAC: Final = each(r"^\S+\.java:\d+: error: .*")
JAVAC_END: Final = each(r"^\d+ (?:errors?|warnings?)$")
_THROWN: Final = """\
import java.util.*;

public class Kiosk {
    static class FareException extends RuntimeException {
        FareException(String said, Throwable cause) { super(said, cause); }
    }

    static int fare(String kind, int depth) {
        if (depth > 0) return fare(kind, depth - 1);
        return Map.of("day", 38).get(kind);
    }

    static int sell(String kind) {
        try {
            return fare(kind, 60);
        } catch (NullPointerException error) {
            throw new FareException("no fare is known for " + kind, error);
        }
    }

    public static void main(String[] given) {
        for (int i = 0; i < 120; i++)
            System.out.printf("INFO  ticket %d sold at gate %d for %d%n", i, i % 7, sell("day"));
        System.out.println("ERROR the night boat cannot be sold");
        System.out.flush();
        sell("night");
    }
}
"""

_CARGO: Final = '[package]\nname = "kiosk"\nversion = "0.1.0"\nedition = "2021"\n'
_RUST: Final = {
    "Cargo.toml": _CARGO,
    "src/main.rs": "mod fares;\n"
    + "".join(f"mod {port(n).lower()};\n" for n in range(24))
    + "\nfn main() {\n"
    + "".join(f"    println!(\"{{}}\", {port(n).lower()}::depth(3));\n" for n in range(24))
    + "    fares::sell();\n}\n",
    **{f"src/{port(n).lower()}.rs":
       f"pub fn depth(tide: u32) -> u32 {{\n    let spare = {n};\n    let mut sum = tide;\n"
       f"    sum + {n}\n}}\n\nfn closed() {{}}\n" for n in range(24)},
    "src/fares.rs": (
        "pub fn sell() {\n    let fare: u32 = \"38\";\n    let name = String::from(\"day\");\n"
        "    let other = name;\n    println!(\"{} {} {}\", fare, other, name);\n    missing();\n}\n"
    ),
}  # fmt: skip
RUSTC: Final = each(r"^(error(?:\[E\d+\])?: .*)\n +(--> .*)")
RUSTC_END: Final = each(r"^error: could not compile .*")
_RUST_TESTS: Final = {
    "Cargo.toml": _CARGO,
    "src/lib.rs": "pub fn fare(people: u32) -> u32 {\n    people * 38\n}\n\n"
    "#[cfg(test)]\nmod tests {\n"
    "    use super::fare;\n"
    + "".join(
        f"    #[test]\n    fn fare_for_{n}_people_is_right() {{\n"
        f"        assert_eq!(fare({n}), {n * 38});\n    }}\n" for n in range(220))
    + "    #[test]\n    fn night_fare_is_higher() {\n        assert_eq!(fare(2), 82);\n    }\n"
    "    #[test]\n    fn the_plan_is_read() {\n        let plan: Result<u32, String> =\n"
    "            Err(\"no plan\".to_string());\n        plan.unwrap();\n    }\n}\n",
}  # fmt: skip

RECIPES: Final = [
    Recipe("make -k, gcc", "gcc", {**_C, "fares.c": _FARES_C, "Makefile": _CC}, "make -k",
           GCC, MAKE_END),
    Recipe("make -j, one header missing", "gcc",
           {**_C, "Makefile": _CC,
            "tide.c": '#include "moon.h"\nint tide(void) { return MOON; }\n'},
           "make -j2 --output-sync", GCC, MAKE_END),
    Recipe("gcc -H", "gcc", {"fares.c": "#include <stdio.h>\n#include <stdlib.h>\n"
                             "#include <math.h>\n#include <pthread.h>\n#include <netdb.h>\n"
                             + _FARES_C,
                             "port.h": _C["port.h"]},
           "gcc -H -v -Wall -c fares.c", GCC, _NONE),
    Recipe("g++, templates", "g++", {"fares.cpp": _CPP}, "g++ -std=c++17 -c fares.cpp",
           GCC, _NONE),
    Recipe("cmake and make, link", "cmake",
           {**_LINKED, "CMakeLists.txt": _CMAKE + "add_executable(kiosk ${PORTS})\n"},
           "echo 'add_library(harbour STATIC ${PORTS})' >>CMakeLists.txt;"
           " cmake -S . -B build && cmake --build build -- -k",
           each(r"^.*: undefined reference to .*", r"^collect2: error: .*"), MAKE_END),
    Recipe("ninja -v, link", "ninja",
           {**_LINKED, "CMakeLists.txt": _CMAKE + "add_executable(kiosk ${PORTS})\n"},
           "cmake -G Ninja -S . -B build && cmake --build build -- -v",
           each(r"^.*: undefined reference to .*", r"^collect2: error: .*"),
           each(r"^ninja: build stopped: .*")),
    Recipe("cmake, no such package", "cmake",
           {"CMakeLists.txt": _CMAKE + "add_library(ports ${PORTS})\n"
            + "".join(f'message(STATUS "Looking for the chart of {port(n)}")\n'
                      f'message(STATUS "Looking for the chart of {port(n)} - found, {n + 3} m")\n'
                      for n in range(80))
            + "find_package(Harbour 2.1 REQUIRED)\n", **_C},
           "cmake -S . -B build --log-level=VERBOSE",
           each(r"(?s)^(CMake Error at [^\n]*)\n+ +([^\n]*)"),
           each(r"^-- Configuring incomplete.*")),
    Recipe("ctest -V", "cmake",
           {"CMakeLists.txt": _CMAKE + "".join(
               f'add_test(NAME berth_{n} COMMAND sh -c "echo checking berth {n}; exit '
               f'{1 if n in {17, 31} else 0}")\n' for n in range(48))},
           "cmake -S . -B build >/dev/null && cd build && ctest -V",
           both(each(r"^ *\d+/\d+ Test .*\*\*\*Failed.*"), each(r"^\s+\d+ - \S+ \(Failed\)")),
           each(r"^\d+% tests passed.*", r"^Errors while running CTest")),
    Recipe("AddressSanitizer", "gcc", {"kiosk.c": _ASAN},
           "gcc -g -fsanitize=address kiosk.c -o kiosk && ./kiosk",
           each(r"(?s)^(==\d+==ERROR: [^\n]*).*?^( +#\d+ 0x\w+ in [^\n]*kiosk.c:8)$"),
            each(r"^SUMMARY: .*")),
    Recipe("valgrind", "valgrind", {"kiosk.c": _ASAN},
           "gcc -g kiosk.c -o kiosk && valgrind --leak-check=full -v --error-exitcode=3 ./kiosk",
           each(r"(?s)^(==\d+== Invalid write of size \d+)\n.*?^(==\d+== +by [^\n]*kiosk.c:8\))"),
           each(r"^==\d+== ERROR SUMMARY: .*")),
    Recipe("javac -verbose", "javac", _JAVA,
           "javac -verbose -d out src/*.java",
           JAVAC, JAVAC_END),
    Recipe("javac -Xlint", "javac", _JAVA, "javac -Xlint:all -d out src/*.java", JAVAC, JAVAC_END),
    Recipe("java, uncaught", "java", {"Kiosk.java": _THROWN}, "javac Kiosk.java && java Kiosk",
           each(r"^Exception in thread .*", r"^Caused by: .*", r"^ERROR .*"), _NONE),
    Recipe("mvn -X, offline", "mvn",
           {"pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>vl</groupId>"
            "<artifactId>kiosk</artifactId><version>1</version></project>"},
           "mvn -X -o -Dmaven.repo.local=repo compile",
           each(r"^\[ERROR\] Plugin .*"), each(r"^\[INFO\] BUILD .*")),
    Recipe("cargo build", "cargo", _RUST, "cargo build --offline", RUSTC, RUSTC_END),
    Recipe("cargo build -v", "cargo",
           {**_RUST, "src/velmar.rs": "pub fn depth(t: u32) -> u32 {\n    t + \"9\"\n}\n"},
           "cargo build --offline -v", RUSTC, RUSTC_END),
    Recipe("cargo test", "cargo", _RUST_TESTS, "cargo test --offline",
           both(each(r"(?s)^(thread '[^\n]* panicked at [^\n]*)\n([^\n]*)"),
                each(r"^test \S+ \.\.\. FAILED")),
           each(r"^test result: .*", r"^error: test failed.*")),
]  # fmt: skip
