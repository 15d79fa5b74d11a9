"""The command that serves the mock."""

import pytest

from restore_conformance import cli
from restore_conformance.mock import server


@pytest.mark.parametrize("option", [["--token", "chosen-token-1"], ["--token=chosen-token-1"]])
def test_the_token_that_was_chosen_is_printed_for_the_user_to_copy(monkeypatch, capsys, option):
    """It is the mock's own token and no secret, so the command to try works as it stands."""
    monkeypatch.setattr(server, "run", lambda service, listening: listening.close())
    assert cli.main(["serve", "--port", "0", *option]) == 0
    out = capsys.readouterr().out
    assert "  good           chosen-token-1\n" in out
    assert "--token chosen-token-1" in out
