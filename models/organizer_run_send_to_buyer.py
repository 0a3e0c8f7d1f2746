from odoo import fields, models


class OrganizerRun(models.Model):
    """What *Send all by SMS* has drafted: first messages, which go once."""

    _inherit = "organizer.run"

    origin = fields.Selection(
        selection_add=[("send_to_buyer", "Send to Buyer")],
        ondelete={"send_to_buyer": "set default"},
    )

    def _as_first_messages(self, moves, lines):
        """Whoever drafts the same meanwhile has the same occasions: one message goes.

        What was taken back, has failed at the same number, or has a number of its
        customer's alone, waits for a person.

        :param moves: ``account.move``, in the name of who sends
        :param list lines: values of ``organizer.run.line`` about them, in their order
        :return: the lines
        """
        retried = moves._to_retry()
        for move, line in zip(moves, lines, strict=True):
            last = move.sms_last_id.id
            line["occasion"] = self._first_occasion(move.id, last)
            waits = move.sms_delivery in ("failed", "cancelled")
            theirs = move.sms_delivery == "no_number" and not line["reason"]
            if theirs or (waits and move not in retried):
                line["selected"] = False
                if not line["reason"]:
                    why = self._why_unticked(move)
                    line |= {"reason": "unticked", "why": why}
        return lines

    def _first_occasion(self, move_id, last):
        """What may happen once after the last message about an invoice.

        :param int last: the message's id, or None
        """
        return f"after,{last or 0},account.move,{move_id}"

    def _why_unticked(self, move):
        if move.sms_delivery == "cancelled":
            return self.env._("Its last SMS was cancelled. Tick it to send another.")
        if move.sms_delivery == "no_number":
            return self.env._(
                "The invoice has no number of its own. Tick it to send to its "
                "customer's."
            )
        return self.env._(
            "Its last SMS failed: %s. Enter another number, or tick it.",
            move.sms_delivery_words or self.env._("no reason was given"),
        )

    def _send_lines(self, lines):
        # EXTENDS 'sms_organizer'
        if self.origin == "send_to_buyer":
            self._leave_out_told(lines)
        return super()._send_lines(lines)

    def _leave_out_told(self, lines):
        """Those that were told of since the draft was made."""
        going = lines.filtered(lambda line: line.selected and not line.reason)
        found = going.move_id._sms_deliveries()
        late = going.filtered(
            lambda line: (
                line.move_id.id in found
                and line.occasion
                != self._first_occasion(line.move_id.id, found[line.move_id.id][1])
            )
        )
        if late:
            late.write({"reason": "already_told", "why": late._already_told_words()})
