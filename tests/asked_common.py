from contextlib import contextmanager
from unittest.mock import patch

from ..gateways.base import Trouble, Verdict
from ..gateways.smsapi import SmsApiGateway
from .common import OrganizerCommon

AWAY = Trouble(Verdict.NOT_TAKEN, "could not connect")


class AskedCommon(OrganizerCommon):
    """A gateway at SMSAPI, in test mode, whose answers are told by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.smsapi = cls.env["sms.gateway"].create(
            {
                "name": "Ours",
                "provider": "smsapi",
                "password": "token",
                "company_id": cls.company.id,
                "price": 0.1,
                "currency_id": cls.env.ref("base.PLN").id,
                "sequence": 1,
            }
        )

    @contextmanager
    def _answers(self, question, answer):
        """What the provider says when it is asked; an exception is raised."""
        asked = []

        def ask(adapter):
            asked.append(adapter)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with patch.object(SmsApiGateway, question, ask):
            yield asked
