"""Requests to the API: who asks, and what is sent again."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .errors import RequestRefused, UnexpectedAnswer, Unreachable

FIRST_PAUSE = 0.3
LONGEST_WAIT = 30


@dataclass(frozen=True)
class AwsCredentials:
    """AWS credentials, and the region of the API."""

    access_key: str
    secret_key: str
    region: str
    session_token: str | None = None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Http:
    """
    The API at `url`. A request is sent again, after pauses with jitter or what Retry-After says, on 429; and on 5xx or
    a fault of the network where it asks only, or has an idempotency key.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | Callable[[], str] | None = None,
        key: str | None = None,
        credentials: AwsCredentials | Callable[[], AwsCredentials] | None = None,
        timeout: float = 30,
        attempts: int = 4,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"Expected the URL of an API such as https://api.example.com/v1, got {url!r}.")
        self.url = url.rstrip("/")
        self._token = token
        self._key = key
        self._credentials = credentials
        self._timeout = timeout
        self._attempts = attempts
        self._opener = urllib.request.build_opener(_NoRedirect)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of the answer; None where it is empty."""
        target = self.url + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        data = b"" if body is None else json.dumps(body, allow_nan=False).encode()
        sent = {**({} if body is None else {"content-type": "application/json"}), **(headers or {})}
        repeatable = method == "GET" or "idempotency-key" in sent
        for count in range(1, self._attempts + 1):
            try:
                return self._attempt(method, target, data, sent)
            except (RequestRefused, Unreachable) as error:
                if count == self._attempts or not _may_repeat(error, repeatable):
                    raise
                time.sleep(_pause(count, error))
        raise AssertionError("at least one attempt is made")

    def fetch(self, url: str) -> Any:
        """The JSON at a presigned URL."""
        try:
            with urllib.request.urlopen(url, timeout=self._timeout) as response:
                return json.load(response)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"S3 does not give the result: {error}") from error

    def _attempt(self, method: str, target: str, data: bytes, headers: Mapping[str, str]) -> Any:
        sent = {**headers, **self._identity(method, target, data, headers)}
        request = urllib.request.Request(target, data=data or None, headers=sent, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _parse(response.read(), f"{method} {target}")
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(), error.headers.get("retry-after")) from None
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self.url} does not answer: {error}. Is the URL right, and the stage deployed?") from error

    def _identity(self, method: str, target: str, data: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        if self._token is not None:
            token = self._token if isinstance(self._token, str) else self._token()
            return {"authorization": f"Bearer {token}"}
        if self._key is not None:
            return {"x-api-key": self._key}
        if self._credentials is None:
            return {}
        credentials = self._credentials if isinstance(self._credentials, AwsCredentials) else self._credentials()
        return sign(method, target, data, headers, credentials, datetime.now(timezone.utc))


def sign(
    method: str,
    target: str,
    data: bytes,
    headers: Mapping[str, str],
    credentials: AwsCredentials,
    now: datetime,
) -> dict[str, str]:
    """The headers of Signature Version 4 for API Gateway (IAM User Guide, "Create a signed AWS API request")."""
    url = urlsplit(target)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    added = {"x-amz-date": stamp}
    if credentials.session_token is not None:
        added["x-amz-security-token"] = credentials.session_token
    signable = {name.lower(): " ".join(value.split()) for name, value in {**headers, **added}.items()}
    signable.pop("content-type", None)
    signable["host"] = url.netloc
    names = ";".join(sorted(signable))
    lines = "".join(f"{name}:{signable[name]}\n" for name in sorted(signable))
    pairs = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    # Every service but S3 encodes the path that is sent once more.
    path = quote(url.path or "/", safe="/~")
    canonical = "\n".join([method, path, query, lines, names, hashlib.sha256(data).hexdigest()])
    place = f"{stamp[:8]}/{credentials.region}/execute-api/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, place, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in place.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"Credential={credentials.access_key}/{place}"
    added["authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
    return added


def _may_repeat(error: RequestRefused | Unreachable, repeatable: bool) -> bool:
    if isinstance(error, Unreachable):
        return repeatable
    if (error.retry_after or 0) > LONGEST_WAIT:
        return False
    return error.status == 429 or (repeatable and (error.status >= 500 or error.code == "idempotency_busy"))


def _pause(count: int, error: RequestRefused | Unreachable) -> float:
    said = (error.retry_after or 0) if isinstance(error, RequestRefused) else 0
    return said + FIRST_PAUSE * 2 ** (count - 1) * random.uniform(0.5, 1)


def _parse(data: bytes, what: str) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError as error:
        raise UnexpectedAnswer(f"The answer to {what} is not what Celeriac's API answers. Is this its URL?") from error


def _refusal(status: int, data: bytes, retry_after: str | None) -> RequestRefused:
    try:
        problem = json.loads(data)
    except ValueError:
        problem = None
    said: dict[str, Any] = problem if isinstance(problem, dict) else {}
    detail = next((said[name] for name in ("detail", "message", "title") if isinstance(said.get(name), str)), None)
    code = str(said.get("type") or "").rsplit(":", 1)[-1] or f"http_{status}"
    errors = [fault for fault in said.get("errors") or [] if isinstance(fault, dict)]
    try:
        seconds = None if not retry_after else float(retry_after)
    except ValueError:
        seconds = None
    return RequestRefused(status, code, detail or "It gave no reason.", errors, seconds)
