"""What a process refuses to start with."""

from __future__ import annotations

import pytest

from app.config import Environment, Settings, UnsafeSettings

SAFE = {
    "KAPOK_ENV": "production",
    "KAPOK_SECRET_KEY": "k" * 32,
    "KAPOK_BASE_URL": "https://kapok.example.org",
}


def test_safe_production_settings_are_taken() -> None:
    settings = Settings.from_environment(SAFE)
    assert settings.env is Environment.PRODUCTION
    assert settings.require_review


@pytest.mark.parametrize(
    "given",
    [
        {"KAPOK_SECRET_KEY": "short"},
        {"KAPOK_SECRET_KEY": Settings().secret_key},
        {"KAPOK_DEMO": "1"},
        {"KAPOK_BASE_URL": "http://kapok.example.org"},
        {"KAPOK_BASE_URL": "https://kapok.example.org/path"},
        {"KAPOK_REDIS_URL": "redis://cache.example.org"},
        {"KAPOK_DATABASE_URL": "postgresql+psycopg://kapok@db.example.org/kapok"},
        {"KAPOK_DATABASE_URL": "mysql://kapok@127.0.0.1/kapok"},
        {"KAPOK_DATABASE_URL": "kapok.sqlite"},
        {"KAPOK_TIMEZONE": "Asia/Nanning-City"},
        {"KAPOK_PORT": "eight"},
        {"KAPOK_ENV": "staging"},
    ],
)
def test_an_unsafe_or_unreadable_setting_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(UnsafeSettings):
        Settings.from_environment(SAFE | given)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg:///kapok",
        "postgresql+psycopg://kapok:secret@127.0.0.1/kapok",
        "postgresql+psycopg://kapok:secret@db.example.org/kapok?sslmode=verify-full",
    ],
)
def test_a_server_on_this_machine_or_behind_tls_is_taken(address: str) -> None:
    settings = Settings.from_environment(SAFE | {"KAPOK_DATABASE_URL": address})
    assert settings.database == address


def test_no_setting_of_the_environment_gives_the_embedded_default(tmp_path: object) -> None:
    settings = Settings.from_environment({"KAPOK_DATA_DIR": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path}/kapok.sqlite"
