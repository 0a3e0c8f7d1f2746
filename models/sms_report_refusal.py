from odoo import fields, models
from odoo.tools import SQL


class SmsReportRefusal(models.Model):
    """How many delivery reports were refused, by gateway and day.

    A table of its own: who forges reports must not be in the way of who notes on the
    gateway how it is doing.
    """

    _name = "sms.report.refusal"
    _description = "Refused SMS reports"
    _log_access = False

    gateway_id = fields.Many2one(
        "sms.gateway", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    count = fields.Integer(readonly=True)

    _gateway_day_unique = models.Constraint("UNIQUE (gateway_id, day)")


class SmsGateway(models.Model):
    _inherit = "sms.gateway"

    def _compute_refused_reports(self):
        # sudo: a figure of gateways that the user may read
        groups = (
            self.env["sms.report.refusal"]
            .sudo()
            ._read_group(
                [("gateway_id", "in", self.ids)], ["gateway_id"], ["count:sum"]
            )
        )
        counts = {gateway.id: count for gateway, count in groups}
        for gateway in self:
            gateway.refused_reports = counts.get(gateway.id, 0)

    def _count_refused_report(self):
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sms_report_refusal (gateway_id, day, count)
                     VALUES (%s, %s, 1)
                ON CONFLICT (gateway_id, day)
                  DO UPDATE SET count = sms_report_refusal.count + 1
                """,
                self.id,
                fields.Date.today(),
            )
        )
        self.env["sms.report.refusal"].invalidate_model()
        self.invalidate_recordset(["refused_reports"])
