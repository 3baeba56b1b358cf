# The shop
PY := python3

.PHONY: test
# runs all tests
test: build
	$(PY) -m pytest \
	  -q
	@echo done

build:
	$(PY) -m build

clean:
	rm -rf dist
