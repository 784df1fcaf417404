"""Many captures at once: sources, an engine, a ledger that survives every death, tables, groups and pages.

with LocalEngine(jobs=2, limits=ChildLimits()) as engine:
    summary = batch(items(["tickets/"]), Wanted("out"), engine)
"""
