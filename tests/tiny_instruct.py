"""Instruct models, very small: the real architectures, a trained tokenizer, and the chat formats of Qwen3 and Gemma 3."""

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

import r4t_demo.torch_guard  # noqa: F401  (must come before transformers)

# isort: split
from dataclasses import replace

from transformers import (
    AutoModelForCausalLM,
    Gemma3Config,
    Gemma3TextConfig,
    GenerationConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.formats import FORMATS as ANSWER_FORMATS
from r4t_demo.fanout.formats import PROMPT
from tests.doubles import HashEncoder

# The formats that the two families document, for chats of text without tools.
QWEN3_TEMPLATE = """\
{%- set last = namespace(user=-1) %}
{%- for message in messages if message.role == 'user' %}
    {%- set last.user = messages.index(message) %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content %}
    {%- if message.role == 'assistant' %}
        {%- set thought = content.split('</think>')[0].split('<think>')[-1].strip('\\n') if '</think>' in content else '' %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- if loop.index0 > last.user and (loop.last or thought) %}
            {%- set content = '<think>\\n' + thought + '\\n</think>\\n\\n' + content %}
        {%- endif %}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and not enable_thinking %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""
GEMMA3_TEMPLATE = """\
{{- bos_token }}
{%- set system = messages[0].content + '\\n\\n' if messages[0].role == 'system' else '' %}
{%- for message in messages[1 if system else 0:] %}
    {%- if (message.role == 'user') == (loop.index0 % 2 == 1) %}
        {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
    {%- endif %}
    {{- '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' }}
    {{- (system if loop.first else '') + message.content | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<start_of_turn>model\\n' }}
{%- endif %}"""
# Special tokens, padding first; then what else the vocabulary holds whole, end tokens, the tokenizer's own end, and the template.
FORMATS = {
    "qwen3": (
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], ["<think>", "</think>"],
        ["<|im_end|>", "<|endoftext|>"], "<|im_end|>", QWEN3_TEMPLATE,
    ),
    "gemma3": (
        ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"], [],
        ["<eos>", "<end_of_turn>"], "<eos>", GEMMA3_TEMPLATE,
    ),
}  # fmt: skip
SIZE = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "head_dim": 8, "max_position_embeddings": 1024, "initializer_range": 0.2, "tie_word_embeddings": True,
}  # fmt: skip
VISION = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
}
KINDS = ("qwen3", "gemma3", "gemma3 with pictures")  # the last is what Gemma3-4B is on the Hub
ANSWERS = (
    '<think>colours, garments</think>\n<queries>["red dress", "ivory hat", "navy boots"]</queries>',
    '<think>short</think>\n<queries>["red dress"]</queries>',
    "<think>no list</think>",
)


def tiny_tokenizer(kind: str) -> PreTrainedTokenizerFast:
    special, whole, _, end, template = FORMATS[kind.split()[0]]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([PROMPT, *ANSWERS] * 3, trainer)
    tokenizer.add_tokens([AddedToken(token, special=False) for token in whole])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=special[0], eos_token=end)
    fast.bos_token = "<bos>" if "<bos>" in special else None
    fast.chat_template = template
    return fast


def tiny_model(kind: str, tokenizer: PreTrainedTokenizerFast) -> torch.nn.Module:
    """Random weights; generation settings that would change the sampler, as those on the Hub do."""
    size = SIZE | {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    ends = tokenizer.convert_tokens_to_ids(FORMATS[kind.split()[0]][2])
    if kind == "qwen3":
        config = Qwen3Config(**size, eos_token_id=ends[0], bos_token_id=None)
    else:
        config = Gemma3TextConfig(
            **size, eos_token_id=ends[0], bos_token_id=tokenizer.bos_token_id, query_pre_attn_scalar=8, sliding_window=64,
            layer_types=["sliding_attention", "full_attention"],
        )  # fmt: skip
    if kind == "gemma3 with pictures":
        config = Gemma3Config(text_config=config, vision_config=VISION, mm_tokens_per_image=4)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    settings = {"do_sample": True, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "repetition_penalty": 1.3}
    model.generation_config = GenerationConfig(eos_token_id=ends, pad_token_id=tokenizer.pad_token_id, **settings)
    return model


def tiny_instruct(kind: str, encoder: HashEncoder, room: int = 24) -> Folm:
    """A model that has read nothing yet, with ``room`` tokens for an answer of the reasoned format."""
    tokenizer = tiny_tokenizer(kind)
    form = replace(ANSWER_FORMATS["reasoned"], room=room)
    return Folm(tiny_model(kind, tokenizer), tokenizer, encoder, form=form)


def teach(folm: Folm, queries: list[str], k: int, steps: int = 60) -> None:
    """Supervise all weights until the model writes each of ``ANSWERS`` about a third of the time."""
    folm.tokenizer.padding_side = "right"
    answers = [answer + folm.tokenizer.eos_token for answer in ANSWERS]
    asked = [folm.form.prompt(folm.tokenizer, query, folm.card, k) for query in queries]
    prompts = [folm.tokenizer(prompt, add_special_tokens=False)["input_ids"] for prompt in asked]
    completions = [folm.tokenizer(answer, add_special_tokens=False)["input_ids"] for answer in answers]
    rows = [(prompt, completion) for prompt in prompts for completion in completions]
    width = max(len(prompt) + len(completion) for prompt, completion in rows)
    pad = folm.tokenizer.pad_token_id
    ids = torch.tensor([[*p, *c, *[pad] * (width - len(p) - len(c))] for p, c in rows])
    labels = torch.tensor([[*[-100] * len(p), *c, *[-100] * (width - len(p) - len(c))] for p, c in rows])
    optimizer = torch.optim.AdamW(folm.model.parameters(), lr=1e-2, weight_decay=0.0)
    for _ in range(steps):
        loss = folm.model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
