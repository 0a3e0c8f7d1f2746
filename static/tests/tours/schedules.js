import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sms_organizer_schedule", {
    steps: () => [
        {
            content: "What it does stands there in a sentence",
            trigger: ".o_form_view .alert-info:contains('7, 8 days after it was due')",
        },
        {
            content: "Look at what would be sent",
            trigger: "button[name=action_forecast]",
            run: "click",
        },
        {
            content: "It is a dry run: there is nothing to press",
            trigger:
                ".o_form_view:contains('Dry run'):not(:has(button[name=action_confirm]:visible))",
        },
        {
            content: "One gets it, one does not and why",
            trigger: ".o_data_row:contains('Silent'):contains('no mobile number')",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb a:contains('By itself')",
            run: "click",
        },
        {
            content: "Switch it on",
            trigger: ".o_field_widget[name=is_on] input",
            run: "click",
        },
        {
            content: "It says when it runs",
            trigger: ".o_field_widget[name=next_run_on]:contains(':00')",
        },
        {trigger: ".o_form_saved"},
    ],
});

registry.category("web_tour.tours").add("sms_organizer_review", {
    steps: () => [
        {
            content: "One will get it",
            trigger: "button[name=action_open_going]:contains('1')",
        },
        {
            content: "Enter the number that was missing",
            trigger: ".o_data_row:contains('Silent') td[name=number]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Silent') td[name=number] input",
            run: "edit 601 234 569",
        },
        {
            content: "Keep it",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Now two will get it",
            trigger: "button[name=action_open_going]:contains('2')",
        },
        {
            content: "Send",
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "It is under way, and says how far it is",
            trigger:
                ".o_form_view .o_progressbar, .o_arrow_button_current:contains('Done')",
        },
    ],
});
