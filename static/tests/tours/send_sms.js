import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sms_organizer_send", {
    steps: () => [
        {
            content: "Send SMS from the invoice",
            trigger: "button[name=action_send_sms]",
            run: "click",
        },
        {
            content: "The price is told before it is sent",
            trigger: ".modal .o_organizer_compose:contains('0.16')",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]:not([disabled])",
            run: "click",
        },
        {
            content: "The run says who gets it",
            trigger: ".o_form_view .o_field_badge:contains('Waiting')",
        },
    ],
});

registry.category("web_tour.tours").add("sms_organizer_ledger", {
    steps: () => [
        {
            content: "The message is delivered",
            trigger: ".o_data_row .o_field_badge:contains('Delivered')",
        },
        {
            content: "Open it",
            trigger: ".o_data_row .o_data_cell[name=number]",
            run: "click",
        },
        {
            content: "It says when",
            trigger: ".o_form_view .o_field_widget[name=delivered_at]",
        },
    ],
});
