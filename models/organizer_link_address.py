import ipaddress
import re
from urllib.parse import urlsplit

from odoo import api, models

LOCAL_HOSTS = re.compile(r"localhost|0\.0\.0\.0|[^.]+|.*\.(local|localdomain|internal)")


class OrganizerLink(models.Model):
    """Whether customers can open what links lead to."""

    _inherit = "organizer.link"

    @api.model
    def _address_trouble(self, url):
        """What is wrong with an address for links.

        :return: ``"local"``: it is known in this network only; ``"plain"``: it is not
            encrypted; or None
        """
        parts = urlsplit(url)
        if self._is_local(parts.hostname or "localhost"):
            return "local"
        return None if parts.scheme == "https" else "plain"

    @api.model
    def _is_local(self, host):
        try:
            return not ipaddress.ip_address(host).is_global
        except ValueError:
            return bool(LOCAL_HOSTS.fullmatch(host))

    @api.model
    def _address_warning(self, companies):
        """What whoever sends is to know of the links of these companies: a sentence, or
        False."""
        for url in {self._base_url(company): None for company in companies}:
            trouble = self._address_trouble(url)
            if trouble == "local":
                return self.env._(
                    "Links lead to %s, which customers can't reach. Ask your "
                    "administrator to enter the web address for links in Settings ▸ "
                    "SMS Organizer.",
                    url,
                )
            if trouble == "plain":
                return self.env._(
                    "Links lead to %s, which isn't encrypted: phones warn of such "
                    "pages. Ask your administrator for an address with https in "
                    "Settings ▸ SMS Organizer.",
                    url,
                )
        return False

    @api.model
    def get_address_warning(self):
        """The same of the companies that the user has ticked, for the list."""
        self.check_access("read")
        return self._address_warning(self.env.companies)
