from odoo import models

METHOD = "sms"


class AccountMoveSend(models.AbstractModel):
    """*by SMS* as a sending method of Send & Print."""

    _inherit = "account.move.send"

    # -------------------------------------------------------------------------
    # ALERTS
    # -------------------------------------------------------------------------

    def _get_alerts(self, moves, moves_data):
        # EXTENDS 'account'
        alerts = super()._get_alerts(moves, moves_data)
        asked = moves.filtered(
            lambda move: METHOD in moves_data[move]["sending_methods"]
        )
        refused = [c for c in self._sms_candidates(asked) if c.reason]
        if refused:
            alerts["sms_organizer_cannot_send"] = self._sms_alert(
                refused, single=len(moves) == 1
            )
        return alerts

    def _sms_alert(self, refused, single):
        moves = self.env["account.move"].union(*(c.document for c in refused))
        if single:
            message = self.env._("No SMS can be sent. %s", refused[0].why)
        else:
            message = self.env._(
                "No SMS will be sent for these invoices: %s",
                ", ".join(f"{c.document.name} ({c.why})" for c in refused),
            )
        return {
            "level": "danger" if single else "warning",
            "message": message,
            "action_text": self.env._("View Invoice(s)"),
            "action": moves._get_records_action(
                name=self.env._("Invoices without SMS")
            ),
        }

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def _sms_template(self, move):
        """The first one about issued invoices that its company may use, and that suits
        it."""
        # sudo: which text goes out is the company's choice, whoever sends it
        templates = self.env["organizer.template"].sudo()
        on_offer = templates._on_offer("sms", move.company_id, "invoice_issued")
        return on_offer._suiting(move)[:1]

    def _by_sms_template(self, moves):
        """``{template: moves}``; one search for each company and kind of document"""
        groups = {}
        for same in moves.grouped(
            lambda move: (move.company_id, move.move_type)
        ).values():
            template = self._sms_template(same[0])
            groups[template] = groups.get(template, moves.browse()) | same
        return groups

    def _sms_candidates(self, moves):
        basis = self.env["organizer.basis"]._get("invoice_issued")
        candidates = basis._candidates(moves)
        without = self.env["organizer.template"]
        untold = self._by_sms_template(moves).get(without, moves.browse())
        return [
            candidate._replace(reason="no_template", why=self._no_template_words())
            if not candidate.reason and candidate.document in untold
            else candidate
            for candidate in candidates
        ]

    def _no_template_words(self):
        return self.env._(
            "There is no SMS template about issued invoices. Make one under "
            "Organizer ▸ Message Templates."
        )

    def _sms_asked(self, moves_data):
        """``{move: move_data}`` of what is to go by SMS."""
        return {
            move: move_data
            for move, move_data in moves_data.items()
            if METHOD in move_data["sending_methods"]
        }

    def _sms_needs_no_document_now(self, move_data):
        """By SMS alone: the document is made in the background, behind the link."""
        return (
            set(move_data["sending_methods"]) == {METHOD}
            and not move_data["extra_edis"]
        )

    def _sms_send(self, moves, author):
        """A run for these invoices of one company, sent in the author's name."""
        groups = self.with_user(author)._by_sms_template(moves)
        for template, same in groups.items():
            if not template:
                continue
            run = template._draft_run(moves.company_id, same, origin="send_print")
            run._send()
            run.line_ids.filtered("sms_ids").move_id.is_move_sent = True

    # -------------------------------------------------------------------------
    # SENDING METHODS
    # -------------------------------------------------------------------------

    def _is_applicable_to_company(self, method, company):
        # EXTENDS 'account'
        if method == METHOD and not company._organizer_channel_is_on("sms"):
            return False
        return super()._is_applicable_to_company(method, company)

    def _is_applicable_to_move(self, method, move, **move_data):
        # EXTENDS 'account'
        if method == METHOD:
            return not self._sms_candidates(move)[0].reason
        return super()._is_applicable_to_move(method, move, **move_data)

    def _generate_invoice_documents(self, invoices_data, allow_fallback_pdf=False):
        # EXTENDS 'account'
        now = {}
        for move, move_data in invoices_data.items():
            if self._sms_needs_no_document_now(move_data):
                # what is returned to the caller as this invoice's attachments: none yet
                move_data["proforma_pdf_attachment"] = self.env["ir.attachment"]
            else:
                now[move] = move_data
        return super()._generate_invoice_documents(
            now, allow_fallback_pdf=allow_fallback_pdf
        )

    def _hook_if_success(self, moves_data, from_cron=False):
        # EXTENDS 'account'
        asked = self._sms_asked(moves_data)
        moves = self.env["account.move"].union(*asked)
        groups = moves.grouped(
            lambda move: (move.company_id, asked[move].get("author_user_id"))
        )
        for (_company, author_id), group in groups.items():
            author = self.env["res.users"].browse(author_id) or self.env.user
            self._sms_send(group, author)
        return super()._hook_if_success(moves_data, from_cron)
