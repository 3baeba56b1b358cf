"""The paper's tables (arXiv 2506.08373) on a real pair of models: one run, one journal.

python -m tests.benchmarks.paper RUN_FOLDER DATA_FOLDER --target GGUF --draft GGUF [--quick]
python -m tests.benchmarks.paper RUN_FOLDER --report

Every answer is a line of ``RUN_FOLDER/journal.jsonl``, and a run that was stopped goes on with the
next one. All methods are run on an item before the next item comes, and items of all data sets take
turns: what there is at any time can be compared. ``--quick`` takes the first items of the same
order, so that a whole run can go on where a quick one ended. DATA_FOLDER has data sets in specpc's
own format. With PEER_PYTHON set, LLMLingua and LongLLMLingua are compared, too (see
`tests.benchmarks.peers`).
"""
