"""Runs a job's Python file inside the project's interpreter.

Standard library only, and nothing of jobconsole: this file is executed by whatever
Python the project uses. A file that assigns `JOB` at its top level is imported and
`JOB.run()` is called; any other file runs as `__main__`, as if it had been started
directly. Usage: python bootstrap.py SCRIPT [ARG ...]
"""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import json
import os
import sys
import types

RESULT_VARIABLE = "JOBCONSOLE_RESULT"


def main() -> None:
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    if defines_job(script):
        sys.exit(run_job(script))
    run_plain(script)


def run_plain(script: str) -> None:
    """Execute the file as `__main__`.

    The module stays in `sys.modules`, so threads and pickles that outlive the last
    statement still find their names.
    """
    module = types.ModuleType("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec", dont_inherit=True)
    exec(code, module.__dict__)


def defines_job(script: str) -> bool:
    """Whether a statement at the top level binds the name JOB."""
    with open(script, "rb") as file:
        try:
            tree = ast.parse(file.read(), script)
        except (SyntaxError, ValueError):
            return False  # running it will say so, with the usual traceback
    return any("JOB" in bound_names(node) for node in tree.body)


def bound_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id] if node.value else []
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    return []


def run_job(script: str) -> int:
    """Import the file under its own name, call JOB.run() and write its result."""
    name = os.path.splitext(os.path.basename(script))[0]
    loader = importlib.machinery.SourceFileLoader(name, script)
    spec = importlib.util.spec_from_file_location(name, script, loader=loader)
    if spec is None:
        raise ImportError(script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    result = module.JOB.run()
    success = bool(getattr(result, "success", True))
    message = text(getattr(result, "message", None))
    errors = [str(error) for error in getattr(result, "errors", None) or []]
    write_result(
        {
            "success": success,
            "message": message,
            "items_processed": getattr(result, "items_processed", None),
            "errors": errors,
        }
    )
    if message:
        print(message)
    for error in errors:
        print(error, file=sys.stderr)
    return 0 if success else 1


def text(value: object) -> str | None:
    return None if value is None else str(value)


def write_result(payload: dict[str, object]) -> None:
    path = os.environ.get(RESULT_VARIABLE)
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(payload, file, default=str)


if __name__ == "__main__":
    main()
