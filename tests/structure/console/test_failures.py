"""Failures of tests in a list: what is said of one comes with its name, behind blank lines, too."""

from __future__ import annotations

import pytest

from specpc.structure.console.diagnostics import lay_out_diagnostics
from tests.structure.kept import keep

PHPUNIT = """\
PHPUnit 10.5.1 by Sebastian Bergmann and contributors.

..F.E.                                                              6 / 6 (100%)

There was 1 error:

1) App\\Tests\\OrderTest::testShip
TypeError: App\\Order::ship(): Argument #1 ($to) must be of type App\\Address, null given

/app/src/Order.php:44
/app/tests/OrderTest.php:31

--

There was 1 failure:

1) App\\Tests\\CartTest::testTotal with data set "two items" (array(5, 6), 11)
Failed asserting that 10 matches expected 11.

/app/tests/CartTest.php:22

ERRORS!
Tests: 6, Assertions: 9, Errors: 1, Failures: 1.
"""
VITEST = """\
 RUN  v1.6.0 /app

 ✓ src/util.test.ts (3)
 ❯ src/cart.test.ts (2)

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/cart.test.ts > Cart > adds up prices
AssertionError: expected 20 to be 30 // Object.is equality

- Expected
+ Received

- 30
+ 20

 ❯ src/cart.test.ts:12:26

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/2]⎯

 FAIL  src/cart.test.ts > Cart > removes items
TypeError: Cannot read properties of undefined (reading 'id')
 ❯ Cart.remove src/cart.ts:33:17

 Test Files  1 failed | 1 passed (2)
      Tests  2 failed | 3 passed (5)
"""
MOCHA = """\
  Cart
    #total()
      1) adds up prices

  2 passing (58ms)
  2 failing

  1) Cart
       #total()
         adds up prices:

      AssertionError [ERR_ASSERTION]: 20 == 30
      + expected - actual

      -20
      +30

      at Context.<anonymous> (test/cart.test.js:12:14)

  2) Order
       ships once:
     Error: Timeout of 2000ms exceeded.
      at listOnTimeout (node:internal/timers:573:17)
"""
RSPEC = """\
Failures:

  1) Cart#total adds up prices
     Failure/Error: expect(cart.total).to eq(30)

       expected: 30
            got: 20

     # ./spec/cart_spec.rb:12:in `block (3 levels) in <top (required)>'

  2) Order is invalid without a customer
     Failure/Error: order.validate!

     ActiveRecord::RecordInvalid:
       Validation failed: Customer must exist
     # ./app/models/order.rb:22:in `validate!'

Finished in 0.0321 seconds (files took 0.12 seconds to load)
5 examples, 2 failures
"""
LIST = """\
What we decided in the review, in order of urgency:

  1) Cart
     prices are summed exactly:

     the rates are those of the customer's country

  2) Orders
     are shipped once
"""


@pytest.mark.parametrize(
    ("text", "part", "name", "other"),
    [
        (PHPUNIT, "/app/src/Order.php:44", "OrderTest::testShip", "CartTest"),
        (PHPUNIT, "10 matches expected 11", "CartTest::testTotal", "OrderTest"),
        (VITEST, "- 30", "Cart > adds up prices", "removes items"),
        (VITEST, "Cannot read properties", "Cart > removes items", "adds up prices"),
        (MOCHA, "-20", "adds up prices:", "Order"),
        (RSPEC, "got: 20", "1) Cart#total adds up prices", "2) Order"),
        (RSPEC, "Customer must exist", "2) Order is invalid", "1) Cart"),
    ],
)
def test_what_is_said_of_a_failure_comes_with_its_name(
    text: str, part: str, name: str, other: str
) -> None:
    result = keep(text, part)
    assert name in result
    assert other not in result


def test_how_many_tests_failed_belongs_to_none() -> None:
    assert keep(PHPUNIT, "Assertions: 9") == "Tests: 6, Assertions: 9, Errors: 1, Failures: 1.\n"


def test_what_is_numbered_is_no_failure() -> None:
    assert lay_out_diagnostics(LIST) is None
    assert "the rates are" not in keep(LIST, "are shipped once")
