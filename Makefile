# Names for the long comparisons; every other check is a session of nox (noxfile.py).
PYTHON ?= .venv/bin/python
SEED ?= 1

.PHONY: oracle conformance

# 500 scenarios of cookies and 200 of CORS, asked of a real Chromium and of our engines; docs/oracle.md.
oracle:
	$(PYTHON) -m tests.oracle --seed $(SEED)

# Vectors of other projects' suites against our engines; tests/conformance/vectors/README.md.
conformance:
	$(PYTHON) -m tests.conformance tests/conformance/vectors
