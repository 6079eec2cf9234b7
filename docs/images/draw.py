"""Draw scan.svg, the picture in the README, from the candidates of the demo.

python docs/images/draw.py out/demo/candidates.jsonl
"""

import re
import sys
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from pipeline.summary import show_candidates

console = Console(record=True, width=150, file=StringIO(), force_terminal=True)
show_candidates(Path(sys.argv[1]), console)
without_remote_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
target = Path(__file__).with_name("scan.svg")
target.write_text(console.export_svg(title="counterfoil scan", code_format=without_remote_fonts), encoding="utf-8")
