"""Runs Python programs one after the other in one process. Prints as JSON what each ended with: its exception as Python shows it, or nothing."""
import json
import runpy
import sys
import traceback

ends = {}
for program in sys.argv[1:]:
    try:
        runpy.run_path(program, run_name='__main__')
        ends[program] = ''
    except Exception:
        ends[program] = traceback.format_exc()
print(json.dumps(ends))
