"""The official SDK, pointed at the served mock on loopback. Knows nothing of clauses or judgements."""

import asyncio

import pytest
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph_beta import GraphRequestAdapter, GraphServiceClient

from restore_conformance.mock import Service
from restore_conformance.mock.server import serving


class Static(AccessTokenProvider):
    """One token for every request."""

    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, *_, **__):
        return self.token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


@pytest.fixture(scope="session")
def mock():
    """The mock, and where it is served, without a slash at the end."""
    service = Service()
    with serving(service) as address:
        yield service, address


@pytest.fixture(autouse=True)
def no_sessions(mock):
    """Every test finds a mock without sessions."""
    mock[0].sessions.clear()


@pytest.fixture(scope="session")
def ask():
    """Waits for an answer of the SDK, which is asynchronous throughout."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def connect(mock, ask):
    """Makes a client: for a kind of caller, and with a base URL that ends in a slash, as the SDK's own does."""
    service, address = mock
    made = []

    def client(caller="good", slash="/"):
        token = next(token for token, kind in service.tokens.items() if kind == caller)
        adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Static(token)))
        adapter.base_url = address + slash
        made.append(adapter)
        return GraphServiceClient(request_adapter=adapter)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield client
    for adapter in made:
        ask(adapter._http_client._transport.transport.aclose())  # nothing of the SDK closes its connections


@pytest.fixture(scope="session")
def backup(connect):
    """The client's builder for /solutions/backupRestore."""
    return connect().solutions.backup_restore
