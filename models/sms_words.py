from odoo import api, models

from ..gateways import words


class SmsSms(models.Model):
    """The reasons that are stored, in a language that the company reads."""

    _inherit = "sms.sms"

    def _in_words_of(self, company):
        """:return: self; what it writes from now on is in the company's language"""
        lang = company.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    @api.model
    def _translated(self, reason):
        """:param str reason: of an outcome: our own words or the provider's"""
        return self._own_words().get(reason, reason)

    @api.model
    def _own_words(self):
        return {
            words.NO_CONNECTION: self.env._("could not connect"),
            words.UNKNOWN_HOST: self.env._("there is no such address"),
            words.NO_SECURE_CONNECTION: self.env._(
                "no secure connection: see whether it is http or https"
            ),
            words.LOCAL_ADDRESS: self.env._(
                "the address is inside the network: tick “Local network” if it is "
                "meant to be"
            ),
            words.NO_REQUEST: self.env._(
                "no request could be made with this address, user name and password"
            ),
            words.NOT_DESCRIBED: self.env._(
                "the request is not described as it should be: see the gateway"
            ),
            words.REDIRECTED: self.env._(
                "it redirects elsewhere: the address is another one"
            ),
            words.WEB_PAGE: self.env._(
                "a web page answers there: see whether it is the address for programs"
            ),
            words.NONSENSE: self.env._("its answer makes no sense"),
            words.NO_ANSWER: self.env._("no answer in time"),
            words.NO_TIME: self.env._(
                "the provider is too slow: there was no time left for it"
            ),
            words.BROKE_OFF: self.env._("the connection broke off"),
            words.PARTLY_TAKEN: self.env._(
                "only some of its parts were taken: a piece of it may arrive"
            ),
            words.NOT_DELIVERED: self.env._("not delivered"),
            words.REFUSED_BY_OPERATOR: self.env._("refused by the operator"),
            words.NOT_KNOWN_THERE: self.env._("the provider does not know it"),
            words.NO_BALANCE: self.env._("the provider does not say what is left"),
            words.NO_SUCH_NUMBER: self.env._(
                "Sandbox: numbers ending in 00 do not exist."
            ),
        }
