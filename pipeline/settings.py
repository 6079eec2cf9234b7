"""Settings, read once and by entry points only.

They stand in `counterfoil.toml` in the working directory, or in the file that COUNTERFOIL_SETTINGS names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from pipeline.errors import SettingsError
from pipeline.records import AssetKind

FILE_NAME: Final = "counterfoil.toml"
VARIABLE: Final = "COUNTERFOIL_SETTINGS"
ENGINES: Final = ("local", "dask")
RANGES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "workers": (0, 1_024),
        "photo_words": (0, 1_000_000),
        "random_percent": (0, 90),
        "recheck_pause_seconds": (1, 3_600),
        "review_idle_minutes": (1, 1_440),
        "review_session_hours": (1, 720),
    }
)
SILENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }
)
"""What keeps Prefect from calling out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, with their defaults.

    Attributes
    ----------
    store : str
        SQLAlchemy URL of the store.
    lake : str
        Folder of Parquet files; empty means beside a SQLite store, or `.counterfoil/lake`.
    out : str
        Folder for the results of a scan.
    engine : str
        Where units of work are done: "local" or "dask".
    workers : int
        Local processes; 0 means one for each core.
    dask_address : str
        Address of the Dask scheduler, for the engine "dask".
    dask_allow_plain : bool
        Whether a scheduler on another machine may be spoken to without TLS.
    register : str
        Register of the scheduled scan.
    snapshots : tuple of str
        Snapshots of the scheduled scan; folders may gain files between runs.
    hashes_only : tuple of str
        Kinds of assets that are looked for by hashes of pictures alone.
    innocents : str
        Folder of photos in which nothing registered may be seen; empty for none.
    descriptor : str
        A model (ONNX) that looks at photos too, with a JSON file beside it; empty for none.
    known_brands : str
        File of other makes, one a line: none of them is a misspelling of a mark; empty for none.
    photo_words : int
        Photos of a scan whose words are read with Tesseract, at most; 0 reads none.
    photo_languages : str
        Languages of these words, as Tesseract names them, joined by "+".
    schedule : str
        When the scheduled scan runs, as a cron expression in UTC.
    random_percent : int
        Share of the cases to review that a scan draws at random among all candidates, in percent.
    open_low : bool
        Whether candidates of the low band become cases too.
    rechecks : tuple of str
        Files and folders of looks at listings, for the scheduled re-check.
    recheck_hosts : tuple of str
        Hosts that may be asked whether a listing still stands, each with those below it; empty means none.
    recheck_pause_seconds : int
        Between two requests to one host.
    recheck_loopback : bool
        Whether addresses of this machine may be asked too: for trying things out.
    recheck_pages, recheck_clocks : str
        Files of patterns of pages and of clocks of one's own, read before and beside those that ship.
    recheck_schedule : str
        When the scheduled re-check runs, as a cron expression in UTC.
    review_https : bool
        Whether browsers reach the review app over TLS, through a proxy in front of it.
    review_idle_minutes, review_session_hours : int
        How long a session lives without a request, and at most.
    review_address : str
        Where browsers reach the review app, such as "https://review.example"; needed for OpenID Connect.
    log : str
        Folder of the public log.
    keys : str
        Folder of the keys of the log and its exporter.
    log_policy : str
        File that names the witnesses to ask, and how many must have signed; empty for none.
    bundles : str
        Folder in which the scheduled publication puts each bundle, under its day; empty for none.
    site : str
        Folder of the site that it makes of them; empty for none.
    publish_schedule : str
        When it runs, as a cron expression in UTC.
    notices : str
        Folder with the team's `team.toml`, and its own channels and templates; empty for none.
    stamp_authority, stamp_roots : str
        Address of a time-stamping authority (RFC 3161), and a PEM file of the roots trusted for it; empty for none.
    ebay_client_id, ebay_secret_file, ebay_address : str
        A VeRO member's access to eBay's API; the file holds the client's secret alone.
    oidc_issuer, oidc_client_id, oidc_secret_file : str
        The OpenID provider, if any; the file holds the client's secret alone.
    """

    store: str = "sqlite:///.counterfoil/counterfoil.db"
    lake: str = ""
    out: str = "out"
    engine: str = "local"
    workers: int = 0
    dask_address: str = ""
    dask_allow_plain: bool = False
    register: str = ""
    snapshots: tuple[str, ...] = ()
    hashes_only: tuple[str, ...] = ()
    innocents: str = ""
    descriptor: str = ""
    known_brands: str = ""
    photo_words: int = 0
    photo_languages: str = "eng"
    schedule: str = "0 3 * * *"
    random_percent: int = 10
    open_low: bool = False
    rechecks: tuple[str, ...] = ()
    recheck_hosts: tuple[str, ...] = ()
    recheck_pause_seconds: int = 5
    recheck_loopback: bool = False
    recheck_pages: str = ""
    recheck_clocks: str = ""
    recheck_schedule: str = "0 5 * * *"
    log: str = ".counterfoil/log"
    keys: str = ".counterfoil-keys"
    log_policy: str = ""
    bundles: str = ""
    site: str = ""
    publish_schedule: str = "0 6 1 * *"
    notices: str = ""
    stamp_authority: str = ""
    stamp_roots: str = ""
    ebay_client_id: str = ""
    ebay_secret_file: str = ""
    ebay_address: str = "https://api.ebay.com"
    review_https: bool = False
    review_idle_minutes: int = 60
    review_session_hours: int = 12
    review_address: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret_file: str = ""

    def __post_init__(self) -> None:
        """Check what one setting can be."""
        if self.engine not in ENGINES:
            raise SettingsError(f"engine: no such engine, got {self.engine!r}, expected one of {', '.join(ENGINES)}")
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                got = getattr(self, name)
                raise SettingsError(f"{name}: out of range, got {got}, expected {least} to {most}")
        for given in self.hashes_only:
            if given not in set(AssetKind):
                raise SettingsError(
                    f"hashes_only: no such kind, got {given!r}, expected some of {', '.join(AssetKind)}"
                )
        if self.engine == "dask" and not self.dask_address:
            raise SettingsError("dask_address: missing, got '', expected the address of a scheduler")
        if bool(self.stamp_authority) != bool(self.stamp_roots):
            raise SettingsError(
                "stamp_authority: not enough with it, got only one of both, expected stamp_roots beside it"
            )
        if self.oidc_issuer and not (self.oidc_client_id and self.review_address):
            raise SettingsError(
                "oidc_issuer: not enough with it, got no oidc_client_id or review_address, expected both beside it"
            )

    @classmethod
    def of(cls, document: Mapping[str, Any], place: str) -> Self:
        """Return the settings of a document.

        Parameters
        ----------
        document : mapping
            Settings by name; what is missing has its default.
        place : str
            For messages.

        Raises
        ------
        SettingsError
            If a setting is unknown, of another type, or out of range.
        """
        known = {field.name: type(field.default) for field in fields(cls)}
        read: dict[str, Any] = {}
        for name, value in document.items():
            if name not in known:
                raise SettingsError(f"{place}: no such setting, got {name!r}, expected one of {', '.join(known)}")
            read[name] = _typed(value, known[name], f"{place}: {name}")
        try:
            return cls(**read)
        except SettingsError as error:
            raise SettingsError(f"{place}: {error}") from None


def read_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings file, if there is one.

    Parameters
    ----------
    environment : mapping
        May name the file.
    folder : Path
        The working directory, which may hold it.

    Raises
    ------
    SettingsError
        If the file that is named does not exist, or a file is not TOML or has a setting that cannot be used.
    """
    named = environment.get(VARIABLE)
    path = Path(named) if named else folder / FILE_NAME
    if not named and not path.exists():
        return Settings()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}, expected a TOML file") from error
    return Settings.of(document, str(path))


def prefect_switches(folder: Path) -> dict[str, str]:
    """Return the environment in which Prefect starts, wherever the user has not set otherwise.

    Parameters
    ----------
    folder : Path
        The working directory; Prefect's own files go to a folder in it.

    Notes
    -----
    Prefect reads its environment when it is imported. `SILENT` keeps it from calling out.
    """
    return {
        **SILENT,
        "PREFECT_HOME": str(folder / ".counterfoil" / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    }


def lake_folder(settings: Settings) -> Path:
    """Return the folder of the lake: as set, beside a SQLite file, or the default.

    Examples
    --------
    >>> lake_folder(Settings(store="sqlite:///data/counterfoil.db")).as_posix()
    'data/lake'
    """
    if settings.lake:
        return Path(settings.lake)
    if settings.store.startswith("sqlite:///"):
        return Path(settings.store.removeprefix("sqlite:///")).parent / "lake"
    return Path(".counterfoil/lake")


def _typed(value: object, kind: type, place: str) -> object:
    if kind is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise SettingsError(f"{place}: of another type, got {value!r}, expected a list of texts")
    if type(value) is not kind:
        raise SettingsError(f"{place}: of another type, got {value!r}, expected {kind.__name__}")
    return value
