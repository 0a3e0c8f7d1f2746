def migrate(cr, version):
    """Let the planner know what the new indexes hold, before anybody searches by
    them."""
    cr.execute("ANALYZE sms_sms")
