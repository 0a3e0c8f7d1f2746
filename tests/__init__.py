from .tools import test_gsm, test_phone, test_plain
from .tools import test_send_window, test_timetable, test_wall_clock
from .gateways import test_apifon, test_http, test_kannel, test_network
from .gateways import test_serwersms, test_smsapi, test_smsoffice
from .gateways import test_thaibulksms, test_twilio, test_vonage, test_web, test_yuboto
from . import test_placeholders
from . import test_hooks
from . import test_gateway
from . import test_sms_phone
from . import test_compose
from . import test_debtor
from . import test_debtor_ledger
from . import test_unpaid
from . import test_outbox
from . import test_outbox_processes
from . import test_ledger
from . import test_send_and_print
from . import test_document_link
from . import test_document_page
from . import test_document_page_privacy
from . import test_document_pdf
from . import test_document_download
from . import test_document_once
from . import test_js
from . import test_browser
from . import test_faults
from . import test_faults_lost_answer
from . import test_faults_not_taken
from . import test_faults_processes
from . import test_reports
from . import test_gateway_health
from . import test_gateway_live
from . import test_gateway_route
from . import test_odoo_gateway
from . import test_retention
from . import test_schedule
from . import test_schedule_manners
from . import test_schedule_stories
from . import test_schedule_posted
from . import test_schedule_review
from . import test_schedule_forecast
from . import test_schedule_fallback
from . import test_schedule_pass
from . import test_schedule_processes
from . import test_schedule_browser
from . import test_schedule_next
from . import test_schedule_again
from . import test_schedule_rights
from . import test_template
from . import test_template_filters
from . import test_template_mail
from . import test_template_menu
from . import test_basis_of_another
from . import test_switch
from . import test_call
from . import test_rights_matrix
