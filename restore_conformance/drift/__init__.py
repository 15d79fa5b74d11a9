"""Drift: what changed between two editions of the contract, or between the contract and what a service does.

    sources/      a document or a recording  ->  its facts, or a broken source
    differences/  the facts of two sides     ->  differences, each with the row of the table of rules that applies
    rules         the table: edit and condition -> grade, reason, and where that is written
    grading       a difference  ->  a change, with a grade for any client and one for the create client
    comparison    all of this for two lists of sources
    facts, lines  changes that are one fact, or one event  ->  a line of the report
    sentences     a change in words, with the table of kinds
    report        the lines in every format

`plausibility` keeps a damaged document from counting as a change; `pinning` accepts a change.
"""
