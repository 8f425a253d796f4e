"""The fan-out language model (FOLM): a causal LM that reads a request and the catalog card, and samples a list of sub-queries.

One class serves every size: what differs is the base model, the LoRA adapter on it and the format of prompt and answer. They
stand in the checkpoint's folder: PEFT's own files, and ``folm.json`` with the format.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.torch_guard import LOADING, native_dtype  # must come before transformers

# isort: split
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError, hub_failure
from r4t_demo.fanout.base import FanOut, embedded, own_seed
from r4t_demo.fanout.card import catalog_card
from r4t_demo.fanout.compiled import Compiled, ends_of, served
from r4t_demo.fanout.decoding import Guided, Session, session_of
from r4t_demo.fanout.formats import FORMATS, THINK, Compact, Format, Reasoned
from r4t_demo.fanout.language_model import below as name_below
from r4t_demo.fanout.language_model import folder_of

TEMPERATURE = 0.9  # the paper's, where many lists are drawn
ROWS = 256  # answers written at once; 64 take two thirds longer for each
SPARE = 10  # repetitions that a list may hold
NEVER = -1e4  # the score of what cannot be drawn; finite, so that an entropy stays a number
SECONDS = 120.0  # that a visitor waits for a list at most
SETTINGS = "folm.json"
Tell = Callable[[int, list[str]], object]


@dataclass(frozen=True)
class Answers:
    """Sampled answers, B = queries x samples: left-padded prompt ``ids`` and their ``mask`` (B, T), ``completion`` ids (B, C).

    ``counted`` (B, C) is 1 up to and including the token that closes the list, 0 behind it; ``ended`` (B,) says where the model
    closed it itself, by an end token; ``texts`` has B entries.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    completion: torch.Tensor
    counted: torch.Tensor
    ended: torch.Tensor
    texts: list[str]


class Folm:
    """Fan-out by sampling from a causal LM of ``transformers``; implements ``FanOutMethod``.

    It samples from the bare softmax over what ``allowed`` leaves: the model's own settings (top-k, penalties) would make it
    another policy than the one that training scores.
    """

    def __init__(
        self, model: PreTrainedModel | Compiled, tokenizer: PreTrainedTokenizerBase, encoder: Encoder, name: str = "folm",
        form: Format = FORMATS["compact"], card: str = "",
    ) -> None:  # fmt: skip
        ends = {tokenizer.eos_token_id, *ends_of(model)} - {None}
        if not ends:
            raise UserError(f"The language model '{name}' names no end token in its generation_config.json or tokenizer.")
        if isinstance(form, Reasoned) and not tokenizer.chat_template:
            raise UserError(f"The language model '{name}' has no chat template: choose an instruct model.")
        self.ends = sorted(ends)
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.convert_ids_to_tokens(self.ends[0])
        self.model: Any = model if isinstance(model, Compiled) else model.eval()
        self.tokenizer, self.encoder, self.name = tokenizer, encoder, name
        self.form, self.card = form, card

    @classmethod
    def load(
        cls, source: str | Path, encoder: Encoder, name: str = "folm", *, form: str | None = None, catalog: Catalog | None = None,
        merge: bool = True,
    ) -> "Folm":  # fmt: skip
        """Load a folder or a Hub id, a model or a LoRA adapter; on the GPU where there is one, in bfloat16 where that pays.

        ``form`` is a key of ``FORMATS``; without it, what the folder says, else "reasoned". ``merge`` adds an adapter to the
        weights below it, and compiles a model of the compact format on a CPU, which is faster; one that shall be trained must
        stay as it is. UserError where something is missing, broken or out of reach.
        """
        device = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
        folder = folder_of(str(source))
        below = folder_of(name_below(folder))
        chosen = FORMATS[form or _format_of(folder)]
        try:
            tokenizer = AutoTokenizer.from_pretrained(below)
            load = partial(_weights, folder, below, merge, device)
            compact = merge and device.type == "cpu" and isinstance(chosen, Compact)
            folm = cls(served({below, folder}, load) if compact else load(), tokenizer, encoder, name, chosen)
            if not isinstance(folm.model, Compiled):
                folm.model.to(device)
                for weight in folm.model.parameters() if merge else ():  # and no buffer: positions need all their digits
                    weight.data = weight.data.to(native_dtype(device))
        except UserError:
            raise
        except Exception as error:  # a foreign model can be broken in any way
            raise hub_failure(f"The language model {source} cannot be loaded", error) from error
        folm.card = catalog_card(catalog, folm.count_tokens) if catalog else ""
        return folm

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def sample_lists(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *,
        seed: int = 0, temperature: float = TEMPERATURE, guidance: float = 1.0, seconds: float | None = None,
        tell: Tell | None = None,
    ) -> list[list[list[str]]]:  # fmt: skip
        """Return ``n_samples`` lists of up to k distinct sub-queries for each query; ``vectors`` are not read.

        A list that came out empty falls back to the query itself, so that every list can be searched. ``tell`` hears of each
        (its number, its sub-queries so far) whenever one of them is finished. UserError where ``ROWS`` lists take longer than so
        many ``seconds``.
        """
        answers = self.generate(
            queries, n_samples, k=k, seed=seed, temperature=temperature, guidance=guidance, seconds=seconds, tell=tell
        )
        lists = [self.read(text, queries[i // n_samples], k) or [queries[i // n_samples]] for i, text in enumerate(answers.texts)]
        return [lists[i : i + n_samples] for i in range(0, len(lists), n_samples)]

    def read(self, text: str, query: str, k: int) -> list[str]:
        """Return the first k distinct sub-queries of an answer; none where nothing of it can be read."""
        return self._spelt(self.form.pieces(text), query, k)

    def _spelt(self, pieces: Sequence[str], query: str, k: int) -> list[str]:
        return list(dict.fromkeys(self.form.spelt(piece, query) for piece in pieces if piece))[:k]

    def fan_out(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, tell: Tell | None = None
    ) -> list[FanOut]:
        """Sample one list a query (seeded) and embed its sub-queries; ``tell`` as in ``sample_lists``."""
        start = time.perf_counter()
        drawn = {"temperature": self.form.temperature, "guidance": self.form.guidance}
        sampled = self.sample_lists(queries, vectors, k, 1, seed=seed, seconds=SECONDS, tell=tell, **drawn)
        lists = [samples[0] for samples in sampled]
        seconds = (time.perf_counter() - start) / len(queries)
        start = time.perf_counter()
        rows = embedded(lists, self.encoder)
        shares = (seconds, (time.perf_counter() - start) / len(queries))
        return [FanOut(self.name, texts, part, *shares, is_text=True) for texts, part in zip(lists, rows, strict=True)]

    def generate(
        self, queries: Sequence[str], n_samples: int, *, k: int, seed: int, temperature: float, guidance: float = 1.0,
        seconds: float | None = None, tell: Tell | None = None,
    ) -> Answers:  # fmt: skip
        """Sample ``n_samples`` answers a query, ``Guided`` where ``guidance`` is not 1.

        A row's sample hangs on ``seed``, its query and its number alone.
        """
        write = partial(self._write, k=k, seed=seed, temperature=temperature, guidance=guidance, seconds=seconds)
        step, drafts, told = max(1, ROWS // n_samples), [], [0] * (len(queries) * n_samples)
        for start in range(0, len(queries), step):
            part = queries[start : start + step]
            for draft in write(part, n_samples):
                for row in range(len(draft.written)) if tell else ():
                    pieces = self.form.pieces if draft.done[row] else self.form.finished
                    texts, number = self._spelt(pieces(draft.text(row)), part[row // n_samples], k), start * n_samples + row
                    if tell and len(texts) > told[number]:
                        told[number] = len(texts)
                        tell(number, texts)
            drafts.append(draft)  # as it is at last
        return self._answers(drafts)

    def _answers(self, drafts: Sequence["_Draft"]) -> Answers:
        width, pad = max(draft.ids.shape[1] for draft in drafts), self.tokenizer.pad_token_id
        ids = torch.cat([F.pad(draft.ids, (width - draft.ids.shape[1], 0), value=pad) for draft in drafts])
        mask = torch.cat([F.pad(draft.mask, (width - draft.mask.shape[1], 0)) for draft in drafts])
        written = [tokens for draft in drafts for tokens in draft.written]
        length = torch.tensor([len(tokens) for tokens in written])
        completion = torch.full((len(written), int(length.max())), pad)
        for row, tokens in enumerate(written):
            completion[row, : len(tokens)] = torch.tensor(tokens)
        counted = (torch.arange(completion.shape[1]) < length.unsqueeze(1)).float()
        ended = torch.tensor([tokens[-1] in self.ends for tokens in written])
        texts = [draft.text(row) for draft in drafts for row in range(len(draft.written))]
        device = self.model.device
        return Answers(ids, mask, completion.to(device), counted.to(device), ended.to(device), texts)

    @torch.no_grad()
    def _write(
        self, queries: Sequence[str], n_samples: int, *, k: int, seed: int, temperature: float, guidance: float,
        seconds: float | None,
    ) -> Iterator["_Draft"]:  # fmt: skip
        """Write queries x ``n_samples`` answers token by token; yield the one draft of all whenever a piece of it is finished."""
        start = time.monotonic()
        draft = _Draft(self, [self.form.prompt(self.tokenizer, query, self.card, k) for query in queries], n_samples)
        uniforms = [np.random.default_rng(each) for each in row_seeds(seed, queries, n_samples)]
        rows, closing = np.arange(len(uniforms)), self._closing
        session = self._session(guidance, k)
        scores = session.read_prompts(draft.ids[::n_samples], draft.mask[::n_samples]).repeat_interleave(n_samples, 0)
        kept: torch.Tensor | None = torch.arange(len(rows)).div(n_samples, rounding_mode="floor").to(scores.device)
        drawn, named = draft.ids[:, -1], [self.named() for _ in rows]
        for step in range(self.form.room):
            shares = torch.tensor([uniforms[row].random() for row in rows], dtype=torch.float64, device=scores.device)
            stale = [named[row].stale for row in rows]
            drawn = draw((self.allowed(scores.float(), drawn, stale) / temperature).softmax(-1), shares)
            news = False
            for row, token in zip(rows.tolist(), drawn.tolist(), strict=True):
                if draft.done[row]:
                    continue
                draft.written[row].append(token)
                named[row].add(token)
                if token in self.ends or step + 1 == self.form.room:
                    draft.done[row] = news = True
                elif token in closing:
                    pieces, news = self.form.finished(draft.text(row)), True
                    draft.done[row] = len({*pieces} - {""}) >= k or len(pieces) >= k + SPARE
            if news:
                yield draft
            if draft.done.all():
                return
            if seconds is not None and time.monotonic() - start > seconds:
                raise UserError(f"The language model did not finish its list within {seconds:.0f} s: try again later.")
            going = np.flatnonzero(~draft.done[rows])
            if len(going) <= 0.875 * len(rows):  # to copy the cache for a few rows would cost more than it saves
                chosen = torch.from_numpy(going).to(scores.device)
                rows, drawn, kept = rows[going], drawn[chosen], chosen if kept is None else kept[chosen]
            scores, kept = session.read(drawn.unsqueeze(1), torch.ones_like(drawn).unsqueeze(1), kept), None

    def _session(self, guidance: float, k: int) -> Session:
        session = session_of(self.model)
        if guidance == 1.0:
            return session
        bare = self.tokenizer(self.form.prompt(self.tokenizer, "", self.card, k), add_special_tokens=False, return_tensors="pt")
        return Guided(session, guidance, bare["input_ids"][0].to(self.model.device))

    def allowed(self, scores: torch.Tensor, behind: torch.Tensor, stale: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return scores (B, V) as they are drawn from: ``behind`` the tokens (B,), and without each row's ``stale`` ones.

        An endless list goes on where its writer would end it: an end's chance is the comma's, which nothing but a finished thing
        can have before it. No special token can be drawn.
        """
        if not self.form.endless:
            return scores
        comma, ends, special, closing = (each.to(scores.device) for each in self._marks)
        goes_on = scores.index_select(-1, torch.cat([comma, ends])).logsumexp(-1)
        goes_on = goes_on.masked_fill(torch.isin(behind, closing), NEVER)
        scores = scores.index_fill(-1, special, NEVER).index_copy(-1, comma, goes_on.unsqueeze(-1))
        places = [(row, token) for row, tokens in enumerate(stale) for token in tokens]
        rows, tokens = torch.tensor(places, dtype=torch.long, device=scores.device).reshape(-1, 2).T
        return scores.index_put((rows, tokens), scores.new_tensor(NEVER))

    def named(self) -> "Named":
        """What a list that is still empty has named; only an endless one can fill itself with one thing."""
        closing = self._closing if self.form.endless else frozenset()
        return Named(closing, lambda tokens: self.form.pieces(cast(str, self.tokenizer.decode(tokens)))[0])

    @cached_property
    def _marks(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """The token of the comma, the end tokens, all special ones, and those that close a piece."""
        comma = self.tokenizer.encode(",", add_special_tokens=False)[-1:]
        special = {*self.ends, *self.tokenizer.all_special_ids}
        return tuple(torch.tensor(sorted(each)) for each in (comma, self.ends, special, self._closing))  # type: ignore[return-value]

    @cached_property
    def _closing(self) -> frozenset[int]:
        """The tokens behind which a piece may be finished."""
        tokens = self.tokenizer.batch_decode([[token] for token in range(len(self.tokenizer))])
        return frozenset(token for token, text in enumerate(tokens) if not {*self.form.closers}.isdisjoint(text))


class Named:
    """What a list has named so far, so that it names no thing for the third time: in a small catalogue one would fill it.

    ``closing`` are the tokens that close a thing, ``read`` tells its name from its tokens.
    """

    def __init__(self, closing: frozenset[int], read: Callable[[list[int]], str]) -> None:
        self._closing, self._read = closing, read
        self._thing: list[int] = []
        self._names: set[str] = set()
        self._twice: set[int] = set()

    def add(self, token: int) -> None:
        """Take the next token of the list."""
        if token not in self._closing:
            self._thing.append(token)
        elif self._thing:
            name = self._read(self._thing)
            if name in self._names:
                self._twice.add(self._thing[0])
            self._names.add(name)
            self._thing = []

    @property
    def stale(self) -> list[int]:
        """Where a thing begins, the first tokens of things that are named twice already."""
        return [] if self._thing else sorted(self._twice)


class _Draft:
    """What is written so far, B = prompts x samples: prompt ``ids``, ``mask`` (B, T), ``written`` tokens, ``done`` rows (B,)."""

    def __init__(self, folm: Folm, prompts: list[str], n_samples: int) -> None:
        batch = folm.tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
        self.ids, self.mask = (
            batch[name].to(folm.model.device).repeat_interleave(n_samples, 0) for name in ("input_ids", "attention_mask")
        )
        # Some templates open the reasoning themselves.
        self._opened = [THINK[0] if prompt.rstrip().endswith(THINK[0]) else "" for prompt in prompts for _ in range(n_samples)]
        self.written: list[list[int]] = [[] for _ in self._opened]
        self.done = np.zeros(len(self.written), bool)
        self._decode, self._ends = folm.tokenizer.decode, {*folm.ends}

    def text(self, row: int) -> str:
        """What a row's tokens say, its end token left out."""
        tokens = self.written[row]
        said = tokens[:-1] if tokens and tokens[-1] in self._ends else tokens
        return self._opened[row] + cast(str, self._decode(said))


def row_seeds(seed: int, queries: Sequence[str], n_samples: int) -> list[int]:
    """Return a seed for each of queries x ``n_samples`` rows, made of ``seed``, its query and its number alone."""
    return [own_seed(seed, query, sample) for query in queries for sample in range(n_samples)]


def draw(probabilities: torch.Tensor, uniforms: torch.Tensor) -> torch.Tensor:
    """Sample a token a row, (B,), of ``probabilities`` (B, V) with one number of [0, 1) each: the distribution's inverse."""
    rising = probabilities.double().cumsum(-1)
    wanted = uniforms.double().unsqueeze(1) * rising[:, -1:]
    return torch.searchsorted(rising, wanted, right=True).squeeze(1).clamp(max=probabilities.shape[1] - 1)


def _format_of(folder: Path) -> str:
    """The key of ``FORMATS`` that the settings in a folder name, "reasoned" where there are none; UserError for another one."""
    if not (folder / SETTINGS).is_file():
        return "reasoned"
    try:
        name = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["format"]
        FORMATS[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"The file '{folder / SETTINGS}' names none of the formats {', '.join(FORMATS)}.") from error
    return name


def _weights(folder: Path, below: Path, merge: bool, device: torch.device) -> Any:
    """The model in ``below``, with the adapter of ``folder`` where that is another: in its weights, or beside them in float32."""
    from peft import PeftModel

    exact = torch.float32 if merge and device.type == "cpu" else native_dtype(device)
    fast = "eager" if device.type == "cpu" else "sdpa"  # on a CPU the fused kernel is up to twice as slow with a mask
    with LOADING:
        model: Any = AutoModelForCausalLM.from_pretrained(below, dtype=exact, attn_implementation=fast)
    if below != folder:
        model = PeftModel.from_pretrained(model, folder, autocast_adapter_dtype=True)
        model = model.merge_and_unload() if merge else model
    return model
