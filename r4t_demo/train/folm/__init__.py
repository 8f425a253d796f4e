"""The fan-out language model: demonstrations, grounding, Soft-GRPO."""
