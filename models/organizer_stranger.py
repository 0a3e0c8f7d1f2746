import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hmac

MISSES = 30  # from one address, within …
WINDOW = timedelta(minutes=10)


class OrganizerStranger(models.Model):
    """Addresses that tried links which open nothing.

    Whoever has tried ``MISSES`` of them within ``WINDOW`` is answered nothing for a
    while, whatever is asked for. All processes and hosts count together.

    A row for each miss, never changed: those who try at the same moment never wait for
    each other, and a row stands for its ten minutes and no longer. Whose address it is
    cannot be read from it.
    """

    _name = "organizer.stranger"
    _description = "Visitor without a link"
    _log_access = False

    address = fields.Char(required=True, readonly=True, help="Hashed")
    missed_on = fields.Datetime(required=True, readonly=True)

    _recent_idx = models.Index("(address, missed_on)")

    @api.model
    def _note_miss(self, address):
        """:param str address: of the visitor, as the network has it"""
        self.env.cr.execute(
            "INSERT INTO organizer_stranger (address, missed_on) VALUES (%s, %s)",
            [self._hash(address), fields.Datetime.now()],
        )

    @api.model
    def _is_slowed(self, address):
        """Whether it has missed too often lately."""
        self.env.cr.execute(
            """
            SELECT COUNT(*) FROM (
                SELECT FROM organizer_stranger
                 WHERE address = %s AND missed_on > %s
                 LIMIT %s
            ) miss
            """,
            [self._hash(address), fields.Datetime.now() - WINDOW, MISSES],
        )
        return self.env.cr.fetchone()[0] >= MISSES

    @api.model
    def _hash(self, address):
        return hmac(self.sudo().env, "organizer.stranger", self._network(address))

    @api.model
    def _network(self, address):
        """Whom an address stands for: of IPv6, one has a /64."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return address
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if ip.version == 4:
            return str(ip)
        return str(ipaddress.IPv6Network((int(ip), 64), strict=False))

    @api.autovacuum
    def _gc_misses(self):
        """Forget them: they are counted for ten minutes."""
        self.env.cr.execute(
            "DELETE FROM organizer_stranger WHERE missed_on <= %s",
            [fields.Datetime.now() - WINDOW],
        )
