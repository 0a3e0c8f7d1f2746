from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

# An activity shows that many, the latest first.
SHOWN = 10


class OrganizerHeard(models.AbstractModel):
    """What a customer told us, by SMS or on the page: who deals with it.

    A model that inherits it has ``partner_id``, ``company_id`` and ``activity_id``.
    """

    _name = "organizer.heard"
    _description = "What a customer told us"

    # -- to be said by each ----------------------------------------------------------

    _heard_at = None  # the field that has when it was said

    def _html(self):
        """:return: ``Markup`` of what was said: data, nothing of it is a link"""
        raise NotImplementedError

    def _to_be_done_on(self):
        """:return: the record that the activity is on"""
        return self.partner_id

    def _activity_type(self, document):
        """:return: the XML id of the activity's type"""
        raise NotImplementedError

    def _same_caller(self):
        """:return: domain of what the same one told us"""
        return [("partner_id", "=", self.partner_id.id)]

    def _activity_values(self):
        """:return: ``dict`` of further values of the activity"""
        return {}

    def _deadline(self):
        """:return: by when it is to be dealt with"""
        return fields.Date.context_today(self)

    # -- activities ------------------------------------------------------------------

    def _open_activity(self):
        """The one about this customer, or number, that nobody has dealt with."""
        return self.search(
            [
                *self._same_caller(),
                ("company_id", "=", self.company_id.id),
                ("activity_id.active", "=", True),
                ("activity_id.user_id.active", "=", True),
            ],
            limit=1,
        ).activity_id

    def _schedule_activity(self):
        user = self._salesperson()
        document = self._to_be_done_on()
        if not user or not document:
            return self.env["mail.activity"]
        document = document.with_context(
            lang=self._language(user), mail_notify_force_send=False
        )
        return document.activity_schedule(
            self._activity_type(document),
            date_deadline=self._deadline(),
            user_id=user.id,
            note=self._activity_note(self, user),
            **self._activity_values(),
        )

    def _remind(self):
        """The open activity says so too, and is due no later than this."""
        activity = self.activity_id
        self._tell_in_activity(activity)
        activity.date_deadline = min(activity.date_deadline, self._deadline())

    @api.model
    def _tell_in_activity(self, activity):
        told = self.search([("activity_id", "=", activity.id)], limit=SHOWN)
        activity.note = self._activity_note(told, activity.user_id)

    @api.model
    def _activity_note(self, heard, user):
        lang = self._language(user)
        return Markup().join(
            Markup("<p><b>%s</b> %s</p>")
            % (
                format_datetime(
                    self.env,
                    one[one._heard_at],
                    tz=user.tz,
                    dt_format="short",
                    lang_code=lang,
                ),
                one.with_context(lang=lang)._html(),
            )
            for one in heard
        )

    def _notes_of_activities(self):
        """What the chatter says of activities that were done."""
        activities = self.with_context(active_test=False).activity_id
        done = activities.filtered("date_done")
        return self.env["mail.message"].search(
            Domain("mail_activity_type_id", "in", done.activity_type_id.ids)
            & Domain.OR(
                Domain("model", "=", activity.res_model)
                & Domain("res_id", "=", activity.res_id)
                & Domain("date", ">=", activity.create_date - timedelta(seconds=1))
                & Domain("date", "<", activity.date_done + timedelta(days=2))
                for activity in done
            )
        )

    # -- who -------------------------------------------------------------------------

    def _salesperson(self):
        """Who answers: the customer's salesperson, else the invoice's, else who sent
        the message; where there is none of them, who looks after the gateway."""
        people = self._who_may_answer()
        return next(filter(self._can_answer, people), self.env["res.users"])

    def _who_may_answer(self):
        """:return: ``res.users``, the first one first, some of them empty"""
        partner = self.partner_id
        return partner.user_id, partner.commercial_partner_id.user_id

    def _can_answer(self, user):
        company = self.company_id
        return (
            user.active
            and user._is_internal()
            and user.id != SUPERUSER_ID
            and (not company or company in user.company_ids)
        )

    @api.model
    def _language(self, *partners):
        """The code of the first one's language that is installed."""
        langs = self.env["res.lang"]
        return next(
            (one.lang for one in partners if langs._get_data(code=one.lang)), "en_US"
        )
