from __future__ import annotations

import pytest

from jobconsole.imports.secret import suspicion, variables, without_secrets


@pytest.mark.parametrize(
    ("command", "said", "names"),
    [
        ("API_KEY=abc make", 'API_KEY="$API_KEY" make', ("API_KEY",)),
        ("export A_TOKEN='x y'; make", 'export A_TOKEN="$A_TOKEN"; make', ("A_TOKEN",)),
        (
            'env PGPASSWORD="x" psql',
            'env PGPASSWORD="$PGPASSWORD" psql',
            ("PGPASSWORD",),
        ),
        ("API_KEY=$(cat key) make", "API_KEY=$(cat key) make", ()),
        ("LEVEL=info make", "LEVEL=info make", ()),
        ("curl 'https://x/?token=abc&a=b'", "curl 'https://x/?token=abc&a=b'", ()),
    ],
)
def test_assignments(command: str, said: str, names: tuple[str, ...]) -> None:
    assert without_secrets(command) == (said, names)


@pytest.mark.parametrize(
    ("command", "suspect"),
    [
        ("mysql --password=abc", True),
        ("curl -H 'Authorization: Bearer abc'", True),
        ("git pull https://me:abc@host/x", True),
        (("/bin/x", "--api-key", "abc"), True),
        (("/usr/bin/env", "API_KEY=abc", "x"), True),
        ("curl -su me:abc https://x", True),
        ("curl --user 'me:abc' https://x", True),
        ("curl -u me https://x:8080", False),
        ('curl -u "$ME:$PW" https://x', False),
        ("docker run -u 1000:1000 x", False),
        ("mysqldump --all-databases -pabc", True),
        ("mariadb-dump -p'a b'", True),
        ('mysql -p"$PW" -P 3306', False),
        ("mysql shop | psql -p5432", False),
        ("sshpass -p abc ssh host", True),
        ("sshpass -e ssh -p 22 host", False),
        ("make --keep-going all", False),
        (("/bin/x", "--level", "info"), False),
    ],
)
def test_suspicion(command: str | tuple[str, ...], suspect: bool) -> None:
    assert bool(suspicion(command)) == suspect


def test_variables() -> None:
    given = {
        "A": "1",
        "API_KEY": "abc",
        "DATABASE_URL": "postgres://me:abc@host/x",
        "CACHE_URL": "redis://:abc@host",
        "B": "${A}",
        "C": "\udcff",
        "1x": "y",
    }

    found = variables(given)

    assert found.env == {"A": "1"}
    assert found.env_pass == ("API_KEY", "DATABASE_URL", "CACHE_URL")
    assert len(found.notes) == 3
    assert "abc" not in repr(found)
