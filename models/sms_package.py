from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

LOW_PACKAGES = "sms_organizer.mail_activity_package"


class SmsPackage(models.Model):
    """Segments that were bought before they are sent.

    What was used is nowhere counted up: it is the sum of what messages hold
    (``sms_package_use.py``), which they take and give back in ``sms_charge.py``.
    """

    _name = "sms.package"
    _description = "SMS Package"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "bought_on desc, id desc"
    _check_company_auto = True

    name = fields.Char("Reference", help="The order's number, or what you call it.")
    active = fields.Boolean(
        default=True,
        tracking=True,
        help="Nothing is taken from an archived one any more.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        # restrict: what was paid for is not forgotten with the company
        ondelete="restrict",
    )
    gateway_id = fields.Many2one(
        "sms.gateway",
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        check_company=True,
        help="Where it was bought: only messages through it take from the package. "
        "Empty: messages through any gateway.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person in charge",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Is told when too little is left.",
    )
    bought_on = fields.Date(
        "Bought on",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    quantity = fields.Integer(
        "Segments bought",
        required=True,
        tracking=True,
        help="Billed parts of SMS. A long message takes several.",
    )
    price = fields.Monetary(tracking=True, help="Of the whole package.")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    price_per_message = fields.Float(
        "Price per segment", digits=(16, 4), compute="_compute_price_per_message"
    )
    bill_id = fields.Many2one(
        "account.move",
        "Vendor bill",
        index="btree_not_null",
        check_company=True,
        domain="[('move_type', '=', 'in_invoice')]",
        ondelete="set null",
    )
    use_ids = fields.One2many("sms.package.use", "package_id", "Uses")
    used = fields.Integer(compute="_compute_used")
    remaining = fields.Integer(
        "Left", compute="_compute_used", search="_search_remaining"
    )
    used_share = fields.Float("Used, of 100", compute="_compute_used", aggregator=None)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Segments bought: enter 1 or more."
    )
    _price_not_negative = models.Constraint(
        "CHECK (price >= 0)", "The price of a package is not negative. Enter 0 or more."
    )

    # -- computed --------------------------------------------------------------------

    @api.depends("name", "quantity", "bought_on")
    def _compute_display_name(self):
        for package in self:
            package.display_name = package.name or self.env._(
                "%(count)s SMS of %(day)s",
                count=formatLang(self.env, package.quantity, 0),
                day=format_date(self.env, package.bought_on),
            )

    @api.depends("price", "quantity")
    def _compute_price_per_message(self):
        for package in self:
            quantity = package.quantity
            package.price_per_message = package.price / quantity if quantity else 0

    @api.depends("quantity", "use_ids.segments")
    def _compute_used(self):
        # sudo: a figure of packages that the user may read
        groups = (
            self.env["sms.package.use"]
            .sudo()
            ._read_group(
                [("package_id", "in", self.ids)], ["package_id"], ["segments:sum"]
            )
        )
        used = {package.id: segments for package, segments in groups}
        for package in self:
            package.used = used.get(package._origin.id, 0)
            package.remaining = package.quantity - package.used
            share = package.used / package.quantity if package.quantity else 0
            package.used_share = 100 * share

    def _search_remaining(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        self.env["sms.package.use"].flush_model()
        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s - (%s) %s %s",
                SQL.identifier(alias, "quantity"),
                SQL(
                    """SELECT COALESCE(SUM(used.segments), 0)
                         FROM sms_package_use used WHERE used.package_id = %s""",
                    SQL.identifier(alias, "id"),
                ),
                SQL(operator),
                value,
            )
        )

    # -- checks ----------------------------------------------------------------------

    @api.constrains("quantity")
    def _check_quantity(self):
        for package in self:
            if package.quantity < package.used:
                raise ValidationError(
                    self.env._(
                        "Segments bought: %(used)s of “%(package)s” are used already. "
                        "Enter at least so many.",
                        used=package.used,
                        package=package.display_name,
                    )
                )

    @api.constrains("bill_id")
    def _check_bill(self):
        for package in self:
            if package.bill_id and package.bill_id.move_type != "in_invoice":
                raise ValidationError(
                    self.env._(
                        "Vendor bill: %s is none. Choose the bill of your provider.",
                        package.bill_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        for package in self:
            if package.used:
                raise UserError(
                    self.env._(
                        "%(used)s segments of “%(package)s” are used: the books need "
                        "it. Archive it instead.",
                        used=package.used,
                        package=package.display_name,
                    )
                )

    def _check_not_moved(self, vals):
        """What messages of one company took is not paid by another one."""
        if "company_id" not in vals:
            return
        for package in self.filtered("used"):
            if package.company_id.id != vals["company_id"]:
                raise UserError(
                    self.env._(
                        "Company: “%s” is used already and stays where it is. Enter a "
                        "new package for the other company.",
                        package.display_name,
                    )
                )

    # -- buying ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        companies = self.env["res.company"].browse(
            {vals.get("company_id") or self.env.company.id for vals in vals_list}
        )
        self.env["sms.purse"]._hold(companies)
        packages = super().create(vals_list)
        packages._tell_bought()
        return packages

    def write(self, vals):
        counts = {"active", "company_id", "gateway_id", "quantity"} & vals.keys()
        if counts:
            self.env["sms.purse"]._hold(self.company_id)
            self.invalidate_recordset(["used", "remaining"])
        self._check_not_moved(vals)
        result = super().write(vals)
        if counts:
            self._tell_bought()
        return result

    def unlink(self):
        self.env["sms.purse"]._hold(self.company_id)
        return super().unlink()

    def _tell_bought(self):
        """What waits for it may go, and nobody need be warned any more."""
        # sudo: the ledger is written by this add-on alone
        messages = self.env["sms.sms"].sudo()
        messages._release("credit", [("company_id", "in", self.company_id.ids)])
        for company in self.company_id:
            left = sum(self._all_of(company).mapped("remaining"))
            if left >= company.sms_packages_low:
                self._all_of(company).activity_feedback(
                    [LOW_PACKAGES],
                    feedback=self.env._("%s segments are left again.", left),
                )

    @api.model
    def _all_of(self, company):
        # sudo: the packages of a company together, whoever buys or sends
        return self.sudo().search([("company_id", "=", company.id)])

    # -- taking ----------------------------------------------------------------------

    @api.model
    def _left_for(self, company, gateway):
        """What is left for messages through this gateway; the purse is held.

        :return: ``{package id: segments}``, in the order they are taken from, the
            oldest first
        """
        self.flush_model(["active", "bought_on", "company_id", "gateway_id"])
        self.flush_model(["quantity"])
        self.env["sms.package.use"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT package.id, package.quantity - COALESCE(SUM(used.segments), 0)
                  FROM sms_package package
             LEFT JOIN sms_package_use used ON used.package_id = package.id
                 WHERE package.company_id = %s
                   AND package.active
                   AND (package.gateway_id IS NULL OR package.gateway_id = %s)
              GROUP BY package.id
              ORDER BY package.bought_on, package.id
                """,
                company.id,
                gateway.id or None,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _warn_of_packages(self, company, last):
        """One activity while too little is left; a purchase ends it.

        :param last: the package that was taken from last
        """
        if not company.sms_packages_low or not last:
            return
        packages = self._all_of(company)
        left = sum(packages.mapped("remaining"))
        if left >= company.sms_packages_low or packages.activity_search([LOW_PACKAGES]):
            return
        last.activity_schedule(
            LOW_PACKAGES,
            user_id=self.env["sms.purse"]._person(company, last.user_id).id,
            note=self.env._(
                "%(left)s segments are left in the packages of %(company)s, less than "
                "%(low)s. When they are used up, messages wait.",
                left=left,
                company=company.name,
                low=company.sms_packages_low,
            ),
        )

    # -- buttons ---------------------------------------------------------------------

    def action_check(self):
        """*Check the books*, of the companies of these packages."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check the books"),
            "res_model": "sms.package.check",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_package_ids": self.ids},
        }

    def action_open_messages(self):
        """*Used*: the messages that took from it."""
        self.ensure_one()
        self.check_access("read")
        # sudo: which messages; those that the user may not read are not shown
        messages = self.sudo().use_ids.sms_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": [("id", "in", messages.ids)],
            "context": {"create": False},
        }
