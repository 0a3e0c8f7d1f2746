import unittest

from odoo.addons.sms_organizer.tools.visitor import (
    address_of,
    is_near,
    is_robot,
    looks_ahead,
)


class TestVisitor(unittest.TestCase):
    def test_programs_that_look_ahead(self):
        for agent in (
            "WhatsApp/2.23.20.0 A",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "TelegramBot (like TwitterBot)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
            "Viber/13.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Linux) AppleWebKit/537.36 Chrome/66 Google-PageRenderer",
            "Mozilla/5.0 (compatible; bingbot/2.0)",
            "Mozilla/5.0 (Macintosh) Safari/600.2.5 (Applebot/0.1)",
            "curl/8.5.0",
            "Wget/1.21",
            "python-requests/2.31",
            "Some crawler",
            "A Spider",
            "",
            "  ",
            None,
        ):
            self.assertTrue(is_robot(agent), agent)

    def test_people(self):
        for agent in (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1",
            "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) Chrome/120.0.0.0 Mobile",
            "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
            "Opera/9.80 (J2ME/MIDP; Opera Mini/9) Presto/2.12.423 Version/12.16",
        ):
            self.assertFalse(is_robot(agent), agent)

    def test_looking_ahead(self):
        self.assertTrue(looks_ahead({"Sec-Purpose": "prefetch;prerender"}))
        self.assertTrue(looks_ahead({"Purpose": "prefetch"}))
        self.assertTrue(looks_ahead({"X-Moz": "prefetch"}))
        self.assertFalse(looks_ahead({"Accept": "text/html"}))

    def test_address_behind_a_proxy_near_by(self):
        for peer in ("127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fe80::1"):
            self.assertEqual(address_of(peer, "9.9.9.9, 8.8.8.8"), "8.8.8.8", peer)

    def test_addresses_that_may_be_a_proxy_s(self):
        for address in ("127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fe80::1"):
            self.assertTrue(is_near(address), address)
        self.assertTrue(is_near(""))
        for address in ("8.8.8.8", "::ffff:8.8.8.8", "2a00:1450::1"):
            self.assertFalse(is_near(address), address)

    def test_who_is_far_says_nothing_of_itself(self):
        self.assertEqual(address_of("8.8.4.4", "9.9.9.9"), "8.8.4.4")

    def test_entries_with_ports_and_brackets(self):
        for entry, address in (
            ("8.8.8.8:1234", "8.8.8.8"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            (" 8.8.8.8 ", "8.8.8.8"),
        ):
            self.assertEqual(address_of("127.0.0.1", entry), address, entry)

    def test_nonsense_is_the_peer(self):
        for entry in (None, "", "unknown", "8.8.8.8,", "_hidden", "1.2.3.4.5:6"):
            self.assertEqual(address_of("127.0.0.1", entry), "127.0.0.1", entry)
        self.assertEqual(address_of(None, None), "")
