"""How a message leaves: one file per provider, no ORM. A new one is a line here."""

from .apifon import ApifonGateway
from .http import HttpGateway
from .kannel import KannelGateway
from .odoo import OdooGateway
from .sandbox import SandboxGateway
from .serwersms import SerwerSmsGateway
from .smsapi import SmsApiGateway
from .smsoffice import SmsOfficeGateway
from .thaibulksms import ThaiBulkSmsGateway
from .twilio import TwilioGateway
from .vonage import VonageGateway
from .yuboto import YubotoGateway

# in the order of the list that an administrator picks from
PROVIDERS = {
    gateway.provider: gateway
    for gateway in (
        SandboxGateway,
        SmsApiGateway,
        SerwerSmsGateway,
        ThaiBulkSmsGateway,
        YubotoGateway,
        ApifonGateway,
        SmsOfficeGateway,
        TwilioGateway,
        VonageGateway,
        KannelGateway,
        HttpGateway,
        OdooGateway,
    )
}
