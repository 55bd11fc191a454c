"""A second reading of Telegram: what bot and sandbox say to each other, held against aiogram's models.

A value passes if the model accepts it, knows every field in it, and gives it back the same. The models are
written by others from the same public text, so a mistake would have to be made twice to pass.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import BaseModel, TypeAdapter, ValidationError

Json = dict[str, Any]


def validate_update(update: Json) -> None:
    """Raise AssertionError unless Telegram could have sent this update."""
    _validate(_adapter(Update), update, "update")


def validate_call(method: str, params: Json, result: Any) -> None:
    """Raise AssertionError unless a bot may call this method so, and Telegram could answer so."""
    model = _method(method)
    _validate(_adapter(model), params, f"{method} parameters", same=False)
    _validate(_adapter(model.__returning__), result, f"{method} result")


def validate_exchange(calls: Iterable[Json], updates: Iterable[Json]) -> None:
    """Validate all of `/control/calls` that went well and all of `/control/deliveries`."""
    for call in calls:
        if call["ok"]:
            validate_call(call["method"], call["params"], call["result"])
    for update in updates:
        validate_update(update)


def _method(name: str) -> type[TelegramMethod[Any]]:
    model: type[TelegramMethod[Any]] = getattr(aiogram.methods, name[0].upper() + name[1:])
    return model


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _validate(adapter: TypeAdapter[Any], value: Any, what: str, *, same: bool = True) -> None:
    try:
        read = adapter.validate_python(value, context={"bot": None})
    except ValidationError as error:
        raise AssertionError(f"{what} refused by the models: {error}\n{value}") from error
    unknown = sorted(_unknown(read, what))
    assert not unknown, f"fields that the models do not know: {unknown}"
    if same:
        again = adapter.dump_python(read, mode="json", by_alias=True, exclude_unset=True)
        assert again == value, f"{what} reads back otherwise:\n{again}\n{value}"


def _unknown(value: Any, path: str) -> Iterable[str]:
    """Give the path of every field that a model took without knowing it."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in value.model_fields_set:
            yield from _unknown(getattr(value, name, None), f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, f"{path}[{index}]")
