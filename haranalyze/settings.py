"""The settings file: ``haranalyze.toml``, or the table ``[tool.haranalyze]`` of a ``pyproject.toml``.

The shells read it and hand the engine plain :class:`Options`; docs/settings.md has every key.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haranalyze.errors import OptionsError, PackError, did_you_mean
from haranalyze.findings import Severity
from haranalyze.options import Accepted, Limits, Options

if TYPE_CHECKING:
    from haranalyze.rulebook import Pack, Rulebook

FILE: Final = "haranalyze.toml"
PROJECT_FILE: Final = "pyproject.toml"
_FINGERPRINT = re.compile(r"v\d+:[0-9a-f]{12}")
_SIZE = re.compile(r"([1-9]\d{0,14})([KMGkmg]?)")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a settings file says. ``path``: the file, None without one; ``rule_packs``: files or folders of rules."""

    path: Path | None = None
    options: Options = field(default_factory=Options)
    rule_packs: tuple[Path, ...] = ()


def find_settings(folder: Path) -> Path | None:
    """The settings file of a folder or the nearest one above it, None without one.

    In one folder ``haranalyze.toml`` comes before ``pyproject.toml``, which counts where it has the table.
    """
    for place in (folder, *folder.parents):
        if (own := place / FILE).is_file():
            return own
        project = place / PROJECT_FILE
        if project.is_file() and _table_of(project) is not None:
            return project
    return None


def read_settings(path: Path) -> Settings:
    """Read a settings file and the session systems it names.

    Raises:
        OptionsError: the file or one it names cannot be read, is not TOML, or has a key or value that means nothing.
    """
    table = _table_of(path)
    if table is None:
        raise OptionsError(f"{path} has no table [tool.haranalyze]")
    _known(path, "", table, _READERS)
    read = {key: _READERS[key](_Value(path, key, value)) for key, value in table.items()}
    packs = read.pop("rule_packs", ())
    return Settings(path, replace(Options(), **read), packs)


def read_systems(place: Path) -> tuple[tuple[str, str], ...]:
    """Name and text of a session system's file, or of all ``*.toml`` files in a folder, in order of their names.

    Raises:
        OptionsError: it is neither a file nor a folder with such files, or cannot be read.
    """
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not files:
        raise OptionsError(f"{place} holds no session system: no file there ends with .toml")
    return tuple((file.name, _text_of(file)) for file in files)


def limits_with(limits: Limits, told: Iterable[tuple[str, object]], where: str) -> Limits:
    """Limits with other values by their names: whole numbers above 0, or texts of such with K, M or G behind them.

    Args:
        where: how a message begins.

    Raises:
        OptionsError: there is no such limit, or its value is none.
    """
    known = asdict(limits)
    for name, value in told:
        if name not in known:
            hint = did_you_mean(name, known) or f"; known: {', '.join(known)}"
            raise OptionsError(f"{where}: there is no limit {name!r}{hint}")
        found = _SIZE.fullmatch(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
        if found is None:
            raise OptionsError(f"{where}: {name} must be a whole number above 0, such as 500000 or 500M")
        known[name] = int(found[1]) * 1024 ** " KMG".index(found[2].upper() or " ")
    return Limits(**known)


def rulebook_with(packs: Iterable[Path]) -> Rulebook:
    """The installed packs and those at the given paths: a Python file, or a folder with an ``__init__.py``.

    Raises:
        PackError: there is no such file, it cannot be imported, or it has no ``RULES`` tuple of rules.
    """
    from haranalyze.rulebook import Rulebook

    installed = Rulebook.installed()
    own = [_own_pack(path) for path in packs]
    return Rulebook((*installed.packs, *own)) if own else installed


def _own_pack(path: Path) -> Pack:
    from importlib.util import module_from_spec, spec_from_file_location

    file = path / "__init__.py" if path.is_dir() else path
    name = path.stem.replace("-", "_")
    if not file.is_file() or not name.isidentifier():
        raise PackError(f"{path} is no rule pack: neither a Python file nor a folder with an __init__.py")
    spec = spec_from_file_location(f"haranalyze_pack_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PackError(f"rule pack {path} cannot be loaded: {error}") from error
    from haranalyze.rulebook import pack_of

    return pack_of(module, name, "", str(getattr(module, "__version__", "")))


# reading


@dataclass(frozen=True, slots=True)
class _Value:
    """One value with its place, for messages."""

    path: Path
    key: str
    value: Any

    def wrong(self, wanted: str) -> OptionsError:
        return OptionsError(f"{self.path}: {self.key!r} must be {wanted}")

    def words(self) -> tuple[str, ...]:
        if not isinstance(self.value, list) or not all(isinstance(one, str) and one for one in self.value):
            raise self.wrong("an array of words")
        return tuple(self.value)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionsError(f"{path} is not UTF-8 text: byte {error.start}") from error
    except OSError as error:
        raise OptionsError(f"{path} cannot be read: {error.strerror}") from error


def _table_of(path: Path) -> dict[str, Any] | None:
    """The settings in a file; None for a ``pyproject.toml`` without any."""
    text = _text_of(path)
    if path.name == PROJECT_FILE and "haranalyze" not in text:
        return None  # most projects' files: spares reading them on every run
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionsError(f"{path} is not TOML: {error}") from error
    if path.name != PROJECT_FILE:
        return table
    tool = table.get("tool")
    found = tool.get("haranalyze") if isinstance(tool, dict) else None
    return found if isinstance(found, dict) else None


def _known(path: Path, within: str, table: dict[str, Any], keys: Iterable[str]) -> None:
    known = tuple(keys)
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"; known keys: {', '.join(known)}"
            raise OptionsError(f"{path}: unknown key {within + key!r}{hint}")


def _domains(given: _Value) -> frozenset[str]:
    words = frozenset(word.lower().rstrip(".") for word in given.words())
    for word in words:
        if not _HOST.fullmatch(word):
            raise given.wrong(f"an array of host names without scheme, port and path, and {word!r} is none")
    return words


def _base_paths(given: _Value) -> tuple[str, ...]:
    words = given.words()
    if not all(word.startswith("/") for word in words):
        raise given.wrong("an array of paths that start with /")
    return words


def _rules(given: _Value) -> frozenset[str]:
    return frozenset(given.words())


def _severity(given: _Value) -> tuple[tuple[str, str], ...]:
    if not isinstance(given.value, dict):
        raise given.wrong("a table of rule = severity")
    for rule, severity in given.value.items():
        if severity not in list(Severity):
            hint = did_you_mean(str(severity), Severity) or f"; known: {', '.join(Severity)}"
            raise OptionsError(f"{given.path}: severity.{rule} is {severity!r}{hint}")
    return tuple(sorted(given.value.items()))


def _limits(given: _Value) -> Limits:
    if not isinstance(given.value, dict):
        raise given.wrong("a table of limit = number")
    return limits_with(Limits(), given.value.items(), f"{given.path}: limits")


def _systems(given: _Value) -> tuple[tuple[str, str], ...]:
    return tuple(one for word in given.words() for one in read_systems(given.path.parent / word))


def _packs(given: _Value) -> tuple[Path, ...]:
    return tuple(given.path.parent / word for word in given.words())


def _accepted(given: _Value) -> tuple[Accepted, ...]:
    if not isinstance(given.value, list) or not all(isinstance(one, dict) for one in given.value):
        raise given.wrong("an array of tables, written [[accepted]]")
    return tuple(_acceptance(given, table) for table in given.value)


def _acceptance(given: _Value, table: dict[str, Any]) -> Accepted:
    keys = ("fingerprint", "reason", "until")
    _known(given.path, "accepted.", table, keys)
    for key in keys:
        if key not in table:
            raise OptionsError(f"{given.path}: an accepted finding lacks the key {key!r}")
    fingerprint, reason, until = (table[key] for key in keys)
    if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
        raise OptionsError(f"{given.path}: accepted.fingerprint must look like v1:0123456789ab, as reports show it")
    if not isinstance(reason, str) or not reason.strip():
        raise OptionsError(f"{given.path}: accepted.reason must say why {fingerprint} is accepted")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise OptionsError(f"{given.path}: accepted.until must be a date like 2027-01-31, without quotes")
    return Accepted(fingerprint, " ".join(reason.split()), until)


_READERS: Final[dict[str, Callable[[_Value], Any]]] = {
    "api_domains": _domains,
    "website_domains": _domains,
    "base_paths": _base_paths,
    "cookie_names": _Value.words,
    "select": _rules,
    "ignore": _rules,
    "severity": _severity,
    "limits": _limits,
    "systems": _systems,
    "rule_packs": _packs,
    "accepted": _accepted,
}
