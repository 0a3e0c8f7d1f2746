from odoo import api, fields, models
from odoo.exceptions import UserError

# reasons of lines that are settled by the message of another line
SETTLED_BY_ANOTHER = ("together", "superseded")


class OrganizerRun(models.Model):
    """The road from candidates to the queue."""

    _inherit = "organizer.run"

    @api.model
    def _draft(self, company, basis, text, lines, **values):
        """Make a draft.

        :param company: ``res.company`` in whose name it is sent
        :param str basis: name of a basis
        :param str text: with its placeholders, for the record
        :param list lines: values of ``organizer.run.line``, with the text filled in but
            for ``[link]``
        :param values: of ``organizer.run``: ``channel``, ``template_id``, ``origin`` …
        :return: the run, as superuser
        """
        basis_label = self.env["organizer.basis"]._get(basis)._basis_label()
        values.setdefault("name", self._title(basis_label, lines))
        # sudo: runs are written by this add-on alone; the caller has checked that the
        # user may read what the lines are about
        runs = self.sudo().with_context(mail_create_nosubscribe=True)
        run = runs.with_context(tracking_disable=True).create(
            {
                "company_id": company.id,
                "basis": basis,
                "user_id": self.env.uid,
                "text": text,
                **values,
            }
        )
        run._add_lines(lines)
        return run.with_env(self.env(su=True))

    def _add_lines(self, lines):
        """
        :param list lines: values of ``organizer.run.line``
        :return: the lines, in this order
        """
        return self.env["organizer.run.line"]._create_many(
            [{**line, "run_id": self.id} for line in lines]
        )

    def _title(self, label, lines):
        if len(lines) != 1:
            return self.env._(
                "%(basis)s, %(count)s recipients", basis=label, count=len(lines)
            )
        line = lines[0]
        about = self.env[line["res_model"]].browse(line["res_id"]).display_name
        return self.env._("%(basis)s, %(document)s", basis=label, document=about)

    def _send(self):
        """Queue a message for every ticked line. Nothing is handed over here.

        A constant number of queries, whatever the number of lines.
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state != "draft":
            raise UserError(self.env._("“%s” has been sent already.", self.name))
        sent = self._send_lines(self.line_ids)
        self._begin(sent)

    def _begin(self, sent):
        """:param sent: whether anything was put in the queue"""
        self.write(
            {
                "state": "sending" if sent else "done",
                "sent_on": self.sent_on or fields.Datetime.now(),
            }
        )

    def _has_lines(self, domain):
        lines = self.env["organizer.run.line"]
        return bool(lines.search_count([("run_id", "=", self.id), *domain], limit=1))

    def _send_lines(self, lines):
        """Queue a message for each of these lines that is to be told.

        :return: those that were put in the queue
        """
        going = lines.filtered(lambda line: line.selected and not line.reason)
        # what could not reach a customer gives its occasion to what is sent instead
        going.fallback_of_id.told = False
        queued = going._take_occasions()
        queued._queue()
        self._settle_with_others(
            lines.filtered(lambda line: line.reason in SETTLED_BY_ANOTHER)
        )
        return queued

    def _settle_with_others(self, lines):
        """What the message of another line of the same customer tells, or what it came
        in place of, is not told any more.

        :param lines: those with a reason of ``SETTLED_BY_ANOTHER``
        """
        if not lines:
            return
        going = self.env["organizer.run.line"].search(
            [
                ("run_id", "=", self.id),
                ("commercial_partner_id", "in", lines.commercial_partner_id.ids),
                ("told", "=", True),
                ("reason", "=", False),
            ]
        )
        customers = going.commercial_partner_id
        lines.filtered(
            lambda line: not line.told and line.commercial_partner_id in customers
        )._take_occasions()

    def _settle_state(self):
        """A run is done when none of its messages is on its way any more."""
        runs = self.filtered(lambda run: run.state in ("sending", "done"))
        if not runs:
            return
        busy = runs._with_sms_on_their_way() | runs._with_emails_on_their_way()
        (runs & busy).filtered(lambda run: run.state == "done").state = "sending"
        (runs - busy).filtered(lambda run: run.state == "sending").state = "done"

    def _with_sms_on_their_way(self):
        groups = self.env["sms.sms"]._read_group(
            [
                ("run_line_id.run_id", "in", self.ids),
                ("state", "in", ("outgoing", "process")),
            ],
            ["run_line_id.run_id"],
        )
        return self.browse().union(*(run for (run,) in groups))

    def _with_emails_on_their_way(self):
        groups = self.env["organizer.run.line"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("mail_state", "in", ("preparing", "waiting")),
            ],
            ["run_id"],
        )
        return self.browse().union(*(run for (run,) in groups))
