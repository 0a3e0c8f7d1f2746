from odoo import models
from odoo.fields import Domain

from odoo.addons.sms_organizer.models.basis.organizer_basis import Placeholder


class OrganizerBasisEmployee(models.AbstractModel):
    """A text to an employee, on the work mobile or else the work phone."""

    _name = "organizer.basis.employee"
    _inherit = "organizer.basis"
    _description = "Basis: free text to an employee"

    _basis_sequence = 95
    _basis_is_free = True
    _basis_model = "hr.employee"
    _basis_menus = ("hr.employee",)

    def _basis_label(self):
        return self.env._("Free text to an employee")

    def _placeholders(self):
        return {
            "company": Placeholder(
                self.env._("Your company"), self.env.company.name or ""
            ),
            "employee": Placeholder(self.env._("Employee"), "Anita Oliver"),
        }

    def _domain(self):
        return Domain("company_id", "=", self.env.company.id)

    def _values_in_lang(self, documents, names):
        return {
            employee.id: {
                "company": employee.company_id.name or "",
                "employee": employee.name or "",
            }
            for employee in documents
        }

    def _refusals(self, documents):
        refusals = super()._refusals(documents)
        for company, employees in documents.grouped("company_id").items():
            if words := company._sms_employees_problem():
                refusals |= dict.fromkeys(employees._ids, ("switched_off", words))
        return refusals

    def _recipients(self, documents):
        return {
            employee.id: employee.work_contact_id or employee.user_partner_id
            for employee in documents
        }

    def _customer_field(self):
        return "work_contact_id"

    def _numbers(self, documents):
        return {employee.id: self._number_of(employee) for employee in documents}

    def _number_of(self, employee):
        """The first one that takes SMS; else the first one, which says why not."""
        entered = [one for one in (employee.mobile_phone, employee.work_phone) if one]
        contact = employee.work_contact_id.with_company(employee.company_id)
        countries = contact._sms_phone_countries()
        phones = self.env["organizer.sms.phone"]
        mobiles = (one for one in entered if phones._read_sms_phone(one, countries))
        return next(mobiles, entered[0] if entered else False)

    def _check_number(self, number, partner):
        # EXTENDS 'sms_organizer': another cure
        if number:
            return super()._check_number(number, partner)
        return False, (
            "no_number",
            self.env._(
                "%s has no mobile number. Enter a work mobile on the employee.",
                partner.display_name or self.env._("The employee"),
            ),
        )
