"""One Soft-GRPO step on a tiny instruct model, alone or in the processes of ``accelerate launch``; run by ``test_instruct``.

python -m tests.train.shared_run CATALOGUE OUT
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from r4t_demo.index.build import FOLDER
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train import soft_grpo
from r4t_demo.train.instruct import InstructPolicy
from r4t_demo.train.processes import crew
from r4t_demo.train.set_recall import SetRecall
from tests.doubles import HashEncoder
from tests.tiny_instruct import tiny_instruct

QUERIES = ["boho", "gothic black boots", "red hat", "a navy scarf look", "ivory"]


def run(index: FaissIndex, state: Path, kind: str = "qwen3", **options) -> tuple[InstructPolicy, list]:
    """Train on lists that an untrained model's answers are taken for, one sub-query a word; return policy and records."""
    policy = InstructPolicy(tiny_instruct(kind, HashEncoder(), room=8))
    read = policy.rollout

    def rollout(*args):
        sampled = read(*args)
        words = policy.folm.tokenizer.batch_decode(sampled.completion)
        sampled.lists[:] = [[word.lower() for word in text.split() if word.isalpha()] for text in words]
        return sampled

    policy.rollout = rollout
    reward = SetRecall([range(5 * i, 6 * i + 8) for i in range(len(QUERIES))], depth=4)  # it asks whose list it judges
    options = {"steps": 2, "group": 3, "batch": 5, "minibatches": 2, "k": 3, "rate": 1e-3, "reward": reward} | options
    return policy, list(soft_grpo.train(policy, QUERIES, index, state, **options))


if __name__ == "__main__":
    torch.set_num_threads(1)
    catalogue, out = map(Path, sys.argv[1:])
    policy, records = run(FaissIndex.load(catalogue / FOLDER), out / "state")
    processes = crew()
    weights = {name: value.detach().clone() for name, value in policy.trained.state_dict().items()}
    figures = {name: torch.tensor(value) for name, value in (records[-1].metrics if records else {}).items()}
    save_file(weights | figures, out / f"{processes.process_index}-of-{processes.num_processes}.safetensors")
    processes.destroy_process_group()
