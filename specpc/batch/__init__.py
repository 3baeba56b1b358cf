"""Corpora: rows of Parquet and JSON lines, compressed by many workers, part by part.

The input is planned in *blocks*, runs of rows of one file, which depend on nothing but the files
and the settings. A worker, which holds one draft, makes one file of the output of each block, a
*part*, and puts it in place by a rename. So a part is finished if it is there, a block that is
done twice makes the same part, and whatever dies leaves neither gaps nor duplicates behind.
"""
