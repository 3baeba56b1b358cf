"""A program each in languages that have no grammar here: the same work, with what is special."""

from __future__ import annotations

from typing import Final

SCRIPTS: Final = {
    "deploy.sh": """\
#!/bin/bash
# Puts a release on a host.
set -euo pipefail

usage="Usage: deploy HOST
  -n  only say what would be done
Report faults to ops@example.org."

# Where the last release stands.
# It is made if it is missing.
find_release() {
  local host=$1
  if [ -z "$host" ]; then
    echo "no host" >&2
    return 2
  elif [ "$host" = local ]; then
    release=/srv/release
  else
    release=$(ssh "$host" readlink \\
      -f /srv/current)
  fi
}

for host in "$@"; do
  case "$host" in
    -n)
      dry=1
      ;;
    *.example.org)
      find_release "$host"
      copied=$((copied + 1))
      ;;
  esac
done

cat <<EOF
Released to $copied hosts.
EOF
""",
    "ledger.rb": """\
require "json"

module Harbour
  # What a berth owes.
  class Ledger < Base
    attr_reader :berths

    def initialize(berths, rate: 12)
      @berths = berths
      @rate = rate
    end

    def total
      berths.sum do |berth|
        next 0 unless berth.open?
        berth.days * @rate
      end
    end

    def settle(berth)
      case berth.state
      when :open
        charge(berth)
      when :closed
        refund(berth)
      else
        raise ArgumentError, "no such state"
      end
    rescue Timeout::Error => error
      log(error)
      retry
    end
  end
end
""",
    "Crane.cs": """\
using System;
using System.Linq;

namespace Harbour
{
    /// <summary>Lifts containers.</summary>
    [Serializable]
    public class Crane : Machine
    {
        private readonly int _limit;

        public Crane(int limit)
        {
            _limit = limit;
        }

        public int Lift(Container container)
        {
            if (container.Tonnes > _limit)
            {
                throw new OverflowException("too heavy");
            }
            else
            {
                Log(container.Number);
            }
            return container.Tonnes;
        }

        public int Count => Containers
            .Where(c => c.Lifted)
            .Count();
    }
}
""",
    "fees.php": """\
<?php

namespace Harbour;

use Harbour\\Tariff;

/**
 * The fee of a visit.
 */
function fee(array $visit, bool $night = false): float {
    $rates = [
        'berth' => 12.5,
        'crane' => 80.0,
    ];
    if ($night) {
        $rates['crane'] *= 2; // the crew is paid double
    } elseif ($visit['days'] > 7) {
        $rates['berth'] = 10.0;
    }
    foreach ($visit['uses'] as $use) {
        $sum += $rates[$use] ?? 0;
    }
    return $sum;
}

echo fee(['days' => 3, 'uses' => ['berth']]);
""",
    "tide.lua": """\
local tide = {}

-- Metres over datum at an hour.
function tide.height(hour)
  local phase = hour % 12
  if phase < 6 then
    return 1.2 + phase * 0.4
  else
    return 3.6 - (phase - 6) * 0.4
  end
end

function tide.high(day)
  local best = 0
  for hour = 0, 23 do
    if tide.height(hour) > best then
      best = tide.height(hour)
    end
  end
  return best
end

return tide
""",
    "Berth.kt": """\
package harbour

import kotlin.math.max

@Serializable
data class Berth(val number: Int, val metres: Double)

class Plan(private val berths: List<Berth>) {
    fun fits(ship: Ship): Boolean {
        val free = berths.filter { it.metres > ship.metres }
        return when (ship.kind) {
            Kind.FERRY -> free.any { berth ->
                berth.number < 3
            }
            Kind.TANKER -> false
            else -> free.isNotEmpty()
        }
    }

    fun longest(): Double =
        berths.maxOf { it.metres }
}
""",
    "CMakeLists.cmake": """\
cmake_minimum_required(VERSION 3.20)
project(harbour LANGUAGES CXX)

# What is built everywhere.
add_library(harbour
  src/berth.cpp
  src/crane.cpp
)

if(WIN32)
  target_link_libraries(harbour ws2_32)
elseif(APPLE)
  find_library(CORE CoreFoundation)
else()
  target_link_libraries(harbour pthread)
endif()

foreach(name berth crane)
  add_executable(test_${name} tests/${name}.cpp)
  add_test(NAME ${name} COMMAND test_${name})
endforeach()
""",
    "lock.el": """\
;;; lock.el --- Opens and closes the lock

(require 'cl-lib)

(defvar lock-level 2
  "Metres of water in the lock.")

;; Water runs in before the gate moves.
(defun lock-open (gate)
  "Open GATE."
  (interactive "sGate: ")
  (while (< lock-level 4)
    (setq lock-level (1+ lock-level))
    (message "%d m" lock-level))
  (if (string= gate "north")
      (lock-move 'north)
    (lock-move 'south)))

(provide 'lock)
""",
    "Log.pm": """\
package Harbour::Log;
use strict;
use warnings;

=head1 NAME

Harbour::Log - Writes what happens at the quay

=cut

our $VERSION = '0.3';

sub new {
    my ($class, %args) = @_;
    my $self = { level => 1, %args };
    return bless $self, $class;
}

sub write {
    my ($self, $text) = @_;
    unless ($self->{level}) {
        return 0;
    }
    print STDERR "$text\\n";
    return 1;
}

1;
""",
}
