"""A folder for PYTHONPATH: Python lacks what is in no requirements.txt but those of training, scaling and testing."""

import sys

sys.modules.update(dict.fromkeys(("resvg_py", "ray", "pymilvus", "milvus_lite", "hypothesis", "pytest"), None))
