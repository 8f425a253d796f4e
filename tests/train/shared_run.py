"""Two Soft-GRPO steps of a tiny policy, alone or in the processes of ``accelerate launch``; run by ``test_policy``.

python -m tests.train.shared_run CATALOGUE OUT
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from r4t_demo.index.build import FOLDER
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.core.processes import crew
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.folm.policy import LoraPolicy
from r4t_demo.train.folm.set_recall import SetRecall
from tests.doubles import HashEncoder
from tests.tiny_models import list_writer

QUERIES = ["boho", "gothic black boots", "red hat", "a navy scarf look", "ivory"]


def run(index: FaissIndex, state: Path, **options) -> tuple[LoraPolicy, list]:
    """Train a policy that writes lists; return it and its records."""
    policy = LoraPolicy(list_writer(HashEncoder()), "tiny")
    reward = SetRecall([range(5 * i, 6 * i + 8) for i in range(len(QUERIES))], depth=4)  # it asks whose list it judges
    options = {"steps": 2, "group": 3, "batch": 5, "minibatches": 2, "k": 3, "rate": 1e-3, "reward": reward} | options
    return policy, list(soft_grpo.train(policy, QUERIES, index, state, **options))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.cpu.get_capabilities = dict  # in float32 anywhere: bfloat16 rounds by what else is in a batch
    catalogue, out = map(Path, sys.argv[1:])
    policy, records = run(FaissIndex.load(catalogue / FOLDER), out / "state")
    processes = crew()
    weights = {name: value.detach().clone() for name, value in policy.trained.state_dict().items()}
    figures = {name: torch.tensor(value) for name, value in (records[-1].metrics if records else {}).items()}
    save_file(weights | figures, out / f"{processes.process_index}-of-{processes.num_processes}.safetensors")
    processes.destroy_process_group()
