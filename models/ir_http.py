from werkzeug.routing import BaseConverter

from odoo import models

from .organizer_link import TOKEN_PATTERN

# other converters have 100: a token goes before what takes anything
TOKEN_WEIGHT = 50


class TokenConverter(BaseConverter):
    """What has the shape of a link's token, and nothing else: other add-ons have short
    addresses below ``/s/`` too (*Surveys*: the codes of live sessions)."""

    regex = TOKEN_PATTERN.pattern
    weight = TOKEN_WEIGHT


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "organizer_token": TokenConverter}
