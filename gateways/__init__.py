"""How a message leaves: one file per provider, no ORM. A new one is a line here."""

from .sandbox import SandboxGateway

PROVIDERS = {gateway.provider: gateway for gateway in (SandboxGateway,)}
