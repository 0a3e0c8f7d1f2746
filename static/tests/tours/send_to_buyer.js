import {registry} from "@web/core/registry";

const row = (customer) => `.o_data_row:contains('${customer}')`;
const card = (customer) => `.o_kanban_record:contains('${customer}')`;

registry.category("web_tour.tours").add("sms_organizer_send_to_buyer", {
    steps: () => [
        {
            content: "Each state has its icon and its words",
            trigger: `${row("Meble Nowak")} .text-danger:contains('Invalid telephone number')`,
        },
        {trigger: `${row("Taverna")} [name=sms_delivery] .fa-eye`},
        {trigger: `${row("Malwa")} [name=sms_delivery]:contains('Not sent')`},
        {trigger: `${row("Malwa")} [name=email_delivery]:contains('Not sent')`},
        {trigger: `${row("Malwa")} a[href$='/pdf'][target=_blank]`},
        {
            content: "One can be told; the others are counted when they can",
            trigger: ".o_organizer_send_all:contains('(1)')",
        },
        {
            content: "A number, on the spot",
            trigger: `${row("Pensjonat")} .o_organizer_pencil`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=sms_phone] input",
            run: "edit 601 234",
        },
        {
            content: "It is checked",
            trigger: ".modal p:contains('Nothing is sent by this')",
            run: "click",
        },
        {trigger: ".modal .alert-danger:contains('Check the digits')"},
        {
            trigger: ".modal .o_field_widget[name=sms_phone] input",
            run: "edit 601 234 567",
        },
        {trigger: ".modal button[name=action_update]:visible", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "Nothing was sent by that",
            trigger: `${row("Pensjonat")} [name=sms_delivery]:contains('Not sent')`,
        },
        {trigger: ".o_organizer_send_all:contains('(2)')", run: "click"},
        {
            content: "The price comes first",
            trigger:
                ".modal .o_field_widget[name=price]:not(:contains('0.00')):contains('0.')",
        },
        {trigger: ".modal .o_field_widget[name=left_out]:contains('1 that failed')"},
        {trigger: ".modal button[name=action_review]:visible", run: "click"},
        {
            content: "Numbers can be mended in the draft",
            trigger: ".o_field_x2many .o_data_row:contains('Pensjonat')",
        },
        {trigger: ".o_data_row:contains('Meble Nowak'):contains('Enter another')"},
        {trigger: "button[name=action_confirm]", run: "click"},
        {trigger: ".o_form_view:not(:has(button[name=action_confirm]))"},
        {trigger: ".o_back_button, .breadcrumb-item a:first", run: "click"},
        {
            content: "The list says so",
            trigger: `${row("Pensjonat")} [name=sms_delivery]:contains('Waiting')`,
        },
        {trigger: ".o_organizer_send_all:contains('(0)')"},
        {
            content: "All messages of an invoice",
            trigger: `${row("Taverna")} [name=sms_delivery] button`,
            run: "click",
        },
        {trigger: ".breadcrumb-item:contains('Send to Buyer')"},
        {trigger: ".o_list_view .o_data_row:contains('Taverna')"},
    ],
});

registry.category("web_tour.tours").add("sms_organizer_send_to_buyer_phone", {
    steps: () => [
        {trigger: `${card("Meble Nowak")}:contains('Invalid telephone number')`},
        {trigger: `${card("Malwa")} a[href$='/pdf']`},
        {trigger: ".o_organizer_send_all:contains('(1)')"},
        {
            trigger: `${card("Pensjonat")} .o_organizer_pencil`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=sms_phone] input",
            run: "edit 601 234 567",
        },
        {trigger: ".modal button[name=action_update]:visible", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: `${card("Pensjonat")} [name=sms_delivery]:contains('Not sent')`},
        {
            trigger: `${card("Taverna")} [name=sms_delivery] button`,
            run: "click",
        },
        {
            content: "All messages of the invoice",
            trigger:
                ".o_kanban_view:not(:has(.o_organizer_delivery)) .o_kanban_record:contains('Taverna')",
        },
    ],
});
