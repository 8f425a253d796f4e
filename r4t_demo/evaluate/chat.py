"""A large language model behind an OpenAI-compatible address, asked one thing at a time, with patience that ends."""

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2  # what huggingface_hub talks through
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError, OfflineModeIsEnabled

from r4t_demo.errors import UserError
from r4t_demo.settings import secret

WAITS, LONGEST_WAIT = (1.0, 2.0, 4.0), 60.0  # seconds between four tries, and how long a server may ask to wait instead
MAX_TOKENS = 4096  # room for a model that reasons before it answers
PASSING = (408, 409, 429, 500, 502, 503, 504, 529)  # statuses that another try may mend
ADVICE = {
    401: "it refuses the key: set HF_TOKEN, or name the variable that holds the key with --api-key-env",
    402: "the account behind the key has no credit left",
    403: "the key may not use this model",
    404: "it does not know the model, or the address is not that of its API: look at --model and --base-url",
    413: "the request is too large for it: leave --pictures out",
    429: "it takes no more requests for now: run the command again later, or with a smaller --parallel",
}


class Chat:
    """Ask ``model`` by ``ask``. Safe to use from several threads.

    ``base_url`` is any OpenAI-compatible server; without it, the Hub's inference providers are asked. The key is read from the
    variable ``key_variable``. Its default is HF_TOKEN for the Hub and no key for another server, which has no business with it.
    """

    def __init__(self, model: str, base_url: str | None = None, key_variable: str | None = None, timeout: float = 120.0):
        self.model, self.address = model, base_url or "the Hub's inference providers"
        if base_url:
            _check_address(base_url)
        self._key = secret(key_variable or ("" if base_url else "HF_TOKEN"))
        if key_variable and not self._key:
            raise UserError("The variable that --api-key-env names is not set: export the key under that name.")
        if not base_url and not self._key:
            raise UserError("The Hub's inference providers want a key: set HF_TOKEN, or give --base-url for another server.")
        # Without any key the client would look for the Hub's on this machine and send it along.
        self._client = InferenceClient(base_url=base_url, api_key=self._key or "none", timeout=timeout)

    def ask(self, messages: list[dict]) -> str:
        """Return the answer's text, "" where it has none; UserError once the server has failed for good, or too often."""
        for wait in (*WAITS, None):
            try:
                return self._ask(messages)
            except HfHubHTTPError as error:
                status, asked = error.response.status_code, _asked_wait(error.response.headers.get("retry-after"))
                if asked is not None and asked > LONGEST_WAIT:
                    raise self._failure(f"asks to be left alone for {asked:.0f} seconds", "run the command again then") from None
                if wait is None or status not in PASSING:
                    raise self._failure(f"answers with status {status}", ADVICE.get(status) or _words(error)) from None
                wait = wait if asked is None else asked
            except InferenceTimeoutError:
                if wait is None:
                    advice = "give it more time with --timeout, or fewer requests at a time with --parallel"
                    raise self._failure("does not answer in time", advice) from None
            except httpx2.TransportError as error:
                if wait is None:
                    what = "cannot be reached, or cuts the connection"
                    raise self._failure(what, f"look at --base-url and at the server ({type(error).__name__})") from None
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _ask(self, messages: list[dict]) -> str:
        try:
            answer = self._client.chat_completion(messages, model=self.model, temperature=0.0, max_tokens=MAX_TOKENS)
            text = answer.choices[0].message.content
            return text if isinstance(text, str) else ""  # a model that only reasoned has none
        except OfflineModeIsEnabled:
            raise UserError("HF_HUB_OFFLINE is set, so no model can be asked: unset it.") from None
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            if isinstance(error, HfHubHTTPError):  # status 400 is a ValueError too
                raise
            raise self._failure("answers with something that is no chat completion", "look at --base-url") from None

    def _failure(self, what: str, advice: str) -> UserError:
        """One line; a server may repeat the key in its own words, which are told without it."""
        text = " ".join(f"The judge {self.model} at {self.address} {what}: {advice}".split())
        return UserError((text.replace(self._key, "…") if self._key else text) + ".")


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError("--base-url is no address: write one such as http://127.0.0.1:8000/v1.")
    if parts.username or parts.password or parts.query:
        raise UserError("--base-url holds more than an address: put the key into a variable and name that with --api-key-env.")


def _words(error: HfHubHTTPError) -> str:
    """What the server says itself, in OpenAI's form or another."""
    try:
        words = error.response.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):
        words = error.server_message
    return str(words or "it does not say why")[:300].rstrip(". ")


def _asked_wait(header: str | None) -> float | None:
    """Seconds that Retry-After asks for, which holds a number or a date; None where it is missing or neither."""
    try:
        asked = header or ""
        if re.fullmatch(r"\s*\d+(\.\d*)?\s*", asked):
            return float(asked)
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
