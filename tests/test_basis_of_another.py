from odoo import models
from odoo.fields import Domain
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged

from ..models.basis.organizer_basis import Placeholder
from .template_common import TemplateCommon

NAME = "organizer.basis.payment_received"


@tagged("post_install", "-at_install")
class TestBasisOfAnotherAddon(TemplateCommon):
    """A basis that this add-on has never heard of: about payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_basis()
        cls.payment = cls._payment(cls.customer, 70)
        cls.other = cls._payment(cls._partner("Silent"), 30)

    @classmethod
    def _add_basis(cls):
        by_module = models.MetaModel._module_to_models__["sms_organizer"]
        before = list(by_module)

        class PaymentReceived(models.AbstractModel):
            _name = NAME
            _inherit = "organizer.basis"
            _description = "Basis: a payment that came in"

            _basis_model = "account.payment"
            _basis_menus = ("account.payment",)
            _basis_filters = frozenset(("amount",))
            _basis_obligatory = (("amount",),)

            def _basis_label(self):
                return "Payment received"

            def _placeholders(self):
                return {
                    "customer": Placeholder("Customer", "Azure Interior"),
                    "amount": Placeholder("Amount", "100.00 PLN"),
                }

            def _domain(self):
                return Domain("payment_type", "=", "inbound") & Domain(
                    "company_id", "=", self.env.company.id
                )

            def _values_in_lang(self, documents, names):
                return {
                    payment.id: {
                        "customer": payment.partner_id.name,
                        "amount": self._format_amount(
                            payment.amount, payment.currency_id
                        ),
                    }
                    for payment in documents
                }

            def _recipients(self, documents):
                return {payment.id: payment.partner_id for payment in documents}

            def _numbers(self, documents):
                numbers = documents.partner_id._sms_phones()
                return {
                    payment.id: numbers[payment.partner_id.id] for payment in documents
                }

            def _invoices(self, documents):
                return {
                    payment.id: payment.reconciled_invoice_ids[:1]
                    for payment in documents
                }

            def _customer_field(self):
                return "partner_id"

            def _amount_domain(self, template):
                return self._in_range(
                    "amount", template.amount_from, template.amount_to
                )

        by_module[:] = before
        add_to_registry(cls.registry, PaymentReceived)
        cls.registry._setup_models__(cls.env.cr, [NAME])
        cls.addClassCleanup(cls._forget_basis)

    @classmethod
    def _forget_basis(cls):
        del cls.registry.models[NAME]
        cls.registry["organizer.basis"]._inherit_children.discard(NAME)
        cls.registry._setup_models__(cls.env.cr, [])

    @classmethod
    def _payment(cls, partner, amount):
        payment = cls.env["account.payment"].create(
            {
                "partner_id": partner.id,
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        return payment

    def _thanks(self, **values):
        text = "Thank you, [customer], for [amount]."
        return self._new(text, "payment_received", **values)

    def test_it_is_on_offer(self):
        labels = dict(self.env["organizer.basis"]._selection())
        self.assertEqual(labels["payment_received"], "Payment received")

    def test_it_takes_part_in_all_there_is(self):
        template = self._thanks(amount_from=50)
        self.assertEqual(template.model, "account.payment")
        self.assertEqual(template.palette[1]["name"], "amount")
        self.assertEqual(self._matching(template), self.payment)
        with self.assertRaisesRegex(Exception, "missing"):
            template.text = "Thank you"

    def test_it_is_sent_from_its_gear_menu(self):
        template = self._thanks(in_menu=True)
        action = template.sudo().action_ids
        self.assertEqual(action.model_id.model, "account.payment")
        opened = template._open_compose(self.payment | self.other)
        compose = template.env[opened["res_model"]].browse(opened["res_id"])
        self.assertEqual(compose.basis, "payment_received")
        self.assertEqual(compose.going_count, 1)
        run = self.env["organizer.run"].sudo().browse(compose.action_send()["res_id"])
        sms = run.line_ids.sms_ids
        self.assertEqual(sms.body, "Thank you, Drukarnia, for 70.00 USD.")
        self.assertEqual(
            (sms.res_model, sms.res_id), (self.payment._name, self.payment.id)
        )
        self.assertIn("Thank you", self.payment.message_ids[0].body)
        self._pass(2)
        self.assertEqual(run.line_ids.filtered("sms_ids").outcome, "delivered")
        out = run.line_ids.filtered("reason")
        self.assertEqual(out.reason, "no_number")
