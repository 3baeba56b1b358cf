"""The stages of a compression, timed beside a plain forward of the same draft.

python -m tests.benchmarks.stages
python -m tests.benchmarks.stages --tokens 1000 8000 --batch 1 4 -o now.json --plot now.svg
python -m tests.benchmarks.stages --compare before.json now.json

Each row tells the time of the stages, how many times that of a plain forward over the same tokens
they take together, what share of the machine's peak that forward reaches, and the most memory that
was in use so far.
"""
