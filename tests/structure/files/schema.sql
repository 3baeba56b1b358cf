-- The schema of the shop
SET client_encoding = 'UTF8';

-- who buys
CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text NOT NULL,
    mail varchar(80) DEFAULT 'a;b(,',
    CONSTRAINT uq UNIQUE (name, mail)
);

CREATE TABLE orders (
    id integer PRIMARY KEY, -- counted
    customer integer REFERENCES customers(id), -- who
    total numeric(10, 2) -- in euros
);
INSERT INTO customers (id, name, mail) VALUES
    (1, 'Ada', 'ada@example.org'),
    (2, 'Lars; Brandt', 'lars@example.org'),
    (3, 'Jo (the younger)', NULL),
    (4, 'O''Neill', 'on@example.org');
CREATE INDEX ix ON orders (customer);
COPY stock (item, left) FROM stdin;
lamp	12
table	3
chair	0
\.

SELECT c.name, sum(o.total)
FROM customers c JOIN orders o ON o.customer = c.id
WHERE o.total > 10
GROUP BY c.name;
CREATE FUNCTION f() RETURNS int AS $$
BEGIN
  RETURN 1; -- one
END;
$$ LANGUAGE plpgsql;
