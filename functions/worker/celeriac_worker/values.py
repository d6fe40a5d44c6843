"""Values as JSON, errors as a record carries them."""

import datetime
import decimal
import json
import traceback
import uuid

#: Bytes of a result, as MAX_RESULT of src/core/limits.ts.
MAX_RESULT = 5 * 1024 * 1024
#: Characters of a message, of a cause's, of a name, and of a traceback in the log; causes of causes; members of a group.
MAX_MESSAGE, MAX_CAUSE_MESSAGE, MAX_NAME, MAX_STACK, MAX_DEPTH, MAX_MEMBERS = 2_000, 500, 256, 20_000, 5, 10


class InvalidResult(Exception):
    """The task returned what JSON cannot say."""


class ResultTooLarge(Exception):
    """The task's result is larger than a result may be."""


def to_json(value):
    """JSON text; dates, UUIDs and decimals as text, tuples as lists. ValueError or TypeError for what it cannot say."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_text)


def _text(value):
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


def result_json(value):
    """The JSON text of a result."""
    try:
        text = to_json(value)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidResult(f"The result cannot be written as JSON: {error}.") from None
    if size > MAX_RESULT:
        raise ResultTooLarge(
            f"The result is {size} bytes of JSON; {MAX_RESULT} are allowed. Store it in S3 and return its name."
        )
    return text


def describe(error, depth=0):
    """What was raised, with its causes, by the names of the classes."""
    try:
        message = str(error)
    except Exception:
        message = "Its message cannot be read."
    longest = MAX_MESSAGE if depth == 0 else MAX_CAUSE_MESSAGE
    # Half of a surrogate pair is no UTF-8.
    message = message[:longest].encode(errors="replace").decode()
    described = {"type": type(error).__name__[:MAX_NAME], "message": message}
    if depth < MAX_DEPTH:
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None:
            described["cause"] = describe(cause, depth + 1)
        members = getattr(error, "exceptions", None)
        if isinstance(members, tuple):
            described["errors"] = [describe(one, depth + 1) for one in members[:MAX_MEMBERS]]
    return described


def stack_of(error):
    """Python's traceback, its end where it is long."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-MAX_STACK:]
