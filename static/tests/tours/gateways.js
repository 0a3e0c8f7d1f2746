import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sms_organizer_gateway", {
    steps: () => [
        {
            content: "It is in test mode, and says so",
            trigger: ".o_form_view .ribbon:contains('Test mode')",
        },
        {
            content: "Only its own fields are there",
            trigger:
                ".o_form_view:has(.o_field_widget[name=password]):not(:has(.o_field_widget[name=username]))",
        },
        {
            content: "Without a token nothing can be tested",
            trigger: "button[name=action_test_connection]",
            run: "click",
        },
        {trigger: ".o_error_dialog:contains('Enter first: Token')"},
        {trigger: ".o_error_dialog .btn-primary", run: "click"},
        {
            trigger: ".o_field_widget[name=password] input",
            run: "edit correct-horse-battery",
        },
        {
            content: "Does the account work?",
            trigger: "button[name=action_test_connection]",
            run: "click",
        },
        {trigger: ".o_notification:contains('knows the account')"},
        {
            content: "The balance, and how far it goes",
            trigger:
                ".o_field_widget[name=enough_words]:contains('about 1,000 messages')",
        },
        {
            content: "One to my own phone",
            trigger: "button[name=action_try]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=sms_phone] input",
            run: "edit +48 601 234 567",
        },
        {trigger: ".modal button[name=action_send]:visible", run: "click"},
        {trigger: ".modal .alert-success:contains('The provider took it')"},
        {trigger: ".modal .btn-close", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            trigger: "button[name=action_go_live]",
            run: "click",
        },
        {trigger: ".modal footer .btn-primary:contains('Go live')", run: "click"},
        {trigger: ".o_notification:contains('is live')"},
        {trigger: ".o_form_view:not(:has(.ribbon:contains('Test mode')))"},
    ],
});

registry.category("web_tour.tours").add("sms_organizer_alarm", {
    steps: () => [
        {
            content: "It is said below the menu, on whatever page",
            trigger: ".o_organizer_alarm:contains('Busy')",
        },
        {
            content: "Look",
            trigger: ".o_organizer_alarm button:contains('Show')",
            run: "click",
        },
        {trigger: ".o_form_view .alert-danger:contains('It has taken nothing')"},
        {
            content: "It can be closed",
            trigger: ".o_organizer_alarm .btn-close",
            run: "click",
        },
        {trigger: "body:not(:has(.o_organizer_alarm))"},
    ],
});
