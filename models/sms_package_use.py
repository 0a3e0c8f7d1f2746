from odoo import api, fields, models
from odoo.tools import SQL


class SmsPackageUse(models.Model):
    """What a message took from a package: there while the message keeps it.

    A message that is sent again after it was sent takes again: each attempt by itself.
    """

    _name = "sms.package.use"
    _description = "Use of an SMS Package"
    _log_access = False
    _rec_name = "sms_id"

    package_id = fields.Many2one(
        "sms.package", required=True, readonly=True, index=True, ondelete="restrict"
    )
    # restrict: a message that was paid is kept
    sms_id = fields.Many2one(
        "sms.sms", "SMS", required=True, readonly=True, ondelete="restrict"
    )
    attempt = fields.Integer(
        required=True, readonly=True, help="How often it had been sent again."
    )
    segments = fields.Integer(required=True, readonly=True)

    _once = models.Constraint("UNIQUE (sms_id, attempt, package_id)")
    _segments_positive = models.Constraint("CHECK (segments > 0)")

    @api.model
    def _take(self, messages, left, segments=None):
        """Take for these messages what they have segments, from the first packages.

        :param messages: ``sms.sms`` that fit, in this order
        :param dict left: ``{package id: segments}``; what is taken is taken off. What
            does not fit is taken from the last one nevertheless
        :param dict segments: ``{id: how many}``, where it is not what they have
        """
        packages, values = list(left), []
        for sms in messages:
            wanted = sms.segments if segments is None else segments[sms.id]
            for package_id in packages:
                is_last = package_id == packages[-1]
                taken = wanted if is_last else min(wanted, max(left[package_id], 0))
                if taken:
                    left[package_id] -= taken
                    wanted -= taken
                    values.append(self._values(package_id, sms, taken))
        self.create(values)

    def _values(self, package_id, sms, segments):
        return {
            "package_id": package_id,
            "sms_id": sms.id,
            "attempt": sms.resends,
            "segments": segments,
        }

    @api.model
    def _give_back(self, messages):
        """Give back what the present attempts of these messages hold."""
        self.flush_model()
        messages.flush_recordset(["resends"])
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sms_package_use used
                      USING sms_sms sms
                      WHERE sms.id = ANY(%s)
                        AND used.sms_id = sms.id
                        AND used.attempt = COALESCE(sms.resends, 0)
                """,
                messages.ids,
            )
        )
        self._forget()

    @api.model
    def _follow(self, messages):
        """What the attempt before holds is the present one's: nobody knows which of
        them was sent."""
        self.flush_model()
        messages.flush_recordset(["resends"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE sms_package_use used
                   SET attempt = sms.resends
                  FROM sms_sms sms
                 WHERE sms.id = ANY(%s)
                   AND used.sms_id = sms.id
                   AND used.attempt = sms.resends - 1
                """,
                messages.ids,
            )
        )
        self._forget()

    @api.model
    def _forget(self):
        self.invalidate_model()
        packages = self.env["sms.package"]
        packages.invalidate_model(["use_ids", "used", "remaining", "used_share"])


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _retake(self, wanted):
        """Have each message hold so many segments, and no others.

        :param dict wanted: ``{id: segments}``
        """
        uses, packages = self.env["sms.package.use"], self.env["sms.package"]
        uses._give_back(self)
        for (company, gateway), messages in self._grouped_by(
            lambda sms: (sms.company_id, sms.gateway_id)
        ).items():
            left = packages._left_for(company, gateway)
            uses._take(messages, left, wanted)
