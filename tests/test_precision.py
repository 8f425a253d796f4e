"""bfloat16 is used only where the processor multiplies it itself."""

import pytest
import torch

from r4t_demo.torch_guard import mixed_precision


@pytest.mark.parametrize(
    ("able", "dtype"),
    [
        ({}, torch.float32),
        ({"avx512_bf16": False, "amx_bf16": False, "avx512_vnni": True}, torch.float32),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
    ],
)
def test_half_precision_where_it_pays(monkeypatch: pytest.MonkeyPatch, able: dict, dtype: torch.dtype) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    with mixed_precision():
        assert torch.nn.Linear(4, 4)(torch.ones(2, 4)).dtype == dtype
