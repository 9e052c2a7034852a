import sys
from types import ModuleType

# Only the benchmarks' environment has psutil, and nothing that is tested here calls it.
sys.modules.setdefault("psutil", ModuleType("psutil"))
