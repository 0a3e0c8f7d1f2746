from ast import literal_eval

from lxml import etree

from .common import OrganizerCommon


class DebtorCommon(OrganizerCommon):
    """Debtors and unpaid invoices, as an accountant reads them."""

    def _debtor(self, partner=None):
        return self._rows("organizer.debtor", partner)

    def _unpaid(self, partner=None):
        return self._rows("organizer.unpaid", partner)

    def _rows(self, model, partner=None):
        self.env.flush_all()
        self.env[model].invalidate_model()
        rows = self.env[model].with_user(self.accountant)
        return rows.search([("partner_id", "=", (partner or self.customer).id)])

    def _pay(self, move, amount, **values):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": amount, **values})._create_payments()

    def _filters(self, model):
        """``{name: who it finds, as the accountant}`` of the search view."""
        rows = self.env[model].with_user(self.accountant)
        tree = etree.fromstring(rows.get_view(view_type="search")["arch"])
        return {
            one.get("name"): rows.search(literal_eval(one.get("domain")))
            for one in tree.iterfind(".//filter[@domain]")
        }

    def _queries_of_pages(self, model, *limits):
        """How many queries the list makes for pages of these lengths."""
        rows = self.env[model].with_user(self.accountant)
        action = f"sms_organizer.action_{model.replace('.', '_')}"
        view = self.env[rows._name].get_view(
            self.env.ref(action.replace("action_", "") + "_view_list").id, "list"
        )
        names = view["models"][model]
        specification = {name: self._specification(rows, name) for name in names}
        counts = []
        for limit in (limits[0], *limits):  # once to warm the caches
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = rows.web_search_read([], specification, limit=limit)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(page["records"]), limit)
        return counts[1:]

    def _specification(self, rows, name):
        relational = rows._fields[name].relational
        return {"fields": {"display_name": {}}} if relational else {}
