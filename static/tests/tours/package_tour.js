import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sms_organizer_package_waits", {
    steps: () => [
        {
            content: "Two are sent, one waits",
            trigger: "button[name=action_open_sent]:contains('2')",
        },
        {
            content: "Which one",
            trigger: "button[name=action_open_waiting]:contains('1')",
            run: "click",
        },
        {
            content: "It says why, and what to do",
            trigger:
                ".o_data_row:contains('used up'):contains('Configuration ▸ Packages')",
        },
    ],
});

registry.category("web_tour.tours").add("sms_organizer_package_buy", {
    steps: () => [
        {
            content: "The package is used up",
            trigger: ".o_data_row:contains('Order 1') td[name=remaining]:contains('0')",
        },
        {
            content: "Enter the next purchase",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Order 2",
        },
        {
            trigger: ".o_field_widget[name=quantity] input",
            run: "edit 100",
        },
        {
            trigger: ".o_field_widget[name=price] input",
            run: "edit 12 && click body",
        },
        {
            content: "It says what one costs",
            trigger: ".o_field_widget[name=price_per_message]:contains('0.12')",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "All of it is left",
            trigger: ".o_form_saved .o_field_widget[name=remaining]:contains('100')",
        },
    ],
});

registry.category("web_tour.tours").add("sms_organizer_package_done", {
    steps: () => [
        {
            content: "All three are sent",
            trigger: "button[name=action_open_sent]:contains('3')",
        },
    ],
});

registry.category("web_tour.tours").add("sms_organizer_package_books", {
    steps: () => [
        {
            content: "One was taken from the new package",
            trigger:
                ".o_data_row:contains('Order 2') td[name=remaining]:contains('99')",
        },
        {
            trigger: ".o_data_row:contains('Order 2') td[name=display_name]",
            run: "click",
        },
        {
            content: "Are the books right?",
            trigger: "button[name=action_check]",
            run: "click",
        },
        {
            content: "They are",
            trigger:
                ".modal .o_field_widget[name=words]:contains('100 bought − 1 used = 99 left'):contains('says the same')",
        },
        {
            trigger: ".modal button[special=cancel], .modal .btn-close",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
    ],
});
