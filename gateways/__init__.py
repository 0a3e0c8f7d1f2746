"""How a message leaves: one file per provider, no ORM. A new one is a line here."""

from .kannel import KannelGateway
from .odoo import OdooGateway
from .sandbox import SandboxGateway
from .serwersms import SerwerSmsGateway
from .smsapi import SmsApiGateway

PROVIDERS = {
    gateway.provider: gateway
    for gateway in (
        SandboxGateway,
        SmsApiGateway,
        SerwerSmsGateway,
        KannelGateway,
        OdooGateway,
    )
}
