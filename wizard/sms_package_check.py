from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import formatLang


class SmsPackageCheck(models.TransientModel):
    """*Check the books*: what messages took, by the ledger and by the packages.

    The ledger says of each message what it took and whether it was sent; the packages,
    what is taken from them for it. Both were written in one transaction; a difference
    comes from somebody who has changed the database by hand, or from an error of ours.
    """

    _name = "sms.package.check"
    _description = "Check of SMS packages"

    package_ids = fields.Many2many("sms.package", string="Packages", readonly=True)
    words = fields.Text(compute="_compute_words")
    has_differences = fields.Boolean(compute="_compute_words")

    @api.depends("package_ids")
    def _compute_words(self):
        for wizard in self:
            differences = wizard._differences()
            wizard.has_differences = bool(differences)
            lines = [wizard._package_words(one) for one in wizard._packages()]
            lines += ["", *wizard._difference_words(differences)]
            wizard.words = "\n".join(lines)

    def _packages(self):
        return self.package_ids.sorted(lambda one: (one.bought_on, one.id))

    def _package_words(self, package):
        return self.env._(
            "%(package)s: %(bought)s bought − %(used)s used = %(left)s left",
            package=package.display_name,
            bought=formatLang(self.env, package.quantity, 0),
            used=formatLang(self.env, package.used, 0),
            left=formatLang(self.env, package.remaining, 0),
        )

    def _difference_words(self, differences):
        if not differences:
            return [self.env._("The ledger says the same of every message.")]
        taken = sum(taken for _expected, taken in differences.values())
        expected = sum(expected for expected, _taken in differences.values())
        return [
            self.env._(
                "The ledger differs in %(count)s messages: by it they took %(expected)s"
                " segments, by the packages %(taken)s.",
                count=len(differences),
                expected=expected,
                taken=taken,
            ),
            self.env._("“Mend” goes by the ledger."),
        ]

    def _differences(self):
        """:return: ``{sms id: (segments by the ledger, by the packages)}``, of the
        companies of these packages; of the present attempt of each message"""
        messages = self.env["sms.sms"]
        messages.flush_model()
        self.env["sms.package.use"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT sms.id, sms.expected, sms.taken
                  FROM (SELECT sms_sms.id,
                               CASE WHEN %(keeps)s
                                    THEN COALESCE(package_segments, 0)
                                    ELSE 0 END AS expected,
                               COALESCE((SELECT SUM(used.segments)
                                           FROM sms_package_use used
                                          WHERE used.sms_id = sms_sms.id
                                            AND used.attempt = COALESCE(resends, 0)
                                        ), 0) AS taken
                          FROM sms_sms
                         WHERE company_id = ANY(%(companies)s)
                           AND (charged_on IS NOT NULL
                                OR id IN (SELECT sms_id FROM sms_package_use))
                       ) sms
                 WHERE sms.expected <> sms.taken
              ORDER BY sms.id
                """,
                keeps=messages._keeps_sql(),
                companies=self.package_ids.company_id.ids,
            )
        )
        return {sms_id: (wanted, had) for sms_id, wanted, had in self.env.cr.fetchall()}

    def action_mend(self):
        """*Mend*: have each message that differs take what the ledger says."""
        self.ensure_one()
        self.package_ids.check_access("write")
        companies = self.package_ids.company_id
        self.env["sms.purse"]._hold(companies)
        differences = self._differences()
        if not differences:
            raise UserError(self.env._("There is nothing to mend any more."))
        # sudo: the books are written by this add-on alone; the user may administer them
        messages = self.env["sms.sms"].sudo().browse(differences)
        messages._retake({key: wanted for key, (wanted, _had) in differences.items()})
        return {
            **self.package_ids.action_check(),
            "res_id": self.id,
            "context": {},
        }
