"""One row of the table of settings, and what its text in the environment means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import SettingsError

PREFIX = "WENCE_"
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; the type of the value is the type of the default.

    ``choices`` are the only values allowed, ``least`` and ``most`` bound a number, ``schemes`` are
    those that an address may have; an address may be empty.
    """

    name: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: float = math.inf
    schemes: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


def read_values(
    settings: Sequence[Setting], given: Mapping[str, str]
) -> tuple[dict[str, Value], list[str]]:
    """The values by name, and one line for each that is impossible or that nobody knows."""
    values: dict[str, Value] = {}
    known = {setting.variable for setting in settings}
    faults = [
        f"{name}：没有这个设置，请对照 README 的设置表检查拼写"
        for name in sorted(set(given) - known)
    ]
    for setting in settings:
        try:
            text = given.get(setting.variable)
            values[setting.name] = setting.default if text is None else read_value(setting, text)
        except SettingsError as fault:
            faults.append(f"{setting.variable} {fault}")
    return values, faults


def read_value(setting: Setting, text: str) -> Value:
    """What the text means; SettingsError says what it should be."""
    kind = type(setting.default)
    if kind is bool:
        if text.lower() not in {"true", "false", "1", "0"}:
            raise SettingsError(f"应为 true 或 false，不能是 {text!r}")
        return text.lower() in {"true", "1"}
    if kind is str:
        return _read_text(setting, text)
    try:
        value = kind(text)
    except ValueError as error:
        wanted = "整数" if kind is int else "数字"
        raise SettingsError(f"应为{wanted}，不能是 {text!r}") from error
    if not setting.least <= float(value) <= setting.most or math.isinf(float(value)):
        most = "" if math.isinf(setting.most) else f"、不大于 {setting.most:.0f}"
        raise SettingsError(f"应不小于 {setting.least}{most}，不能是 {text!r}")
    return value


def _read_text(setting: Setting, text: str) -> str:
    if setting.choices and text not in setting.choices:
        raise SettingsError(f"应为 {' 或 '.join(setting.choices)}，不能是 {text!r}")
    if setting.schemes and text:
        try:
            address = urlsplit(text)
            sound = address.scheme in setting.schemes and bool(address.hostname or address.path)
            sound = sound and (address.port is None or address.port > 0)
        except ValueError:
            sound = False
        if not sound:
            raise SettingsError(f"应为以 {'://、'.join(setting.schemes)}:// 开头的地址")
    return text
