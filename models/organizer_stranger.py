import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hmac

from ..tools.visitor import is_near

# from one address, within …
MISSES = 30  # somebody with a wrong address, or a whole office with several
ATTACK = 300  # nobody but who guesses
WINDOW = timedelta(minutes=10)


class OrganizerStranger(models.Model):
    """Addresses that tried links which open nothing.

    Thousands of customers may have one address: a carrier's, an office's. Who has tried
    ``MISSES`` links within ``WINDOW`` is asked to come back later, and whoever has a
    link that opens is served as ever. From ``ATTACK`` on nothing is looked up for that
    address, until its misses are older; but for one of this network, which may be a
    proxy's, and so everybody's. All processes and hosts count together.

    A row for each miss, never changed: those who try at the same moment never wait for
    each other. It counts for ten minutes, and is removed by the daily clean-up; an
    address gets ``ATTACK`` of them in ten minutes at the most. Whose it is cannot be
    read from it.
    """

    _name = "organizer.stranger"
    _description = "Visitor without a link"
    _log_access = False

    address = fields.Char(required=True, readonly=True, help="Hashed")
    missed_on = fields.Datetime(required=True, readonly=True)

    _recent_idx = models.Index("(address, missed_on)")

    @api.model
    def _note_miss(self, address):
        """
        :param str address: of the visitor, as the network has it
        :return: whether there is patience left: not so many lately
        """
        misses = self._misses(address)
        if misses < ATTACK:
            self._insert_miss(address)
        return misses < MISSES

    @api.model
    def _insert_miss(self, address):
        self.env.cr.execute(
            "INSERT INTO organizer_stranger (address, missed_on) VALUES (%s, %s)",
            [self._hash(address), fields.Datetime.now()],
        )

    @api.model
    def _is_shut_out(self, address):
        """Whether nothing is looked up for it now."""
        return not is_near(address) and self._misses(address) >= ATTACK

    @api.model
    def _misses(self, address):
        """How many there were lately; no more than ``ATTACK`` are counted."""
        self.env.cr.execute(
            """
            SELECT COUNT(*) FROM (
                SELECT FROM organizer_stranger
                 WHERE address = %s AND missed_on > %s
                 LIMIT %s
            ) miss
            """,
            [self._hash(address), fields.Datetime.now() - WINDOW, ATTACK],
        )
        return self.env.cr.fetchone()[0]

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
