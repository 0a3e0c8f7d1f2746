import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sms_organizer_sender", {
    steps: () => [
        {
            content: "Begin with a new name",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "The name that phones show",
            trigger: ".o_field_widget[name=name] input",
            run: "edit MyShop",
        },
        {
            content: "The owner is filled in from the company",
            trigger: ".o_field_widget[name=owner_name] input:value('Drukarz')",
        },
        {
            content: "The owner declares",
            trigger: ".o_field_widget[name=is_declared] input",
            run: "click",
        },
        {
            content: "Accept the declaration",
            trigger: "button[name=action_declare]",
            run: "click",
        },
        {
            content: "Submit it to the provider",
            trigger: "button[name=action_submit]:contains('Submit')",
            run: "click",
        },
        {
            content: "It was submitted",
            trigger: ".o_arrow_button_current:contains('Submitted')",
        },
        {
            content: "Put it in use already",
            trigger: "button[name=action_use]",
            run: "click",
        },
        {
            content: "It says that messages wait",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "They wait",
            trigger: ".alert-warning:contains('messages wait until it is')",
        },
        {
            content: "Ask the provider, which has decided meanwhile",
            trigger: "button[name=action_ask]",
            run: "click",
        },
        {
            content: "It is authorised",
            trigger: ".o_arrow_button_current:contains('Authorised')",
        },
        {trigger: ".o_form_view:not(:has(.alert-warning:visible))"},
    ],
});

registry.category("web_tour.tours").add("sms_organizer_sender_message", {
    steps: () => [
        {
            content: "The first message under that name",
            trigger: ".o_form_view .o_field_widget[name=sender]:contains('MyShop')",
        },
        {trigger: ".o_arrow_button_current:contains('Sent')"},
    ],
});
