-- A copy of the database sends nothing: every gateway is in test mode and has forgotten
-- its account, and nothing that waits is sent, asked about or repeated.
UPDATE sms_gateway
   SET test_mode = TRUE,
       username = NULL,
       password = NULL,
       signature_secret = NULL,
       http_parameters = NULL,
       http_headers = NULL,
       http_body = NULL,
       http_balance_url = NULL,
       http_balance_parameters = NULL,
       base_url = NULL,
       failing_since = NULL,
       rest_until = NULL,
       failures = 0,
       trouble = NULL,
       account_since = now() AT TIME ZONE 'UTC';

UPDATE sms_sms
   SET state = 'canceled',
       failure_reason = 'Neutralised copy of the database: not sent from here.',
       claim = NULL,
       claimed_until = NULL
 WHERE state = 'outgoing'
    OR (state = 'process' AND NOT COALESCE(is_doubtful, FALSE)
        AND handed_over_at IS NULL);

-- what was on its way when the copy was made is in doubt here, and is not asked about
UPDATE sms_sms
   SET state = 'unconfirmed',
       is_doubtful = TRUE,
       failure_reason = 'Neutralised copy of the database: it was on its way.',
       claim = NULL,
       claimed_until = NULL
 WHERE state = 'process';

UPDATE sms_sms
   SET ask_at = NULL
 WHERE state = 'unconfirmed';

-- e-mails of Organizer's that wait; Odoo itself takes the mail servers away
UPDATE mail_mail
   SET state = 'cancel'
 WHERE state = 'outgoing' AND run_line_id IS NOT NULL;

UPDATE organizer_schedule
   SET is_on = FALSE;

-- what was not sent from here is paid where it is sent from
DELETE FROM sms_package_use
      USING sms_sms
      WHERE sms_sms.id = sms_package_use.sms_id AND sms_sms.state = 'canceled';

UPDATE sms_sms
   SET charged_on = NULL,
       package_segments = 0
 WHERE state = 'canceled' AND charged_on IS NOT NULL;
