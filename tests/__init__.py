from .tools import test_bench, test_dev_scripts
from .tools import test_gsm, test_opt_out, test_phone, test_plain
from .tools import test_sender_names, test_visitor
from .tools import test_send_window, test_timetable, test_wall_clock
from .gateways import test_apifon, test_http, test_http_account, test_http_answer
from .gateways import test_kannel, test_network
from .gateways import test_own_sender
from .gateways import test_serwersms, test_smsapi, test_smsoffice
from .gateways import test_thaibulksms
from .gateways import test_twilio, test_twilio_account, test_twilio_callbacks
from .gateways import test_vonage, test_vonage_callbacks
from .gateways import test_web, test_yuboto
from . import test_placeholders
from . import test_hooks
from . import test_gateway
from . import test_sms_phone
from . import test_compose
from . import test_debtor
from . import test_debtor_ledger
from . import test_unpaid
from . import test_outbox
from . import test_outbox_hosts
from . import test_outbox_processes
from . import test_ledger
from . import test_send_and_print
from . import test_document_link
from . import test_document_page
from . import test_document_page_access
from . import test_document_page_privacy
from . import test_document_pdf
from . import test_document_download
from . import test_document_once
from . import test_customer_page
from . import test_link_opened
from . import test_link_renew
from . import test_link_strangers
from . import test_js
from . import test_browser
from . import test_faults
from . import test_faults_lost_answer
from . import test_faults_not_taken
from . import test_faults_processes
from . import test_reports
from . import test_replies
from . import test_replies_http
from . import test_replies_opt_out
from . import test_replies_processes
from . import test_replies_providers
from . import test_replies_rights
from . import test_answers
from . import test_answers_access
from . import test_answers_ledger
from . import test_answers_limits
from . import test_answers_number
from . import test_answers_pages
from . import test_answers_people
from . import test_answers_processes
from . import test_answers_promise
from . import test_answers_several
from . import test_gateway_balance
from . import test_gateway_health
from . import test_gateway_browser
from . import test_gateway_live
from . import test_gateway_route
from . import test_gateway_trial
from . import test_kannel_live
from . import test_odoo_gateway
from . import test_retention
from . import test_sender
from . import test_sender_life
from . import test_sender_use
from . import test_sender_waits
from . import test_sender_browser
from . import test_schedule
from . import test_schedule_manners
from . import test_schedule_stories
from . import test_schedule_posted
from . import test_schedule_review
from . import test_schedule_forecast
from . import test_schedule_fallback
from . import test_schedule_pass
from . import test_review_processes, test_schedule_processes
from . import test_schedule_browser
from . import test_schedule_next
from . import test_schedule_again
from . import test_schedule_rights
from . import test_template
from . import test_template_filters
from . import test_template_mail
from . import test_template_menu
from . import test_analysis
from . import test_basis_of_another
from . import test_package
from . import test_package_ledger
from . import test_package_processes
from . import test_package_browser
from . import test_price
from . import test_budget
from . import test_switch
from . import test_menus
from . import test_menus_browser
from . import test_bulk
from . import test_call
from . import test_rights_matrix
from . import test_send_to_buyer
from . import test_send_to_buyer_all
from . import test_send_to_buyer_files
from . import test_send_to_buyer_numbers
from . import test_send_to_buyer_state
from . import test_send_to_buyer_browser
