from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..gateways import PROVIDERS
from ..tools import sender_names


class SmsSender(models.Model):
    """The name that a phone shows instead of a number, and what makes it usable.

    Which name a company uses: ``sms_sender_use.py``. How a name gets authorised:
    ``sms_sender_life.py``; who is asked for it: ``sms_sender_ask.py``.
    """

    _name = "sms.sender"
    _description = "Sender name"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, name, id"

    # written by the steps of its life, as superuser
    _PROTECTED_FIELDS = {
        "state",
        "declared_on",
        "declared_by_id",
        "submitted_on",
        "submitted_by_id",
        "submitted_by_way",
        "decided_on",
        "decided_by_id",
        "authorised_on",
        "asked_on",
        "trouble",
        "in_use",
        "used_on",
    }
    # what the owner has declared
    _DECLARED_FIELDS = {
        "name",
        "company_id",
        "owner_name",
        "owner_address",
        "owner_vat",
        "signatory",
        "is_declared",
    }
    # to whom it was submitted
    _SUBMITTED_FIELDS = {"gateway_id", "operator_email"}

    name = fields.Char("Sender name", required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
        help="Empty: for the whole database. A company's own name wins.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("declared", "Declaration accepted"),
            ("submitted", "Submitted"),
            ("authorised", "Authorised"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    gateway_id = fields.Many2one(
        "sms.gateway",
        compute="_compute_gateway_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Whose provider authorises the name.",
    )
    asks_provider = fields.Boolean(compute="_compute_asks_provider", compute_sudo=True)
    scope = fields.Char("For", compute="_compute_scope", compute_sudo=True)

    _name_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), UPPER(REPLACE(name, ' ', ''))) WHERE active",
        "There is such a sender name already, maybe written in other letters. Open "
        "that one, or enter another name.",
    )

    @api.depends("company_id")
    def _compute_gateway_id(self):
        for sender in self:
            company = sender.company_id or self.env.company
            sender.gateway_id = self.env["sms.gateway"]._for_company(company).id

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_scope(self):
        for sender in self:
            sender.scope = sender.company_id.name or self.env._("Whole database")

    @api.depends("gateway_id.provider")
    def _compute_asks_provider(self):
        for sender in self:
            provider = PROVIDERS.get(sender.gateway_id.provider)
            sender.asks_provider = bool(
                provider and provider.requests_senders and provider.lists_senders
            )

    # -- what may be one -------------------------------------------------------------

    @api.constrains("name", "company_id")
    def _check_name(self):
        shared = self.filtered(lambda sender: not sender.company_id)
        everywhere = self._countries_of_companies() if shared else []
        for sender in self:
            company = sender.company_id
            countries = [company.country_id.code] if company else everywhere
            problem = sender_names.problem(sender.name, countries)
            if problem:
                raise ValidationError(sender._problem_words(problem))

    @api.model
    def _countries_of_companies(self):
        """:return: ISO codes of all companies, in one query"""
        # sudo: a name for the whole database is one for companies of others, too
        groups = (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("ref_company_ids", "!=", False), ("country_id", "!=", False)],
                ["country_id"],
            )
        )
        return sorted(country.code for (country,) in groups)

    def _problem_words(self, problem):
        """:param problem: :class:`..tools.sender_names.Problem`"""
        country = self.env["res.country"].search([("code", "=", problem.country)])
        where = country.name or self.env._("every country")
        return {
            "letters": self.env._(
                "Sender name: “%s” has other characters than Latin letters without "
                "accents, digits and spaces. Leave them out.",
                self.name,
            ),
            "length": self.env._(
                "Sender name: “%s” can't be used. Enter 3 to 11 characters.", self.name
            ),
            "no_letter": self.env._(
                "Sender name: “%s” has no letter. Enter at least one.", self.name
            ),
            "space": self.env._(
                "Sender name: “%(name)s” has a space, which operators in %(country)s "
                "refuse. Leave it out.",
                name=self.name,
                country=where,
            ),
            "generic": self.env._(
                "Sender name: “%(name)s” does not say who writes; operators in "
                "%(country)s refuse it. Enter your company's or brand's name.",
                name=self.name,
                country=where,
            ),
            "reserved": self.env._(
                "Sender name: “%(name)s” is reserved for a public body or an operator "
                "(%(country)s). Enter your company's or brand's name.",
                name=self.name,
                country=where,
            ),
        }[problem.code]

    # -- writing ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected(vals)
            self._check_protected(self._defaults_of_context())
        return super().create([self._tidied(vals) for vals in vals_list])

    def _defaults_of_context(self):
        """:return: ``{field: value}`` that a caller has new records get"""
        return {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }

    def write(self, vals):
        self._check_protected(vals)
        vals = self._tidied(vals)
        self._check_locked(vals)
        moves = "company_id" in vals and any(
            sender._changes("company_id", vals) for sender in self
        )
        if vals.get("active") is False or moves:
            self._check_not_in_use()
        return super().write(vals)

    def copy_data(self, default=None):
        """A name once submitted is not edited: what is changed is a copy."""
        default = default or {}
        values = super().copy_data(default)
        if "name" not in default:
            for sender, vals in zip(self, values, strict=True):
                vals["name"] = sender._free_name()
        return values

    def _free_name(self):
        """:return: such as ``MyShop 2``, that the company has not got yet"""
        domain = [("company_id", "=", self.company_id.id)]
        taken = set(map(sender_names.key, self.search(domain).mapped("name")))
        number = 2
        while True:
            space = sender_names.LONGEST - len(str(number))
            name = f"{self.name[:space].strip()}{number}"
            if sender_names.key(name) not in taken:
                return name
            number += 1

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_it_counts(self):
        self._check_not_in_use()
        if known := self.filtered("submitted_on"):
            raise UserError(
                self.env._(
                    "“%s” has been submitted, and its declaration is kept. Archive it "
                    "instead.",
                    known[0].name,
                )
            )

    def _tidied(self, vals):
        if not vals.get("name"):
            return vals
        return {**vals, "name": sender_names.tidied(vals["name"])}

    def _check_protected(self, vals):
        """Over RPC nobody writes that a name is authorised."""
        if not self.env.su and (found := self._PROTECTED_FIELDS & vals.keys()):
            labels = [
                self._fields[name]._description_string(self.env) for name in found
            ]
            raise AccessError(
                self.env._(
                    "%s is not written by hand. Use the buttons of the sender name.",
                    ", ".join(sorted(labels)),
                )
            )

    def _check_locked(self, vals):
        if self.env.su:
            return  # a step of its life
        self.check_access("write")
        for sender in self:
            locked = set()
            if sender.submitted_on or sender.state == "declared":
                locked |= self._DECLARED_FIELDS
            if sender.state in ("submitted", "authorised"):
                locked |= self._SUBMITTED_FIELDS
            changed = [
                name for name in locked & vals.keys() if sender._changes(name, vals)
            ]
            if changed:
                raise UserError(sender._locked_words())

    def _changes(self, name, vals):
        return self._fields[name].convert_to_write(self[name], self) != vals[name]

    def _locked_words(self):
        if self.submitted_on:
            return self.env._(
                "“%s” has been submitted and is not changed any more. Duplicate it, "
                "and change the copy.",
                self.name,
            )
        return self.env._(
            "The declaration for “%s” has been accepted. Use Back to draft to change "
            "it.",
            self.name,
        )

    @api.model
    def _named(self, name, company_id):
        """:return: the company's own name that reads the same, or none"""
        key = sender_names.key(name)
        found = self.search(Domain("company_id", "=", company_id))
        return found.filtered(lambda sender: sender_names.key(sender.name) == key)[:1]
