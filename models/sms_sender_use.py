from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

# A name that was never authorised takes the place of another one so seldom.
CHANGED_EVERY = timedelta(days=30)
CHANGED_PARAMETER = "sms_organizer.sender_changed_on"


class SmsSender(models.Model):
    """Which name counts: the one that a company has in use, its own or a shared one;
    without it, the one that is in use for the whole database.

    Names that have been authorised are switched between at any time. A new one takes
    the place of a name that was submitted once in 30 days.
    """

    _inherit = "sms.sender"

    in_use = fields.Boolean(
        "In use for the whole database",
        readonly=True,
        copy=False,
        tracking=True,
        help="For the companies that have none of their own.",
    )
    used_by_ids = fields.One2many(
        "res.company", "sms_sender_id", "Companies that use it", readonly=True
    )
    used_on = fields.Datetime("Put in use", readonly=True, copy=False)
    is_used = fields.Boolean(
        "In use",
        compute="_compute_is_used",
        search="_search_is_used",
        compute_sudo=True,
    )
    next_change_on = fields.Date(
        "Next new name", compute="_compute_next_change_on", compute_sudo=True
    )

    _in_use_unique = models.UniqueIndex(
        "(in_use) WHERE in_use",
        "Another sender name is in use for the whole database.",
    )
    _in_use_shared = models.Constraint(
        "CHECK (in_use IS NOT TRUE OR company_id IS NULL)",
        "A company's own sender name is not for the whole database.",
    )

    @api.depends("in_use", "used_by_ids")
    def _compute_is_used(self):
        for sender in self:
            sender.is_used = sender.in_use or bool(sender.used_by_ids)

    def _search_is_used(self, operator, value):
        if operator != "in":
            return NotImplemented
        used = Domain("in_use", "=", True) | Domain("used_by_ids", "!=", False)
        return Domain.OR(used if one else ~used for one in value)

    @api.depends("company_id", "company_id.sms_sender_changed_on", "in_use")
    def _compute_next_change_on(self):
        for sender in self:
            sender.next_change_on = self._next_change_day(sender.company_id)

    # -- what counts -----------------------------------------------------------------

    @api.model
    def _sender_of(self, company):
        """:return: the sender name that the company has in use, as superuser; maybe
        none, maybe one that is not authorised"""
        return self._senders_of(company)[company.id]

    @api.model
    def _senders_of(self, companies):
        """:return: ``{company id: its sender name}``, in a bounded number of queries"""
        # sudo: whoever sends, its company's name counts
        companies = companies.sudo()
        shared = self.sudo().search([("in_use", "=", True)], limit=1)
        return {
            company.id: company.sms_sender_id.with_env(shared.env) or shared
            for company in companies
        }

    def _is_authorised_at(self, gateway):
        """One account's authorisation is nothing to another; a name that was authorised
        without a gateway counts everywhere."""
        return self.state == "authorised" and self.gateway_id in (
            gateway,
            self.gateway_id.browse(),
        )

    def _waiting_words(self, company, gateway):
        """:return: why messages of this company through this gateway wait, self being
        the name that it has in use; False where they need not: another gateway's name
        is what its own account says"""
        if not self and company.sms_sender_required:
            return self.env._(
                "a sender name is required, and none is in use: see Configuration ▸ "
                "Sender Names"
            )
        if not self or self._is_authorised_at(gateway):
            return False
        if self.state == "authorised":
            return company.sms_sender_required and self.env._(
                "the sender name “%(name)s” is not authorised at %(gateway)s",
                name=self.name,
                gateway=gateway.name,
            )
        if self.state == "refused":
            return self.env._("the sender name “%s” was refused", self.name)
        return self.env._("the sender name “%s” is not authorised yet", self.name)

    # -- choosing --------------------------------------------------------------------

    def action_use(self):
        """*Put in use*: from now on the company's messages carry this name, as soon as
        it is authorised.

        :raise UserError: when it is new and the last change is not 30 days ago
        """
        self.ensure_one()
        self.check_access("write")
        if self.company_id:
            # sudo: companies are written by others; this is theirs who administer SMS
            self.company_id.sudo().sms_sender_id = self
        else:
            self.sudo()._use_for_all()  # sudo: written by this button alone

    def action_stop_using(self):
        """*Stop using*: messages carry what the gateway says."""
        self.ensure_one()
        self.check_access("write")
        sender = self.sudo()  # sudo: as above
        # what other companies have chosen is theirs
        own = sender.used_by_ids & self.env.user.company_ids.with_env(sender.env)
        own.sms_sender_id = False
        sender.in_use = False
        sender._release_messages()

    def _use_for_all(self):
        former = self.search([("in_use", "=", True)], limit=1)
        if former == self:
            return
        if self._note_change(former, self.env["res.company"]):
            parameters = self.env["ir.config_parameter"]
            parameters.set_param(CHANGED_PARAMETER, fields.Datetime.now())
        former.in_use = False
        former.flush_recordset()  # one at a time
        self.write({"in_use": True, "used_on": fields.Datetime.now()})
        self._release_messages()

    def _note_change(self, former, company):
        """:param former: the name that is in use now, or none
        :return: whether a new name takes the place of one that was submitted
        :raise UserError: when that is too early
        """
        if self.authorised_on or not self._replaced(former, company):
            return False
        if day := self._next_change_day(company):
            raise UserError(
                self.env._(
                    "“%(name)s” can be put in use from %(date)s on: a new sender name "
                    "takes the place of another one once in 30 days. Names that have "
                    "been authorised can be switched at any time.",
                    name=self.name,
                    date=format_date(self.env, day),
                )
            )
        return True

    def _replaced(self, former, company):
        """:return: names of the company that were in use, and known to a provider"""
        if former:
            return former.filtered("submitted_on")  # a draft may still be mended
        domain = [
            ("company_id", "=", company.id),
            ("id", "!=", self.id),
            ("used_on", "!=", False),
            ("submitted_on", "!=", False),
        ]
        return self.with_context(active_test=False).search(domain, limit=1)

    @api.model
    def _next_change_day(self, company):
        """:param company: ``res.company``; empty: of the whole database's name
        :return: from when on a new name may take the place of another one, in the
            user's time zone; False where it may now
        """
        if company:
            changed = company.sms_sender_changed_on
        else:
            # sudo: system parameters
            parameters = self.env["ir.config_parameter"].sudo()
            changed = fields.Datetime.to_datetime(
                parameters.get_param(CHANGED_PARAMETER)
            )
        if not changed or changed + CHANGED_EVERY <= fields.Datetime.now():
            return False
        return fields.Datetime.context_timestamp(self, changed + CHANGED_EVERY).date()

    def _check_not_in_use(self):
        if used := self.filtered("is_used"):
            raise UserError(
                self.env._(
                    "“%s” is in use. Put another name in use first, or stop using it.",
                    used[0].name,
                )
            )

    def _release_messages(self):
        """What waited for a name is looked at again, and goes or waits on."""
        domain = Domain.TRUE
        if all(sender.company_id for sender in self):
            domain = Domain("company_id", "in", self.company_id.ids)
        # sudo: the outbox belongs to no user
        self.env["sms.sms"].sudo()._release("sender", domain)
